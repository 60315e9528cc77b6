"""Real rows that nobody learned from leave the store after their days; all others stay."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.clinic import clinic_rows, clinic_spec

from headwater.chain.acquire import acquire
from headwater.chain.drift import drift
from headwater.chain.forget import forget
from headwater.chain.house import House
from headwater.chain.train import fit
from headwater.ledger.records import Snapshot
from headwater.spec import Candidate, DatasetSpec


def seen(house: House, spec: DatasetSpec, path: Path, seed: int) -> Snapshot:
    """The source shows other rows, and a snapshot is taken."""
    clinic_rows(300, seed).to_csv(path, index=False)
    with_id = acquire(house, spec)
    with house.ledger.transaction() as books:
        return books.snapshots.get(with_id)


def is_there(house: House, snapshot: Snapshot) -> tuple[bool, bool]:
    return house.store.exists(snapshot.train_key), house.store.exists(snapshot.anchor_key_path)


def test_only_rows_that_nobody_needs_are_removed(house: House, tmp_path: Path) -> None:
    path = tmp_path / "clinic.csv"
    spec = DatasetSpec.model_validate(clinic_spec(path, retention={"unused_snapshots_days": 3}))
    learned, unused, last = (seen(house, spec, path, seed) for seed in (1, 2, 3))
    fit(house, spec, learned, Candidate(kind="trees"))
    now = datetime.now(UTC)

    assert forget(house, spec, now + timedelta(days=2)) == []
    assert is_there(house, unused) == (True, True)
    assert forget(house, spec, now + timedelta(days=4)) == [unused.snapshot_id]
    assert is_there(house, unused) == (False, False)
    assert is_there(house, learned) == is_there(house, last) == (True, True)
    with house.ledger.transaction() as books:
        (decision,) = books.decisions.of(unused.snapshot_id)
        assert books.snapshots.get(unused.snapshot_id) == unused
    assert (decision.kind, decision.subject_kind) == ("retire", "snapshot")
    assert "has not shown them for 3 days" in decision.reason
    assert forget(house, spec, now + timedelta(days=5)) == [], "what is gone is not removed again"


def test_the_last_honest_rows_stay_while_later_ones_are_in_doubt(house: House, tmp_path: Path) -> None:
    path = tmp_path / "clinic.csv"
    spec = DatasetSpec.model_validate(clinic_spec(path))
    honest, doubtful, last = (seen(house, spec, path, seed) for seed in (1, 2, 3))
    with house.ledger.transaction() as books:
        for each in (doubtful, last):
            books.snapshots.record(replace(each, real_share=0.97, depth=0.03, depth_max=1.0))
    assert forget(house, spec, datetime.now(UTC) + timedelta(days=8)) == [doubtful.snapshot_id]
    assert is_there(house, honest) == is_there(house, last) == (True, True)


def test_rows_that_the_source_shows_again_are_there_again(house: House, tmp_path: Path) -> None:
    path = tmp_path / "clinic.csv"
    spec = DatasetSpec.model_validate(clinic_spec(path))
    first = seen(house, spec, path, 1)
    seen(house, spec, path, 2)
    later = datetime.now(UTC) + timedelta(days=8)
    assert forget(house, spec, later) == [first.snapshot_id]

    again = seen(house, spec, path, 1)
    assert again.snapshot_id == first.snapshot_id
    assert is_there(house, again) == (True, True)
    assert drift(house, spec, again.snapshot_id).is_drifted, "there is no champion yet, and the rows can be read"


def test_another_dataset_keeps_its_own(house: House, tmp_path: Path) -> None:
    path = tmp_path / "clinic.csv"
    spec = DatasetSpec.model_validate(clinic_spec(path))
    other = DatasetSpec.model_validate(clinic_spec(path, dataset="other"))
    first = seen(house, spec, path, 1)
    seen(house, spec, path, 2)
    assert forget(house, other, datetime.now(UTC) + timedelta(days=99)) == []
    assert is_there(house, first) == (True, True)


def test_the_days_stand_in_the_hash_only_where_they_were_chosen(tmp_path: Path) -> None:
    path = tmp_path / "clinic.csv"
    usual = DatasetSpec.model_validate(clinic_spec(path))
    named = DatasetSpec.model_validate(clinic_spec(path, retention={"unused_snapshots_days": 7}))
    chosen = DatasetSpec.model_validate(clinic_spec(path, retention={"unused_snapshots_days": 30}))
    assert usual.sha256() == named.sha256() != chosen.sha256()
    assert "unused_snapshots_days" not in usual.canonical_json()
