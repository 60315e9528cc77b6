"""A step of repair that cannot be taken is told and passed over, and the batch reaches its readers or quarantine."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests import faults
from tests.chain.nights import batch_of, make, night, rows_for_readers
from tests.chain.second_champion import crown, in_run, reign, train_other, versions_of
from tests.clinic import clinic_rows

from headwater.chain import keys
from headwater.chain import validate as validate_stage
from headwater.chain.acquire import acquire
from headwater.chain.former import former_champion
from headwater.chain.house import GateClosedError, House
from headwater.chain.profile import profile
from headwater.chain.recall import recall
from headwater.chain.release import release
from headwater.chain.repair import Repaired, repair
from headwater.chain.retire import retire
from headwater.chain.rollback import rollback
from headwater.chain.train import train
from headwater.checks.judge import Judge
from headwater.generators.constraints.errors import ConstraintError
from headwater.ledger.guard_records import Repair
from headwater.spec import Candidate, DatasetSpec
from headwater.spec.repair import Repair as Limits

LITTLE = Limits(rows_share=0.005)
"""Too few rows may be exchanged to mend anything: the champion before decides."""


def tried(house: House, day: date) -> list[Repair]:
    with house.ledger.transaction() as books:
        return books.repairs.of("clinic", day)


def mended(house: House, spec: DatasetSpec, day: date) -> Repaired:
    """A night up to its repair."""
    _, validation_id = make(house, spec, day)
    return repair(house, spec, validation_id)


def quarantined(house: House, spec: DatasetSpec, found: Repaired) -> bool:
    """Whether release puts what repair hands on into quarantine."""
    assert not found.judgement.is_passed
    with pytest.raises(GateClosedError, match="is in quarantine"):
        release(house, spec, found.judgement.validation_id)
    return batch_of(house, found.batch_id).status == "quarantined"


def test_a_pool_that_a_constraint_forbids_is_passed_over(
    forgetful: House, clinic: DatasetSpec, forgets: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = faults.Forgetful.sample

    def sample(model: faults.Forgetful, n: int, seed: int) -> pd.DataFrame:
        if n > 2_000:
            raise ConstraintError("the constraint unique age has 2,500 possible keys for 4,000 rows; ask for fewer")
        return honest(model, n, seed)

    monkeypatch.setattr(faults.Forgetful, "sample", sample)
    day = date(2026, 3, 1)
    found = mended(forgetful, clinic, day)
    assert "Could not be weighed towards the profile: the constraint unique age has" in found.sentence
    assert found.judgement.is_passed, found.sentence
    assert [each.step for each in tried(forgetful, day)] == ["top_up"]


@pytest.fixture
def broken(forgetful: House, request: pytest.FixtureRequest) -> Iterator[str]:
    """The former champion after its model file, or its class, has gone; what is told of it."""
    with forgetful.ledger.transaction() as books:
        former = books.generators.get(versions_of(forgetful, "clinic")[0].generator_id)
    model = forgetful.store.read_bytes(former.model_key)
    change = "UPDATE headwater.generators SET kind = %s WHERE generator_id = %s"
    if request.param == "file":
        forgetful.store.delete(former.model_key)
    else:
        with forgetful.ledger.transaction() as books:
            books.readers._connection().execute(change, ["gone.module:Gone", former.generator_id])
    yield {"file": "There is no artifact", "class": "'gone.module:Gone' cannot be imported"}[request.param]
    forgetful.store.write_bytes(former.model_key, model)
    with forgetful.ledger.transaction() as books:
        books.readers._connection().execute(change, [former.kind, former.generator_id])


@pytest.mark.parametrize(("broken", "day"), [("file", 2), ("class", 3)], indirect=["broken"])
def test_a_former_champion_that_cannot_be_used_leaves_the_batch_to_quarantine(
    forgetful: House, clinic: DatasetSpec, forgets: None, broken: str, day: int
) -> None:
    spec = clinic.model_copy(update={"repair": LITTLE})
    found = mended(forgetful, spec, date(2026, 3, day))
    assert "The champion before could not make it" in found.sentence
    assert broken in found.sentence
    assert quarantined(forgetful, spec, found)


def test_mended_rows_that_cannot_be_judged_leave_the_batch_to_quarantine(
    forgetful: House, clinic: DatasetSpec, forgets: None
) -> None:
    day = date(2026, 3, 4)
    batch_id, validation_id = make(forgetful, clinic, day)
    with forgetful.ledger.transaction() as books:
        key = books.snapshots.of_generator(books.batches.get(batch_id).generator_id).anchor_key_path
    anchor = forgetful.store.read_bytes(key)
    forgetful.store.delete(key)
    try:
        found = repair(forgetful, clinic, validation_id)
    finally:
        forgetful.store.write_bytes(key, anchor)
    assert found.sentence.count("It could not be judged: There is no artifact") == len(tried(forgetful, day)) > 1
    assert found.batch_id == batch_id
    assert quarantined(forgetful, clinic, found)
    made = [each.repaired_batch_id for each in tried(forgetful, day)]
    assert not [each for each in made if forgetful.store.list(keys.work("clinic", each))]


def test_a_former_champion_of_another_table_is_not_asked_and_that_is_said(
    forgetful: House, clinic: DatasetSpec
) -> None:
    with forgetful.ledger.transaction() as books:
        champion = books.generators.champion("clinic")
        assert champion is not None
        (batch, *_) = books.batches.made_by(champion.generator_id, ["released"])
        schema = books.snapshots.of_generator(champion.generator_id).schema
    first = versions_of(forgetful, "clinic")[0].generator_id
    less = schema.model_copy(update={"columns": schema.columns[1:]})
    assert former_champion(forgetful, batch, less) == (None, "version 1 makes a table of other columns or types")
    other = [each.model_copy(update={"categories": (*each.categories, "new")} if each.categories else {"decimals": 1})
             for each in schema.columns]  # fmt: skip
    maker, _ = former_champion(forgetful, batch, schema.model_copy(update={"columns": tuple(other)}))
    assert maker is not None
    assert maker.generator_id == first


def source(spec: DatasetSpec, rows: pd.DataFrame, path: Path) -> DatasetSpec:
    """The spec with these rows as its source."""
    rows.to_csv(path, index=False)
    changed = spec.source.model_copy(update={"path": str(path)})
    return spec.model_copy(update={"source": changed, "repair": LITTLE})


def reigns(house: House, spec: DatasetSpec, kind: str) -> None:
    """A generator of this kind learns the source as it is now, is champion, and has an honest night."""
    snapshot_id = acquire(house, spec)
    profile(house, spec, snapshot_id)
    candidate = Candidate(kind=kind, name="one")
    crown(house, "clinic", train(house, spec.model_copy(update={"candidates": (candidate,)}), snapshot_id, "one"))
    night(house, spec, date(2026, 1, 1))


def test_a_mode_that_is_new_in_the_source_is_not_released_without_it(
    house: House, clinic: DatasetSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The champion before never had it: by its own snapshot's anchor nothing is missing."""
    rows = clinic_rows()
    reigns(house, source(clinic, rows[rows["ward"] != "rare"], tmp_path / "before.csv"), "trees")
    spec = source(clinic, rows, tmp_path / "now.csv")
    reigns(house, spec, faults.Forgetful.kind)
    monkeypatch.setattr(faults.Forgetful, "forgotten", 1.0)
    day = date(2026, 3, 5)
    found = mended(house, spec, day)
    last = tried(house, day)[-1]
    assert last.step == "previous_champion"
    assert last.after["short_bins"] > 0
    assert "newer real rows" in found.sentence
    assert "category.kept" in found.sentence
    assert batch_of(house, last.repaired_batch_id).status == "failed"
    assert quarantined(house, spec, found)


def test_a_category_that_is_new_in_the_source_does_not_stop_the_champion_before(
    house: House, clinic: DatasetSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = clinic_rows()
    reigns(house, source(clinic, rows, tmp_path / "before.csv"), "trees")
    few = rows.iloc[:3].assign(ward="hospice", cost=rows["cost"].iloc[:3].to_numpy() + np.array([0.125, 0.25, 0.5]))
    spec = source(clinic, pd.concat([rows, few], ignore_index=True), tmp_path / "now.csv")
    reigns(house, spec, faults.Forgetful.kind)
    monkeypatch.setattr(faults.Forgetful, "forgotten", 1.0)
    day = date(2026, 3, 6)
    found = mended(house, spec, day)
    assert found.judgement.is_passed, found.sentence
    assert tried(house, day)[-1].step == "previous_champion"
    release(house, spec, found.judgement.validation_id)
    assert rows_for_readers(house, day) == 2_000


def test_another_batch_of_a_date_is_judged_after_the_looks_that_the_date_has_spent(
    forgetful: House, clinic: DatasetSpec, forgets: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[int] = []

    def judge(*arguments: Any) -> Judge:
        looks.append(arguments[-1])
        return Judge(*arguments)

    monkeypatch.setattr(validate_stage, "Judge", judge)
    day, limits = date(2026, 3, 8), Limits(attempts=1, rows_share=0.005, previous_champion=False)
    spec = clinic.model_copy(update={"repair": limits})
    first = mended(forgetful, spec, day)
    assert not mended(forgetful, spec.model_copy(update={"seed": 1}), day).judgement.is_passed
    assert looks == [1, 2, 3]
    validate_stage.validate(forgetful, spec, make(forgetful, spec, day)[0])
    assert looks[3:] == [1, 1], "the first batch keeps its look"
    assert quarantined(forgetful, spec, first)


def test_a_mended_batch_that_was_recalled_or_retired_comes_back(
    forgetful: House, clinic: DatasetSpec, forgets: None
) -> None:
    day, house = date(2026, 3, 11), in_run(forgetful)
    found = mended(house, clinic, day)
    assert {each.step for each in tried(house, day)} <= {"reweigh", "top_up"}, "by its own champion, which is recalled"
    release(house, clinic, found.judgement.validation_id)
    content = batch_of(house, found.batch_id).content_hash
    version = next(each.version for each in versions_of(house, "clinic") if each.is_current)
    rollback(in_run(house), clinic, "1", "It forgets.", "ada")
    recall(in_run(house), clinic, str(version), "It forgets.", "ada")
    assert batch_of(house, found.batch_id).status == "recalled"
    rollback(in_run(house), clinic, str(version), "It was no fault.", "ada")
    again = mended(in_run(house), clinic, day)
    assert again.batch_id == found.batch_id
    release(house, clinic, again.judgement.validation_id)
    assert rows_for_readers(house, day) == 2_000
    (failed_id,) = {each.batch_id for each in tried(house, day)}
    assert {found.batch_id, failed_id} <= set(retire(in_run(house), clinic, date(2036, 1, 1)))
    assert batch_of(house, failed_id).status == "retired"
    last = mended(in_run(house), clinic, day)
    release(house, clinic, last.judgement.validation_id)
    assert rows_for_readers(house, day) == 2_000
    assert batch_of(house, found.batch_id).content_hash == content
    with house.ledger.transaction() as books:
        kinds = [each.kind for each in books.decisions.of(found.batch_id)]
    assert kinds == ["release", "recall", "release", "retire", "release"], "one run released it three times"


def test_a_past_night_is_mended_by_the_champion_before_its_own(forgetful: House, clinic: DatasetSpec) -> None:
    """Not by one that reigned later: that night could not have asked it."""
    first, own = (each.generator_id for each in versions_of(forgetful, "clinic")[:2])
    later = [train_other(forgetful, clinic, name, leaf) for name, leaf in (("later", 25), ("latest", 30))]
    moments = [datetime(2026, 5, day, tzinfo=UTC) for day in (1, 2, 3, 4)]
    with forgetful.ledger.transaction() as books:
        batch = books.batches.made_by(own, ["released", "retired", "superseded", "recalled"])[0]
        schema = books.snapshots.of_generator(own).schema
        # What people decided in the tests before stands no more.
        books.readers._connection().execute("DELETE FROM headwater.decisions WHERE kind IN ('rollback', 'recall')")
    reign(forgetful, "clinic", *zip((first, own, *later), moments, strict=True))
    maker, _ = former_champion(forgetful, batch, schema)
    last, _ = former_champion(forgetful, batch.model_copy(update={"generator_id": later[1]}), schema)
    assert maker is not None
    assert last is not None
    assert [maker.generator_id, last.generator_id] == [first, later[0]]
