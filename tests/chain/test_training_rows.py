"""What a generator learns from: real rows alone by default; beside them synthetic ones by the policy of the spec."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
import pytest
from tests.chain.nights import night

from headwater.chain.house import GateClosedError, House
from headwater.chain.produce import plan
from headwater.chain.train import train
from headwater.chain.training_rows import Mixture, mix, plan_mixture
from headwater.ledger.records import Snapshot
from headwater.spec import DatasetSpec
from headwater.tables.frames import from_arrow


@pytest.fixture(scope="module")
def snapshot(manned: House, clinic: DatasetSpec) -> Snapshot:
    for day in (date(2026, 6, 1), date(2026, 6, 2)):
        night(manned, clinic, day)
    with manned.ledger.transaction() as books:
        found = books.snapshots.latest("clinic")
    assert found is not None
    return found


def under(clinic: DatasetSpec, **training: Any) -> DatasetSpec:
    return DatasetSpec.model_validate({**clinic.model_dump(mode="json", by_alias=True), "training": training})


def real_rows(house: House, snapshot: Snapshot) -> pd.DataFrame:
    return from_arrow(house.store.read_table(snapshot.train_key), snapshot.schema)


def test_the_default_is_the_snapshots_training_rows(manned: House, clinic: DatasetSpec, snapshot: Snapshot) -> None:
    mixture = plan_mixture(manned, clinic, snapshot)
    rows = mix(manned, clinic, snapshot, mixture)
    assert mixture.ids == []
    pd.testing.assert_frame_equal(rows.frame, real_rows(manned, snapshot))
    assert (rows.depth, rows.depth_max, rows.real_share) == (0, 0, 1)


def test_real_rows_are_kept_and_synthetic_ones_drawn_from_all_batches(
    manned: House, clinic: DatasetSpec, snapshot: Snapshot
) -> None:
    spec = under(clinic, synthetic_share=0.3)
    mixture = plan_mixture(manned, spec, snapshot)
    rows, again = (mix(manned, spec, snapshot, mixture) for _ in range(2))
    real = real_rows(manned, snapshot)
    pd.testing.assert_frame_equal(rows.frame.head(len(real)), real)
    pd.testing.assert_frame_equal(rows.frame, again.frame)
    made = len(rows.frame) - len(real)
    assert len(mixture.batches) == 2
    assert made == pytest.approx(0.3 * len(rows.frame), abs=0.05 * len(rows.frame))
    assert rows.real_share == pytest.approx(len(real) / len(rows.frame))
    assert rows.real_share >= spec.training.real_share_min
    assert rows.depth == pytest.approx(made / len(rows.frame))
    assert rows.depth_max == 1
    assert not rows.frame.tail(made).duplicated().any()
    assert len(rows.frame.tail(made).merge(real.drop_duplicates(), how="inner")) == 0


def test_without_accumulating_only_the_latest_batch_is_used(
    manned: House, clinic: DatasetSpec, snapshot: Snapshot
) -> None:
    mixture = plan_mixture(manned, under(clinic, synthetic_share=0.3, accumulate=False), snapshot)
    assert [batch.batch_date for batch in mixture.batches] == [date(2026, 6, 2)]


def test_rows_that_came_back_count_against_the_floor(manned: House, clinic: DatasetSpec, snapshot: Snapshot) -> None:
    leaky = replace(snapshot, real_share=0.8)
    assert plan_mixture(manned, under(clinic, synthetic_share=0.2), leaky).wanted > 0
    with pytest.raises(GateClosedError, match=r"56\.0% real rows, below training\.real_share_min.*Cure"):
        plan_mixture(manned, under(clinic, synthetic_share=0.3), leaky)


def test_a_generator_of_a_mixture_says_so_and_its_batches_are_too_deep_to_learn_from(
    manned: House, clinic: DatasetSpec, snapshot: Snapshot
) -> None:
    spec = under(clinic, synthetic_share=0.3)
    real_only, mixed = (train(manned, one, snapshot.snapshot_id, "trees") for one in (clinic, spec))
    assert mixed != real_only
    with manned.ledger.transaction() as books:
        generator = books.generators.get(mixed)
        plain = books.generators.get(real_only)
    assert (plain.depth, plain.depth_max, plain.real_share) == (0, 0, 1)
    assert 0.2 < generator.depth < 0.35
    assert generator.depth_max == 1
    assert 0.65 < generator.real_share < 0.8
    with manned.ledger.transaction() as books:
        books.generators.promote("clinic", mixed, snapshot.taken_at.replace(year=2027))
    planned = plan(manned, spec, date(2026, 6, 3))
    with manned.ledger.transaction() as books:
        batch = books.batches.get(planned.batch_id)
    assert batch.depth == pytest.approx(generator.depth + 1)
    assert (batch.depth_max, batch.real_share) == (2, 0)


def test_deep_batches_are_not_learned_from(manned: House, clinic: DatasetSpec, snapshot: Snapshot) -> None:
    with manned.ledger.transaction() as books:
        for batch in books.batches.ever_released("clinic"):
            books.batches.mark(batch.batch_id, "released", depth=1.5, depth_max=2.0)
    try:
        mixture = plan_mixture(manned, under(clinic, synthetic_share=0.3), snapshot)
        assert mixture.ids == []
        assert len(plan_mixture(manned, under(clinic, synthetic_share=0.3, max_depth=2), snapshot).ids) == 2
    finally:
        with manned.ledger.transaction() as books:
            for batch in books.batches.ever_released("clinic"):
                books.batches.mark(batch.batch_id, "released", depth=1.0, depth_max=1.0)


def test_a_share_of_just_the_floor_is_allowed(manned: House, clinic: DatasetSpec, snapshot: Snapshot) -> None:
    spec = under(clinic, synthetic_share=0.4, real_share_min=0.6)
    for rows in (997, 1_000, 1_001, 1_003):
        wanted = plan_mixture(manned, spec, replace(snapshot, train_rows=rows)).wanted
        assert rows / (rows + wanted) >= 0.6 - 1e-12
        assert wanted == pytest.approx(rows * 2 / 3, abs=1)


def test_batches_of_another_type_are_not_learned_from(
    manned: House, clinic: DatasetSpec, snapshot: Snapshot, caplog: pytest.LogCaptureFixture
) -> None:
    columns = tuple(
        each.model_copy(update={"storage": "real" if each.storage == "integer" else each.storage})
        for each in snapshot.schema.columns
    )
    other = replace(snapshot, schema=snapshot.schema.model_copy(update={"columns": columns}))
    assert plan_mixture(manned, under(clinic, synthetic_share=0.3), other).batches == ()
    assert "no released batch of depth 1 or less, and of the source's columns and types" in caplog.text


def test_rows_that_the_source_could_not_have_today_are_left_out(
    manned: House, clinic: DatasetSpec, snapshot: Snapshot, caplog: pytest.LogCaptureFixture
) -> None:
    given = clinic.model_dump(mode="json", by_alias=True)
    columns = {**given["columns"], "age": {**given["columns"]["age"], "max": 50}}
    spec = DatasetSpec.model_validate({**given, "columns": columns, "training": {"synthetic_share": 0.35}})
    rows = mix(manned, spec, snapshot, plan_mixture(manned, spec, snapshot))
    made = rows.frame.iloc[snapshot.train_rows :]
    assert len(made) > 0
    assert made["age"].max() <= 50
    assert real_rows(manned, snapshot)["age"].max() > 50, "real rows are always kept"


def test_small_batches_give_what_they_have_and_the_lack_is_said(
    manned: House, clinic: DatasetSpec, snapshot: Snapshot, caplog: pytest.LogCaptureFixture
) -> None:
    mixture = plan_mixture(manned, under(clinic, synthetic_share=0.3), snapshot)
    held = sum(batch.rows for batch in mixture.batches)
    rows = mix(manned, clinic, snapshot, Mixture(mixture.batches, 10 * held))
    assert len(rows.frame) - snapshot.train_rows <= held
    assert f"not {10 * held}" in caplog.text
