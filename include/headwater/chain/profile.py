"""Profile: the facts of the real rows and the noise floor of every check, kept with the snapshot."""

from __future__ import annotations

from headwater.chain.baselines import noise_floor
from headwater.chain.house import House
from headwater.checks.facts import TableFacts, describe
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.ledger.records import Snapshot
from headwater.repair.frozen import FrozenProfile, freeze
from headwater.spec import DatasetSpec
from headwater.tables.frames import from_arrow

FROZEN = "frozen"
"""Where a profile keeps the counts that repairs go by; those of earlier versions have none."""


class NoProfileError(LookupError):
    """The snapshot was never profiled, so nothing can be judged by it."""


def profile(house: House, spec: DatasetSpec, snapshot_id: str) -> None:
    """Describe the training rows and draw the noise floor: how every statistic varies between real samples.

    What was drawn before for this snapshot, size of batch and contract is not drawn again.

    Raises:
        CannotJudgeError: there are too few real rows for any limit; the message says how many are needed.
    """
    with house.ledger.transaction() as books:
        snapshot = books.snapshots.get(snapshot_id)
        known = books.snapshots.profile(snapshot_id)
    reference = _reference(house, spec, snapshot)
    if known is None or FROZEN not in known.facts:
        found = {"table": describe(reference.train, snapshot.schema), FROZEN: freeze(reference.train, snapshot.schema)}
        facts = {name: each.model_dump(mode="json") for name, each in found.items()}
        with house.ledger.transaction() as books:
            books.snapshots.record_profile(snapshot_id, facts)
    noise_floor(house, spec, snapshot_id, Prepared.of(reference, reference.judge_rows(spec.batch.rows)))


def frozen_of(house: House, snapshot_id: str) -> FrozenProfile | None:
    """What repairs go by: counts of the snapshot's training rows. None where the profile is older than repairs."""
    with house.ledger.transaction() as books:
        known = books.snapshots.profile(snapshot_id)
    return FrozenProfile.model_validate(known.facts[FROZEN]) if known and FROZEN in known.facts else None


def reference_of(house: House, spec: DatasetSpec, snapshot_id: str) -> tuple[TableFacts, Reference]:
    """What rows are judged against: the snapshot's facts and its real rows.

    Raises:
        NoProfileError: the snapshot was never profiled.
    """
    with house.ledger.transaction() as books:
        snapshot = books.snapshots.get(snapshot_id)
        known = books.snapshots.profile(snapshot_id)
    if known is None:
        raise NoProfileError(f"snapshot {snapshot_id} of {spec.dataset} has no profile; run retrain__{spec.dataset}")
    return TableFacts.model_validate(known.facts["table"]), _reference(house, spec, snapshot)


def _reference(house: House, spec: DatasetSpec, snapshot: Snapshot) -> Reference:
    train = house.store.read_table(snapshot.train_key, sha256=snapshot.train_sha256)
    anchor = house.store.read_table(snapshot.anchor_key_path, sha256=snapshot.anchor_sha256)
    return Reference(
        schema=snapshot.schema,
        train=from_arrow(train, snapshot.schema),
        anchor=from_arrow(anchor, snapshot.schema),
        contract=spec.contract,
        targets=spec.targets,
        groups=spec.groups,
        seed=spec.seed,
        shown=frozenset(name for name, column in spec.columns.items() if column.public),
    )
