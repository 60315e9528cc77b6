"""What judgements share is prepared once for the same rows and the same spec; lost rows are noticed all the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from tests.chain.second_champion import champion_of

from headwater.chain import preparing
from headwater.chain.house import House
from headwater.chain.preparing import Shelf, prepared_of, reference_of
from headwater.checks.prepared import Prepared
from headwater.ledger.records import Snapshot
from headwater.spec import DatasetSpec
from headwater.store.artifact import ArtifactError


@pytest.fixture(scope="module")
def snapshot(manned: House) -> Snapshot:
    with manned.ledger.transaction() as books:
        champion = books.generators.get(champion_of(manned, "clinic"))
        return books.snapshots.get(champion.snapshot_id)


@pytest.fixture(autouse=True)
def shelf(monkeypatch: pytest.MonkeyPatch) -> Shelf:
    empty = Shelf(2)
    monkeypatch.setattr(preparing, "SHELF", empty)
    return empty


def test_it_is_prepared_once(manned: House, clinic: DatasetSpec, snapshot: Snapshot) -> None:
    facts, prepared = prepared_of(manned, clinic, snapshot.snapshot_id, 500)
    again = prepared_of(manned, clinic, snapshot.snapshot_id, 500)
    assert again[1] is prepared
    assert again[0] == facts
    _, reference = reference_of(manned, clinic, snapshot.snapshot_id)
    fresh = Prepared.of(reference, reference.judge_rows(500))
    assert fresh.fingerprint == prepared.fingerprint
    assert np.array_equal(fresh.yardstick.code(reference.train).fit, prepared.yardstick.code(reference.train).fit)


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 7},
        {"contract": {"cell_keep_min": 0.4}},
        {"targets": []},
        {"columns": {"group": True}},
        {"columns": {"public": False}},
    ],
)
def test_another_spec_is_prepared_anew(
    manned: House, clinic: DatasetSpec, snapshot: Snapshot, changes: dict[str, Any]
) -> None:
    changes = dict(changes)
    given = clinic.model_dump(mode="json", by_alias=True)
    given["columns"]["ward"] |= changes.pop("columns", {})
    for name, value in changes.items():
        given[name] = {**given[name], **value} if isinstance(value, dict) else value
    spec = DatasetSpec.model_validate(given)
    assert spec != clinic
    _, prepared = prepared_of(manned, clinic, snapshot.snapshot_id, 500)
    _, other = prepared_of(manned, spec, snapshot.snapshot_id, 500)
    assert other is not prepared
    asked = other.reference
    assert (asked.seed, asked.contract, asked.targets) == (spec.seed, spec.contract, spec.targets)
    assert (asked.groups, asked.shown) == (spec.groups, {n for n, column in spec.columns.items() if column.public})


def test_another_size_of_batch_is_prepared_anew(manned: House, clinic: DatasetSpec, snapshot: Snapshot) -> None:
    sizes = [prepared_of(manned, clinic, snapshot.snapshot_id, rows)[1].n for rows in (30, 40)]
    assert sizes == [30, 40]


def test_lost_rows_are_noticed_although_they_are_known(manned: House, clinic: DatasetSpec, snapshot: Snapshot) -> None:
    prepared_of(manned, clinic, snapshot.snapshot_id, 500)
    rows = manned.store.read_bytes(snapshot.anchor_key_path)
    manned.store.delete(snapshot.anchor_key_path)
    try:
        with pytest.raises(ArtifactError, match="anchor"):
            prepared_of(manned, clinic, snapshot.snapshot_id, 500)
    finally:
        manned.store.write_bytes(snapshot.anchor_key_path, rows)


def test_the_shelf_keeps_what_was_asked_for_last(shelf: Shelf) -> None:
    made: list[str] = []

    def take(basis: str) -> object:
        def prepare() -> Any:
            made.append(basis)
            return object()

        return shelf.take(basis, prepare)

    first = take("a")
    take("b")
    assert take("a") is first
    take("c")
    assert take("a") is first, "asked for after b"
    take("b")
    assert made == ["a", "b", "c", "b"]
