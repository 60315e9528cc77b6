"""Repair in the chain: a night that missed the rare ward is mended within limits, counted, and judged anew."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from tests import faults
from tests.chain.nights import batch_of, make

from headwater.chain import keys
from headwater.chain.attempts import Mending
from headwater.chain.house import GateClosedError, House
from headwater.chain.mending import attempts
from headwater.chain.release import release
from headwater.chain.repair import Repaired, repair
from headwater.ledger.guard_records import Repair
from headwater.spec import DatasetSpec
from headwater.spec.repair import Repair as Limits

LIMIT = 200
"""A tenth of the batch's rows."""


def tried(house: House, day: date) -> list[Repair]:
    with house.ledger.transaction() as books:
        return books.repairs.of("clinic", day)


def wards(house: House, day: date) -> pd.Series:
    with house.ledger.transaction() as books:
        batch = books.batches.released_on("clinic", day)
        assert batch is not None
        shards = books.batches.shards(batch.batch_id)
    folder = keys.released("clinic", day, batch.batch_id)
    parts = [house.store.read_table(keys.part(folder, shard.index), sha256=shard.sha256) for shard in shards]
    return pa.concat_tables(parts).to_pandas()["ward"].value_counts()


def passed(found: Repaired) -> bool:
    return found.judgement.is_passed


@pytest.mark.usefixtures("forgets_at_night")
def test_a_night_is_weighed_towards_the_profile_with_further_rows_of_its_generator(
    forgetful: House, clinic: DatasetSpec
) -> None:
    day = date(2026, 2, 1)
    failed_id, validation_id = make(forgetful, clinic, day)
    found = repair(forgetful, clinic, validation_id)
    assert passed(found), found.sentence
    assert found.batch_id != failed_id
    (attempt,) = tried(forgetful, day)
    assert (attempt.step, attempt.look, attempt.batch_id) == ("reweigh", 2, failed_id)
    assert attempt.repaired_batch_id == found.batch_id
    assert 0 < attempt.touched_rows <= LIMIT
    assert attempt.after["margin_tvd"] < attempt.before["margin_tvd"]
    assert attempt.after["lacking_rows"] < attempt.before["lacking_rows"]
    release(forgetful, clinic, found.judgement.validation_id)
    assert (batch_of(forgetful, failed_id).status, batch_of(forgetful, found.batch_id).status) == ("failed", "released")
    assert not forgetful.store.list(keys.work("clinic", failed_id))
    assert wards(forgetful, day)["rare"] > 20


@pytest.mark.usefixtures("forgets_at_night")
def test_the_same_night_again_is_the_same_mended_batch_and_spends_nothing(
    forgetful: House, clinic: DatasetSpec
) -> None:
    day = date(2026, 2, 2)
    _, validation_id = make(forgetful, clinic, day)
    first = repair(forgetful, clinic, validation_id)
    # Cut off before release, and cleared: made and judged again.
    assert repair(forgetful, clinic, validation_id) == first
    where = release(forgetful, clinic, first.judgement.validation_id)
    content = batch_of(forgetful, first.batch_id).content_hash
    _, again_id = make(forgetful, clinic, day)
    again = repair(replace(forgetful, run_id="another"), clinic, again_id)
    assert again == first
    assert release(forgetful, clinic, again.judgement.validation_id) == where
    assert batch_of(forgetful, first.batch_id).content_hash == content
    assert len(tried(forgetful, day)) == 1


@pytest.mark.usefixtures("forgets")
def test_what_the_generator_hardly_makes_is_asked_for(forgetful: House, clinic: DatasetSpec) -> None:
    day = date(2026, 2, 3)
    _, validation_id = make(forgetful, clinic, day)
    found = repair(forgetful, clinic, validation_id)
    assert passed(found), found.sentence
    last = tried(forgetful, day)[-1]
    assert last.step == "top_up"
    assert last.touched_rows <= LIMIT
    release(forgetful, clinic, found.judgement.validation_id)
    assert wards(forgetful, day)["rare"] > 40


@pytest.mark.usefixtures("forgets")
def test_where_little_may_be_touched_the_champion_before_makes_the_night(forgetful: House, clinic: DatasetSpec) -> None:
    day, spec = date(2026, 2, 4), clinic.model_copy(update={"repair": Limits(rows_share=0.005)})
    failed_id, validation_id = make(forgetful, spec, day)
    found = repair(forgetful, spec, validation_id)
    assert passed(found), found.sentence
    attempts = tried(forgetful, day)
    assert attempts[-1].step == "previous_champion"
    assert all(each.touched_rows <= 10 for each in attempts[:-1])
    assert [each.look for each in attempts] == list(range(2, len(attempts) + 2))
    failed, mended = batch_of(forgetful, failed_id), batch_of(forgetful, found.batch_id)
    assert mended.generator_id != failed.generator_id
    assert attempts[-1].after["lacking_rows"] < attempts[-1].before["lacking_rows"]
    release(forgetful, spec, found.judgement.validation_id)
    assert wards(forgetful, day)["rare"] > 40


@pytest.mark.usefixtures("forgets")
def test_the_budget_of_a_date_holds_whatever_the_batch(forgetful: House, clinic: DatasetSpec) -> None:
    limits = Limits(attempts=1, rows_share=0.005, previous_champion=False)
    day, spec = date(2026, 2, 5), clinic.model_copy(update={"repair": limits})
    batch_id, validation_id = make(forgetful, spec, day)
    found = repair(forgetful, spec, validation_id)
    assert not passed(found)
    assert (found.batch_id, found.judgement.validation_id) == (batch_id, validation_id)
    assert len(tried(forgetful, day)) == 1
    other = spec.model_copy(update={"seed": 1})  # another batch of the date
    other_id, other_validation = make(forgetful, other, day)
    assert other_id != batch_id
    assert not passed(repair(forgetful, other, other_validation))
    assert len(tried(forgetful, day)) == 1, "the date's only attempt was spent by the first batch"
    with pytest.raises(GateClosedError, match="quarantine"):
        release(forgetful, spec, found.judgement.validation_id)
    after = repair(forgetful, spec, validation_id)
    assert not passed(after)
    assert "quarantined already" in after.sentence


def test_a_batch_that_passed_goes_on_as_it_is(forgetful: House, clinic: DatasetSpec) -> None:
    batch_id, validation_id = make(forgetful, clinic, date(2026, 2, 6))
    found = repair(forgetful, clinic, validation_id)
    assert (found.batch_id, found.judgement.validation_id, passed(found)) == (batch_id, validation_id, True)
    assert tried(forgetful, date(2026, 2, 6)) == []


@pytest.mark.usefixtures("forgets")
def test_the_spec_can_forbid_it(forgetful: House, clinic: DatasetSpec) -> None:
    spec = clinic.model_copy(update={"repair": Limits(attempts=0)})
    _, validation_id = make(forgetful, spec, date(2026, 2, 7))
    found = repair(forgetful, spec, validation_id)
    assert not passed(found)
    assert "repair.attempts is 0" in found.sentence
    assert tried(forgetful, date(2026, 2, 7)) == []


@pytest.mark.usefixtures("forgets")
def test_no_information_of_anchor_rows_gets_through(forgetful: House, clinic: DatasetSpec) -> None:
    """What a repair makes is the same bytes with any anchor: here with one whose rows are all alike, and with none."""
    day = date(2026, 2, 8)
    _, validation_id = make(forgetful, clinic, day)
    with forgetful.ledger.transaction() as books:
        batch = books.batches.get(books.validations.get(validation_id).batch_id)
        snapshot = books.snapshots.of_generator(batch.generator_id)

    def made() -> dict[str, tuple[str, ...]]:
        hashes = {}
        for mending in attempts(forgetful, clinic, batch):
            assert isinstance(mending, Mending), mending
            with forgetful.ledger.transaction() as books:
                shards = books.batches.shards(mending.attempt.repaired_batch_id)
            hashes[mending.attempt.step] = tuple(shard.sha256 for shard in shards)
        return hashes

    first = made()
    assert {"top_up", "previous_champion"} <= set(first)
    anchor = forgetful.store.read_bytes(snapshot.anchor_key_path)
    rows = forgetful.store.read_table(snapshot.anchor_key_path)
    try:
        alike = rows.take(pa.array(np.zeros(rows.num_rows, dtype=np.int64)))
        forgetful.store.write_table(snapshot.anchor_key_path, alike)
        assert made() == first
        forgetful.store.delete(snapshot.anchor_key_path)
        assert made() == first
    finally:
        forgetful.store.write_bytes(snapshot.anchor_key_path, anchor)


@pytest.mark.usefixtures("forgets_at_night")
def test_the_watch_sees_the_night_as_its_generator_made_it(forgetful: House, clinic: DatasetSpec) -> None:
    day = date(2026, 2, 9)
    failed_id, validation_id = make(forgetful, clinic, day)
    found = repair(forgetful, clinic, validation_id)
    assert passed(found), found.sentence
    with forgetful.ledger.transaction() as books:
        generator_id = books.batches.get(failed_id).generator_id
        seen = {each.batch_id for each in books.watch.nights(generator_id, ["category.kept", "column.shape"])}
    assert failed_id in seen
    assert found.batch_id not in seen


def test_what_misses_no_modes_is_not_mended(
    forgetful: House, clinic: DatasetSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest_day, day = date(2026, 2, 10), date(2026, 2, 11)
    _, honest = make(forgetful, clinic, honest_day)
    release(forgetful, clinic, honest)
    monkeypatch.setattr(faults.Forgetful, "sample", lambda self, n, seed: faults.Trees.sample(self, n, 7))
    make(forgetful, clinic, date(2026, 2, 12))
    _, validation_id = make(forgetful, clinic, day)
    with forgetful.ledger.transaction() as books:
        validation = books.validations.get(validation_id)
    if validation.passed:  # the first such night repeats nothing yet
        release(forgetful, clinic, validation_id)
        _, validation_id = make(forgetful, clinic, date(2026, 2, 13))
    found = repair(forgetful, clinic, validation_id)
    assert not passed(found)
    assert "duplicates.repeated" in found.sentence
