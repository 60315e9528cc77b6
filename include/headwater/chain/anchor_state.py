"""May this anchor judge a promotion? Its size, its age, and whether it is still the source's.

Belongs here: the conditions, in words. Does not: making a new anchor (``renew_anchor.py``), drift of the rows.

A snapshot's anchor holds the rows of the source on one side of a fixed split. It grows stale when the source was not
read for long, as when an old run is cleared and runs again, and when the source was read again since and had other
rows. A generator judged by it could replace a champion that a fresher anchor has judged.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from headwater.chain.house import House
from headwater.chain.renew_anchor import KIND
from headwater.spec import DatasetSpec

SUPERSEDED = timedelta(days=1)
"""How much younger another snapshot may be: the source may be read again while a retraining runs."""


def objection(house: House, spec: DatasetSpec, snapshot_id: str, now: datetime) -> str:
    """Why the snapshot's anchor may not judge a promotion, and the cure; empty where it may."""
    with house.ledger.transaction() as books:
        snapshot = books.snapshots.get(snapshot_id)
        newest = books.snapshots.latest(spec.dataset)
        dataset = books.datasets.get(spec.dataset)
        renewals = [each for each in books.decisions.of(dataset.dataset_id) if each.kind == KIND]
    taken, cure = snapshot.taken_at, f"Run retrain__{spec.dataset}: it reads the source and sets rows aside anew."
    if snapshot.anchor_rows < spec.anchor.rows_min:
        return (
            f"The anchor has {snapshot.anchor_rows:,} rows, fewer than anchor.rows_min ({spec.anchor.rows_min:,}). "
            "Give the source more rows, or ask for fewer in the spec."
        )
    if now - taken > timedelta(days=spec.anchor.age_max_days):
        return (
            f"The anchor's rows were last found in the source {(now - taken).days} days ago, on {taken:%Y-%m-%d}, "
            f"longer than anchor.age_max_days ({spec.anchor.age_max_days}). {cure}"
        )
    if renewals and renewals[-1].decided_at > taken:
        return f"The anchor was renewed on {renewals[-1].decided_at:%Y-%m-%d}, after these rows were read. {cure}"
    if newest is not None and newest.snapshot_id != snapshot_id and newest.taken_at - taken > SUPERSEDED:
        return (
            f"The anchor is of {taken:%Y-%m-%d}; the source was read again on {newest.taken_at:%Y-%m-%d} and had other "
            f"rows. {cure}"
        )
    return ""
