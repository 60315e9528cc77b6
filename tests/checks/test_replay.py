"""Personal data of training rows, by hand: what identifies a person, and what many people share."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest
from townspeople import SCHEMA, people

from headwater.checks import baseline, replay
from headwater.checks.baseline import Baseline
from headwater.checks.judge import Judge
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.checks.result import CheckResult
from headwater.checks.verdict import verdict
from headwater.spec.contract import Contract
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema

EMAIL = ColumnSchema(name="email", sdtype="pii", storage="text", nullable=True, pii="email")
NAME = ColumnSchema(name="name", sdtype="pii", storage="text", nullable=True, pii="name")
PERSONAL = TableSchema(columns=(*SCHEMA.columns, EMAIL, NAME))


def persons(rows: int, seed: int, host: str) -> pd.DataFrame:
    """People with a mail address of their own at ``host`` and one of 100,000 names; 2,000 of the names are common."""
    draw = np.random.default_rng([seed, 9])
    number = np.where(draw.random(rows) < 0.5, draw.integers(0, 2_000, rows), draw.integers(0, 100_000, rows))
    columns = {"email": [f"p{seed}.{place}@{host}" for place in range(rows)], "name": [f"N {one}" for one in number]}
    return conform(people(rows, seed).assign(**columns), PERSONAL)


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    contract = Contract(cell_coverage_min=0.5, coverage_min=0.8)
    train, anchor = persons(1_200, 1, "here.example"), persons(400, 2, "here.example")
    return Prepared.of(Reference(PERSONAL, train, anchor, contract, ("member",), 7), 300)


@pytest.fixture(scope="module")
def floor(prepared: Prepared) -> Baseline:
    return baseline.draw(prepared, prepared.train, kind="noise_floor", subject="snapshot 1", draws=60)


@pytest.fixture
def judge(prepared: Prepared, floor: Baseline) -> Judge:
    return Judge(prepared, floor)


def found(judge: Judge, batch: pd.DataFrame) -> dict[str, CheckResult]:
    return {name: result for name, result in judge.by_name(batch).items() if result.family == "replay"}


def test_made_up_people_replay_nobody(judge: Judge) -> None:
    results = found(judge, persons(2_000, 3, "made.example"))
    assert list(results) == ["replay.identifying", "replay.shared"]
    assert all(result.passed and result.severity == "critical" and result.n == 2_000 for result in results.values())
    assert results["replay.identifying"].value == 0
    assert results["replay.shared"].value > 0, "common names meet by chance"


@pytest.mark.parametrize("written", ["p1.17@here.example", "  P1.17@HERE.example "])
def test_one_mail_address_of_a_training_row_is_too_many(judge: Judge, written: str) -> None:
    batch = persons(2_000, 3, "made.example")
    batch["email"] = batch["email"].mask(batch.index == 1_999, written)
    result = found(judge, batch)["replay.identifying"]
    assert (result.passed, result.value, result.limit, result.limit_origin) == (False, 1, 0, "exact")
    assert result.sentence == "1 row of 2,000 holds a value of email that a training row holds."
    assert "p1.17" not in result.model_dump_json(), "the value itself stays where it is"
    assert "replay.identifying" in verdict(judge.results(batch)).failed


def test_addresses_of_the_anchor_are_not_what_is_looked_for(judge: Judge) -> None:
    """The generator cannot have them from training."""
    batch = persons(2_000, 3, "made.example").assign(email="p2.5@here.example")
    assert found(judge, conform(batch, PERSONAL))["replay.identifying"].value == 0


def test_remembered_names_are_more_than_chance(judge: Judge, prepared: Prepared) -> None:
    batch = persons(2_000, 3, "made.example")
    remembered = prepared.reference.train["name"].iloc[:200].to_numpy()
    batch.loc[:199, "name"] = remembered
    result = found(judge, batch)["replay.shared"]
    assert not result.passed
    assert result.value > result.limit > result.noise
    assert result.sentence.endswith(f"values of strangers it would be {result.noise:,.0f}.")


def test_missing_values_replay_nothing(judge: Judge) -> None:
    batch = persons(400, 3, "made.example").assign(email=pd.NA, name=pd.NA)
    results = found(judge, conform(batch, PERSONAL))
    assert [result.value for result in results.values()] == [0, 0]
    assert all(result.passed for result in results.values())


def test_hits_by_hand() -> None:
    """Values of more than one real row are nobody's own; each value counts once."""
    train = pd.Index(["a", "b", "c"])
    column = replay.Personal("name", False, train, pd.Index(["a", "b"]), pd.Index(["x"]))
    batch = pd.DataFrame({"name": ["A", "a ", "c", "x", "y", None]})
    assert column.hits(batch) == replay.Hits(rows=6, replayed=3, once=1, strangers=1)


def test_without_personal_data_there_is_nothing_to_look_at(judge: Judge, prepared: Prepared) -> None:
    assert replay.watched(prepared) == replay.STATISTICS
    assert replay.watched(dataclasses.replace(prepared, personal=prepared.personal[:1])) == (replay.IDENTIFYING,)
    assert replay.watched(dataclasses.replace(prepared, personal=())) == ()


def test_a_batch_without_a_personal_column_is_not_judged(judge: Judge) -> None:
    results = judge.results(persons(400, 3, "made.example").drop(columns="email"))
    assert not verdict(results).passed
    assert results[0].sentence.endswith("the batch lacks 1 of 7 columns, first 'email'.")
