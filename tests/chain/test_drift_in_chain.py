"""Drift in the chain: each snapshot is looked at once, the answer is kept, a run gets the same one again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from tests.chain.conftest import retrain
from tests.clinic import clinic_rows

from headwater.chain.acquire import acquire
from headwater.chain.decisions import decided
from headwater.chain.drift import drift
from headwater.chain.house import House
from headwater.chain.profile import profile
from headwater.chain.renew_anchor import renew_anchor
from headwater.chain.unseen import unjudged
from headwater.ledger import NotInLedger
from headwater.ledger.records import Decision, Generator
from headwater.spec import DatasetSpec
from headwater.spec.columns import Column

ROWS = clinic_rows()
Source = Callable[[pd.DataFrame], DatasetSpec]


@pytest.fixture
def source(clinic: DatasetSpec, tmp_path: Path) -> Source:
    """The spec of ``clinic`` with other rows in its source."""

    def write(rows: pd.DataFrame) -> DatasetSpec:
        path = tmp_path / f"rows{len(list(tmp_path.iterdir()))}.csv"
        rows.to_csv(path, index=False)
        return clinic.model_copy(update={"source": clinic.source.model_copy(update={"path": str(path)})})

    return write


def champion_of(house: House) -> Generator:
    with house.ledger.transaction() as books:
        found = books.generators.champion("clinic")
    assert found is not None
    return found


def looks(house: House, snapshot_id: str) -> list[Decision]:
    with house.ledger.transaction() as books:
        return [each for each in books.decisions.of(snapshot_id) if each.kind in ("drift", "no_drift", "drift_goes_on")]


def with_ward(rows: pd.DataFrame, share: float, ward: str) -> pd.DataFrame:
    return rows.assign(ward=rows["ward"].mask(np.arange(len(rows)) % round(1 / share) == 0, ward))


def test_the_champions_own_rows_have_not_drifted(manned: House, clinic: DatasetSpec) -> None:
    found = drift(replace(manned, run_id="own"), clinic, champion_of(manned).snapshot_id)
    assert not found.is_drifted
    assert "the very rows that the champion learned from" in found.sentence
    assert found.figures == {}


def test_fresh_rows_of_the_same_kind_are_quiet_and_looked_at_once(manned: House, source: Source) -> None:
    spec = source(pd.concat([ROWS.head(600), clinic_rows(700, seed=8)]))
    snapshot = acquire(manned, spec)
    first = drift(replace(manned, run_id="monday"), spec, snapshot)
    assert not first.is_drifted, first.sentence
    assert len(first.figures["figures"]) > 10
    second = drift(replace(manned, run_id="tuesday"), spec, snapshot)
    assert not second.is_drifted
    assert "the source is as it was on" in second.sentence
    assert second.figures == {}
    assert [each.detail["run_id"] for each in looks(manned, snapshot)] == ["monday", "tuesday"]


def test_drift_is_told_once_and_the_same_run_gets_the_same_answer(manned: House, source: Source) -> None:
    spec = source(with_ward(ROWS, 0.05, "secret_ward"))
    house, snapshot = replace(manned, run_id="drifting"), acquire(manned, spec)
    first = drift(house, spec, snapshot)
    assert first.is_drifted
    assert "rows hold a category that the champion never saw in ward" in first.sentence
    assert drift(house, spec, snapshot) == first
    (kept,) = looks(manned, snapshot)
    assert (kept.kind, kept.outcome, kept.reason) == ("drift", "drift", first.sentence)
    assert kept.detail["figures"] == first.figures
    assert kept.detail["generator_id"] == champion_of(manned).generator_id
    assert "secret_ward" not in kept.model_dump_json()
    after = drift(replace(manned, run_id="the day after"), spec, snapshot)
    assert after.figures == first.figures, "nobody was trained since: asked again, and not measured again"
    assert "secret_ward" not in "".join(each.model_dump_json() for each in looks(manned, snapshot))


def planted() -> dict[str, pd.DataFrame]:
    rare = ROWS[ROWS["ward"] == "rare"]
    return {
        "a rare ward three times as common": pd.concat([ROWS, rare, rare]),
        "no rare ward": ROWS[ROWS["ward"] != "rare"],
        "older": ROWS.assign(age=np.minimum(ROWS["age"] + 12, 120)),
        "few rows": ROWS.head(250),
    }


@pytest.mark.parametrize("name", list(planted()))
def test_planted_drift_is_found_by_the_next_run(manned: House, source: Source, name: str) -> None:
    spec = source(planted()[name])
    found = drift(replace(manned, run_id=name), spec, acquire(manned, spec))
    assert found.is_drifted, found.sentence


def test_a_table_of_other_columns_is_drift_and_no_crash(manned: House, source: Source) -> None:
    spec = source(ROWS.assign(weight=70.5))
    spec = spec.model_copy(update={"columns": {**spec.columns, "weight": Column(sdtype="numerical")}})
    found = drift(replace(manned, run_id="columns"), spec, acquire(manned, spec))
    assert found.is_drifted
    assert found.sentence == "Drift: the table is another one now. weight is new."
    gaps = source(ROWS.assign(cost=ROWS["cost"].mask(np.arange(len(ROWS)) % 10 == 0)))
    nullable = gaps.columns["cost"].model_copy(update={"nullable": True})
    gaps = gaps.model_copy(update={"columns": {**gaps.columns, "cost": nullable}})
    missing = drift(replace(manned, run_id="gaps"), gaps, acquire(manned, gaps))
    assert missing.is_drifted
    assert "hold missing values in cost, more than chance brings" in missing.sentence


def test_another_champion_has_its_own_look(manned: House, source: Source, clinic: DatasetSpec) -> None:
    spec = source(with_ward(ROWS, 0.1, "new"))
    snapshot = acquire(manned, spec)
    assert drift(replace(manned, run_id="before"), spec, snapshot).is_drifted
    before = champion_of(manned)
    profile(manned, spec, snapshot)
    with manned.ledger.transaction() as books:
        other = before.model_copy(
            update={"generator_id": "00000000-0000-4000-8000-000000000001", "snapshot_id": snapshot}
        )
        books.generators.record(other)
        books.generators.promote("clinic", other.generator_id, datetime.now(UTC))
    assert "very rows" in drift(replace(manned, run_id="after"), spec, snapshot).sentence
    back = drift(replace(manned, run_id="back"), clinic, before.snapshot_id)
    assert back.is_drifted, back.sentence
    with manned.ledger.transaction() as books:
        books.generators.promote("clinic", before.generator_id, datetime.now(UTC))


def test_without_a_champion_there_is_nothing_yet(house: House, clinic: DatasetSpec) -> None:
    snapshot = acquire(house, clinic)
    found = drift(house, clinic, snapshot)
    assert found.is_drifted
    assert "no champion yet" in found.sentence
    assert [each.kind for each in looks(house, snapshot)] == ["drift"]
    assert drift(replace(house, run_id="next"), clinic, snapshot).is_drifted


def test_a_snapshot_that_nobody_took_is_a_fault(house: House, clinic: DatasetSpec) -> None:
    with pytest.raises(NotInLedger):
        drift(house, clinic, "00000000-0000-4000-8000-000000000000")


def test_rows_of_the_champions_anchor_are_left_out_after_a_renewal(
    house: House, clinic: DatasetSpec, source: Source
) -> None:
    retrain(house, clinic)
    with house.ledger.transaction() as books:
        learned = books.snapshots.get(champion_of(house).snapshot_id)
    renew_anchor(house, "clinic", reason="A test.", decided_by="a person")
    spec = source(ROWS.head(1_150))
    snapshot = acquire(house, spec)
    kept = unjudged(house, spec, snapshot, learned)
    with house.ledger.transaction() as books:
        new = books.snapshots.get(snapshot)
    old = {tuple(row.values()) for row in house.store.read_table(learned.anchor_key_path).to_pylist()}
    rows = [tuple(row.values()) for row in house.store.read_table(new.train_key).to_pylist()]
    assert kept.tolist() == [row not in old for row in rows]
    assert 0.7 < kept.mean() < 0.9
    found = drift(replace(house, run_id="renewed"), spec, snapshot)
    assert not found.is_drifted, found.sentence
    assert found.figures["rows"][0] == kept.sum()


def test_a_champion_that_survived_a_retraining_rests_a_week(
    house: House, clinic: DatasetSpec, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    champion_id = retrain(house, clinic)

    def looked(share: float, run: str) -> tuple[bool, str]:
        spec = source(with_ward(ROWS, share, "new"))
        snapshot = acquire(house, spec)
        found = drift(replace(house, run_id=run), spec, snapshot)
        (kept,) = looks(house, snapshot)
        assert (kept.reason, bool(kept.detail["figures"])) == (found.sentence, True)
        return found.is_drifted, kept.kind

    assert looked(0.05, "monday") == (True, "drift")
    assert looked(0.06, "tuesday") == (True, "drift"), "nobody has been trained since"
    with house.ledger.transaction() as books:
        books.decisions.record(
            decided(house, "clinic", "keep", ("generator", champion_id), reason="Nobody better.", at=datetime.now(UTC))
        )
    assert looked(0.07, "wednesday") == (False, "drift_goes_on")
    assert looked(0.08, "thursday") == (False, "drift_goes_on")
    monkeypatch.setattr("headwater.chain.drift.REST", timedelta(0))
    assert looked(0.09, "a week later") == (True, "drift")


def test_drift_is_asked_for_again_until_a_retraining_came_to_a_decision(
    house: House, clinic: DatasetSpec, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The retraining failed, and the source stays as it is; what was found on the first night is not measured again."""
    champion_id = retrain(house, clinic)
    spec = source(with_ward(ROWS, 0.05, "new"))
    snapshot = acquire(house, spec)
    monday = drift(replace(house, run_id="monday"), spec, snapshot)
    assert monday.is_drifted
    monkeypatch.setattr("headwater.chain.drift.compare", None)
    for run in ("tuesday", "wednesday", "wednesday"):
        again = drift(replace(house, run_id=run), spec, snapshot)
        assert again.is_drifted
        assert again.sentence.startswith("A retraining is asked for again: the source is as it was on ")
        assert again.sentence.endswith(f"Then: {monday.sentence}")
        assert again.figures == monday.figures
    with house.ledger.transaction() as books:
        books.decisions.record(
            decided(house, "clinic", "keep", ("generator", champion_id), reason="Nobody better.", at=datetime.now(UTC))
        )
    resting = drift(replace(house, run_id="thursday"), spec, snapshot)
    assert not resting.is_drifted
    assert resting.sentence.startswith("Drift goes on, and nobody is trained for it")
    assert resting.sentence.endswith(f"it is asked for again. {monday.sentence}")
    assert not drift(replace(house, run_id="friday"), spec, snapshot).is_drifted
    monkeypatch.setattr("headwater.chain.drift.REST", timedelta(0))
    assert drift(replace(house, run_id="a week later"), spec, snapshot).is_drifted
    assert [each.kind for each in looks(house, snapshot)] == [*["drift"] * 3, *["drift_goes_on"] * 2, "drift"]
