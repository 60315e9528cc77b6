"""Drift: has the real table moved away from the rows that the champion learned from? Asked every night.

Belongs here: which snapshots are compared, once for each, and the decision that is kept. Does not: the statistics
(``checks/drift.py``), schema drift against the spec (``sources/drift.py``), retraining itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from headwater.chain.baselines import noise_floor
from headwater.chain.decisions import decided
from headwater.chain.house import House
from headwater.chain.preparing import prepared_of
from headwater.chain.unseen import unjudged
from headwater.checks.drift import Comparison, compare
from headwater.checks.newcomers import reshaped
from headwater.ledger.records import Decision, Generator, Snapshot
from headwater.spec import DatasetSpec
from headwater.tables.frames import from_arrow

DRIFTED, QUIET, GOES_ON = "drift", "no_drift", "drift_goes_on"
REST = timedelta(days=7)
"""A champion that a retraining left in place is not asked about again so soon: the source has moved, and nobody better
was found. Else each night of a source that changes daily would retrain."""


@dataclass(frozen=True)
class Drift:
    """What a look at a snapshot found.

    Attributes:
        is_drifted: whether it asks for a retraining.
        sentence: why, in plain words, without a value of any row.
        figures: what was measured, as JSON.
    """

    is_drifted: bool
    sentence: str
    figures: Mapping[str, Any] = field(default_factory=dict)


def drift(house: House, spec: DatasetSpec, snapshot_id: str) -> Drift:
    """Look at the snapshot and write down what was decided; the same run always gets the same answer.

    A snapshot is measured once for each champion: later runs that find the source unchanged go by that finding. No
    drift stays no drift; drift asks again until a retraining has come to a decision, and then after :data:`REST`.

    Raises:
        NotInLedger: there is no such snapshot.
        CannotJudgeError: the champion's rows can no longer be counted as they were.
        ArtifactError: the champion's real rows, or the snapshot's, are gone from the store.
    """
    with house.ledger.transaction() as books:
        champion = books.generators.champion(spec.dataset)
        snapshot = books.snapshots.get(snapshot_id)
        looks = [each for each in books.decisions.of(snapshot_id) if each.kind in (DRIFTED, QUIET, GOES_ON)]
        learned = books.snapshots.get(champion.snapshot_id) if champion else None
    own = [each for each in looks if each.detail.get("run_id") == house.run_id]
    if own:
        return _again(own[0])
    if champion is None or learned is None:
        return _settle(house, snapshot, None, Drift(True, f"{spec.dataset} has no champion yet, so it is trained."))
    if snapshot_id == learned.snapshot_id:
        unchanged = "No drift: the source has the very rows that the champion learned from."
        return _settle(house, snapshot, champion, Drift(False, unchanged))
    earlier = next((each for each in looks if each.detail.get("generator_id") == champion.generator_id), None)
    if earlier is not None and earlier.kind == QUIET:
        seen = f"No drift since: the source is as it was on {earlier.decided_at:%Y-%m-%d}. Then: {earlier.reason}"
        return _settle(house, snapshot, champion, Drift(False, seen), is_look=False)
    found = _found(earlier) if earlier else _look(house, spec, snapshot, learned)
    return _answer(house, snapshot, champion, found, earlier)


def _answer(house: House, snapshot: Snapshot, champion: Generator, found: Drift, earlier: Decision | None) -> Drift:
    """What follows from a finding; ``earlier`` is the look that it was made at, where it is not of this run."""
    asked = _survived(house, champion, datetime.now(UTC)) if found.is_drifted else None
    if asked is not None:
        words = (
            f"Drift goes on, and nobody is trained for it: the retraining asked for on {asked:%Y-%m-%d} left the "
            f"champion in place. From {asked + REST:%Y-%m-%d} it is asked for again. {found.sentence}"
        )
        return _settle(house, snapshot, champion, Drift(False, words, found.figures), kind=GOES_ON, finding=found)
    if earlier is None:
        return _settle(house, snapshot, champion, found, finding=found)
    words = (
        f"A retraining is asked for again: the source is as it was on {earlier.decided_at:%Y-%m-%d}, and the same "
        f"champion makes the nights. Then: {found.sentence}"
    )
    return _settle(house, snapshot, champion, Drift(True, words, found.figures), finding=found)


def _found(first: Decision) -> Drift:
    """What the first look at a snapshot found to have drifted."""
    return Drift(True, first.detail.get("finding", first.reason), first.detail["figures"])


def _survived(house: House, champion: Generator, now: datetime) -> datetime | None:
    """When drift asked for a retraining that left this champion in place, if that was within :data:`REST`."""
    with house.ledger.transaction() as books:
        asked = books.decisions.last_naming(champion.dataset, DRIFTED, champion.generator_id)
        kept = [each.decided_at for each in books.decisions.of(champion.generator_id) if each.kind == "keep"]
    if asked is None or now - asked.decided_at >= REST or not any(each > asked.decided_at for each in kept):
        return None
    return asked.decided_at


def _look(house: House, spec: DatasetSpec, snapshot: Snapshot, learned: Snapshot) -> Drift:
    other = reshaped(snapshot.schema, learned.schema)
    if other:
        return Drift(True, f"Drift: the table is another one now. {'; '.join(other)}.", {"reshaped": other})
    _, prepared = prepared_of(house, spec, learned.snapshot_id, spec.batch.rows)
    floor = noise_floor(house, spec, learned.snapshot_id, prepared)
    rows = from_arrow(house.store.read_table(snapshot.train_key, sha256=snapshot.train_sha256), snapshot.schema)
    rows = rows[unjudged(house, spec, snapshot.snapshot_id, learned)].reset_index(drop=True)
    found: Comparison = compare(prepared, floor, rows, snapshot.snapshot_id, entity=spec.keys.entity)
    return Drift(found.is_drifted, found.sentence, found.told())


def _settle(
    house: House,
    snapshot: Snapshot,
    champion: Generator | None,
    found: Drift,
    *,
    is_look: bool = True,
    kind: str | None = None,
    finding: Drift | None = None,
) -> Drift:
    """Keep the answer. Looks and askings name the champion, by which later runs find them; other repetitions do not.

    ``finding`` is what was measured, where the answer says more than that.
    """
    detail: dict[str, Any] = {
        "figures": dict(found.figures),
        "learned_from": champion.snapshot_id if champion else None,
    }
    if champion and is_look:
        detail["generator_id"] = champion.generator_id
    if finding:
        detail["finding"] = finding.sentence
    kind = kind or (DRIFTED if found.is_drifted else QUIET)
    subject = ("snapshot", snapshot.snapshot_id)
    decision = decided(
        house, snapshot.dataset, kind, subject, reason=found.sentence, at=datetime.now(UTC), detail=detail
    )
    with house.ledger.transaction() as books:
        books.decisions.record(decision)
    return found


def _again(decision: Decision) -> Drift:
    return Drift(decision.kind == DRIFTED, decision.reason, decision.detail["figures"])
