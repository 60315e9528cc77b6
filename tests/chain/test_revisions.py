"""Revisions of a night: another champion or spec makes a new one, the former stays readable and says why."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from tests.chain.nights import batch_of, former_rows, make, night, revisions, rows_for_readers
from tests.chain.second_champion import crown, in_run, two_versions

from headwater.chain import keys
from headwater.chain.house import House
from headwater.chain.release import release
from headwater.chain.retire import retire
from headwater.ledger.records import Batch
from headwater.ledger.repositories.batches import Batches
from headwater.spec import DatasetSpec


@pytest.fixture(scope="module")
def both(manned: House, clinic: DatasetSpec) -> tuple[str, str]:
    """Versions 1 and 2 of ``clinic``."""
    return two_versions(manned, clinic)


@pytest.fixture
def first(manned: House, both: tuple[str, str]) -> House:
    """Version 1 is champion; a run of its own."""
    crown(manned, "clinic", both[0])
    return in_run(manned)


def wider(spec: DatasetSpec, **changes: Any) -> DatasetSpec:
    return spec.model_copy(update={"batch": spec.batch.model_copy(update={"rows": 2500, **changes})})


def test_another_champion_makes_a_new_revision_and_the_old_one_stays_readable(
    first: House, clinic: DatasetSpec, both: tuple[str, str]
) -> None:
    day = date(2026, 3, 1)
    old = night(first, clinic, day)
    crown(first, "clinic", both[1])
    new = night(in_run(first), clinic, day)
    told = revisions(first, day)
    assert [(each.revision, each.batch_id, each.status, each.is_current) for each in told] == [
        (1, old, "superseded", False),
        (2, new, "released", True),
    ]
    assert [each.generator_id for each in told] == list(both)
    assert told[0].superseded_by == new
    assert told[0].superseded_at == told[1].first_released_at
    assert "another generator (version 2 instead of version 1)" in str(told[0].superseded_for)
    assert told[1].superseded_by is told[1].superseded_for is None
    assert rows_for_readers(first, day) == former_rows(first, old) == 2000
    assert first.store.exists(keys.manifest(keys.released("clinic", day, old)))


def test_another_spec_makes_a_new_revision(first: House, clinic: DatasetSpec) -> None:
    day = date(2026, 3, 2)
    old = night(first, clinic, day)
    night(first, wider(clinic), day)
    told = revisions(first, day)
    assert [each.rows for each in told] == [2000, 2500]
    hashes = [each.spec_sha256[:8] for each in told]
    assert f"another spec ({hashes[1]} instead of {hashes[0]})" in str(told[0].superseded_for)
    assert (rows_for_readers(first, day), former_rows(first, old)) == (2500, 2000)


def test_one_that_comes_back_keeps_its_number(first: House, clinic: DatasetSpec) -> None:
    day = date(2026, 3, 3)
    old = night(first, clinic, day)
    new = night(first, wider(clinic), day)
    before = revisions(first, day)
    assert night(in_run(first), clinic, day) == old
    told = revisions(first, day)
    assert [(each.revision, each.batch_id, each.is_current) for each in told] == [(1, old, True), (2, new, False)]
    assert told[0].first_released_at == before[0].first_released_at < told[0].last_released_at
    assert told[0].superseded_by is None
    assert told[1].superseded_by == old
    assert (rows_for_readers(first, day), former_rows(first, new), former_rows(first, old)) == (2000, 2500, 0)


def test_the_same_night_again_is_no_revision(first: House, clinic: DatasetSpec) -> None:
    day = date(2026, 3, 4)
    night(first, clinic, day)
    before = revisions(first, day)
    night(in_run(first), clinic, day)
    assert revisions(first, day) == before
    assert len(before) == 1


def test_what_another_run_has_released_meanwhile_is_not_released_twice(first: House, clinic: DatasetSpec) -> None:
    """Two runs of one night: the second finds the batch released by the time that it holds the date."""
    day = date(2026, 3, 5)
    batch_id, validation_id = make(first, clinic, day)
    other = in_run(first)
    began = batch_of(other, batch_id)
    release(first, clinic, validation_id)
    before = batch_of(first, batch_id)
    make(other, clinic, day)
    known = iter([began])

    def get(books: Batches, wanted: str) -> Batch:
        """What the second run read before the first one was done; later, what is there."""
        return next(known, None) or honest(books, wanted)

    honest = Batches.get
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Batches, "get", get)
        release(other, clinic, validation_id)
    assert batch_of(first, batch_id) == before
    assert rows_for_readers(first, day) == 2000
    assert len(revisions(first, day)) == 1
    assert other.store.list(keys.work("clinic", batch_id)) == []


def test_a_retired_revision_takes_its_rows_along(first: House, clinic: DatasetSpec) -> None:
    day = date(2024, 3, 6)
    old = night(first, clinic, day)
    new = night(first, wider(clinic), day)
    assert set(retire(first, clinic, date(2026, 2, 1))) == {old, new}
    assert (rows_for_readers(first, day), former_rows(first, old)) == (0, 0)
    assert [(each.revision, each.status) for each in revisions(first, day)] == [(1, "retired"), (2, "retired")]
