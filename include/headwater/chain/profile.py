"""Profile: the facts of the real rows and the noise floor of every check, kept with the snapshot."""

from __future__ import annotations

from dataclasses import replace

from headwater.chain.house import House
from headwater.checks.calibration import calibrate
from headwater.checks.facts import TableFacts, describe
from headwater.checks.reference import Reference
from headwater.checks.result import NoiseFloor
from headwater.ledger.records import Snapshot
from headwater.spec import DatasetSpec
from headwater.tables.frames import from_arrow


def profile(house: House, spec: DatasetSpec, snapshot_id: str) -> None:
    """Describe the training rows and measure how every statistic varies between real samples.

    Cached by snapshot and by the parts of the spec that the noise floor depends on.
    """
    with house.ledger.transaction() as books:
        snapshot = books.snapshots.get(snapshot_id)
        known = books.snapshots.profile(snapshot_id)
    if known is not None and known.facts.get("basis") == _basis(spec):
        return
    reference = _uncalibrated(house, spec, snapshot)
    facts = describe(reference.train, snapshot.schema)
    floors = calibrate(reference)
    with house.ledger.transaction() as books:
        books.snapshots.record_profile(
            snapshot_id,
            {"basis": _basis(spec), "table": facts.model_dump(mode="json")},
            {name: floor.model_dump(mode="json") for name, floor in floors.items()},
        )


def reference_of(house: House, spec: DatasetSpec, snapshot_id: str) -> tuple[TableFacts, Reference]:
    """What rows are judged against: the snapshot's facts, anchor and noise floor.

    Raises:
        LookupError: the snapshot was never profiled under this spec.
    """
    with house.ledger.transaction() as books:
        snapshot = books.snapshots.get(snapshot_id)
        known = books.snapshots.profile(snapshot_id)
    if known is None:
        raise LookupError(f"snapshot {snapshot_id} of {spec.dataset} has no profile; run retrain__{spec.dataset}")
    floors = {name: NoiseFloor.model_validate(floor) for name, floor in known.floors.items()}
    return TableFacts.model_validate(known.facts["table"]), replace(_uncalibrated(house, spec, snapshot), floors=floors)


def _uncalibrated(house: House, spec: DatasetSpec, snapshot: Snapshot) -> Reference:
    train = house.store.read_table(snapshot.train_key, sha256=snapshot.train_sha256)
    anchor = house.store.read_table(snapshot.anchor_key_path, sha256=snapshot.anchor_sha256)
    return Reference(
        schema=snapshot.schema,
        train=from_arrow(train, snapshot.schema),
        anchor=from_arrow(anchor, snapshot.schema),
        contract=spec.contract,
        targets=spec.targets,
        seed=spec.seed,
        shown=frozenset(name for name, column in spec.columns.items() if not column.sensitive),
    )


def _basis(spec: DatasetSpec) -> list[object]:
    """The parts of the spec on which facts and noise floor depend."""
    return [sorted(spec.targets), spec.contract.false_alarm, spec.contract.cell_keep_min, spec.seed]
