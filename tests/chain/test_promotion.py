"""Champion and challenger: equals take turns, worse ones are refused by name, small steps down do not add up."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import pytest

from headwater.chain import keys
from headwater.chain.acquire import acquire
from headwater.chain.compare import Arena, NoComparisonError
from headwater.chain.house import House
from headwater.chain.promote import Promotion, promote
from headwater.chain.rivals import stand
from headwater.chain.train import train
from headwater.generators.trees.generator import Trees
from headwater.ledger.records import Decision, Generator
from headwater.spec import Candidate, DatasetSpec
from headwater.tables.frames import conform, from_arrow
from headwater.tables.schema import TableSchema

BY_ITSELF = {"kind": "trees", "name": "again", "settings": {"leaf": 22}}


def offering(spec: DatasetSpec, candidate: dict[str, Any]) -> DatasetSpec:
    """The clinic's spec with one other candidate."""
    return spec.model_copy(update={"candidates": (Candidate.model_validate(candidate),)})


def diluted(percent: int) -> dict[str, Any]:
    return {"kind": f"tests.faults:Diluted{percent}", "name": f"diluted {percent}"}


def trained(house: House, spec: DatasetSpec, candidate: dict[str, Any]) -> Generator:
    offered = offering(spec, candidate)
    generator_id = train(house, offered, acquire(house, offered), offered.candidates[0].label)
    with house.ledger.transaction() as books:
        return books.generators.get(generator_id)


def plant(house: House, generator: Generator) -> None:
    """Make it champion, whatever it is worth."""
    with house.ledger.transaction() as books:
        books.generators.promote("clinic", generator.generator_id, datetime.now(UTC))


def first_champion(house: House) -> Generator:
    with house.ledger.transaction() as books:
        best = books.generators.certified("clinic")
        (first,) = [each for each in best if each.label == "trees"]
        return first


def challenged(house: House, spec: DatasetSpec, challenger: Generator, run: str) -> tuple[Promotion, Decision]:
    """What promote makes of the challenger, and the decision that it wrote."""
    house = replace(house, run_id=run)
    settled = promote(house, spec, challenger.snapshot_id, [challenger.generator_id])
    with house.ledger.transaction() as books:
        decisions = books.decisions.of(settled.champion_id)
    (decision,) = [each for each in decisions if each.detail["run_id"] == run]
    return settled, decision


def test_a_worse_challenger_is_refused_and_the_figure_is_named(
    manned: House, clinic: DatasetSpec, caplog: pytest.LogCaptureFixture
) -> None:
    plant(manned, first_champion(manned))
    with caplog.at_level(logging.INFO, "headwater.chain"):
        worse = trained(manned, clinic, diluted(25))
        settled, decision = challenged(manned, clinic, worse, "worse")
    assert f"clinic, candidate diluted 25 scores {worse.score:.3f} on the anchor. " in caplog.text
    assert f"clinic keeps its champion, trees. {settled.reason}" in caplog.text
    assert not settled.is_promoted
    assert settled.champion_id == first_champion(manned).generator_id
    refused = [each for each in decision.detail["champion"]["figures"] if not each["is_kept"]]
    assert refused
    assert settled.reason.startswith(f"diluted 25 is worse than the champion (trees, {settled.champion_id}). ")
    assert any(f"{each['name']}: {each['words']}" in settled.reason for each in refused)
    assert (decision.kind, decision.reason) == ("keep", settled.reason)


def test_the_decision_keeps_every_figure_with_interval_and_margin(manned: House, clinic: DatasetSpec) -> None:
    plant(manned, first_champion(manned))
    worse = trained(manned, clinic, diluted(12))
    _, decision = challenged(manned, clinic, worse, "detail")
    detail = decision.detail
    assert json.loads(json.dumps(detail)) == detail
    assert (detail["challenger"], detail["margin"], detail["passed_over"]) == (worse.generator_id, 0.01, [])
    figures = {each["name"]: each for each in detail["champion"]["figures"]}
    assert set(figures) == {
        "neighbours.coverage",
        "cell.mass",
        "joint.c2st",
        "pair.tables",
        "category.kept",
        *(f"utility.score:readmitted:{kind}" for kind in ("boosted trees", "linear", "nearest neighbours")),
    }
    for name, figure in figures.items():
        if name == "category.kept":
            assert (figure["margin_origin"], figure["loss"]) == ("exact", 0.0)
            continue
        low, high = figure["interval"]
        assert low <= figure["loss"] <= high
        assert figure["margin"] >= 0.01
        assert figure["is_kept"] == (high <= figure["margin"])
    assert "best" not in detail, "the champion is the best generation itself"


def test_the_same_comparison_comes_to_the_same(manned: House, clinic: DatasetSpec) -> None:
    champion, worse = first_champion(manned), trained(manned, clinic, diluted(12))
    one, other = (Arena(manned, clinic, worse.snapshot_id, worse).against(champion) for _ in range(2))
    assert one.losses == other.losses


def test_a_step_down_that_the_champion_allows_is_stopped_by_the_best_generation(
    manned: House, clinic: DatasetSpec
) -> None:
    best = first_champion(manned)
    step, next_step = trained(manned, clinic, diluted(12)), trained(manned, clinic, diluted(25))
    plant(manned, step)
    with manned.ledger.transaction() as books:
        assert books.generators.certified("clinic")[0] == best
    settled, decision = challenged(manned, clinic, next_step, "step down")
    assert decision.detail["champion"]["is_kept"]
    (earlier,) = decision.detail["best"]
    assert (earlier["is_kept"], earlier["generator_id"]) == (False, best.generator_id)
    assert not settled.is_promoted
    assert settled.champion_id == step.generator_id
    assert f"worse than one of the best generations so far (trees, {best.generator_id})" in settled.reason


def test_the_luckiest_trial_is_not_the_only_measure(manned: House, clinic: DatasetSpec) -> None:
    """A step down had a lucky trial, the highest score of all: the good generations behind it are asked too."""
    best = first_champion(manned)
    step, next_step = trained(manned, clinic, diluted(12)), trained(manned, clinic, diluted(25))
    plant(manned, step)
    with manned.ledger.transaction() as books:
        books.generators.record(step.model_copy(update={"score": 1.0}))
        assert books.generators.certified("clinic")[0].generator_id == step.generator_id
    settled, decision = challenged(manned, clinic, next_step, "lucky trial")
    with manned.ledger.transaction() as books:
        books.generators.record(step)
    assert decision.detail["champion"]["is_kept"]
    assert best.generator_id in [each["generator_id"] for each in decision.detail["best"]]
    assert (settled.is_promoted, settled.champion_id) == (False, step.generator_id)


def test_an_equal_challenger_takes_the_place(
    manned: House, clinic: DatasetSpec, caplog: pytest.LogCaptureFixture
) -> None:
    plant(manned, first_champion(manned))
    equal = trained(manned, clinic, BY_ITSELF)
    with caplog.at_level(logging.INFO, "headwater.chain.promote"):
        settled, decision = challenged(manned, clinic, equal, "equal")
    assert f"clinic has a new champion, again. {settled.reason}" in caplog.text
    assert settled == Promotion(equal.generator_id, True, settled.reason)
    assert decision.kind == "promote"
    assert decision.detail["champion"]["is_kept"]
    assert "worse on no figure by more than the margin. Nearest to it, beside the champion" in settled.reason


def test_a_best_generation_whose_model_is_gone_is_passed_over_and_said(manned: House, clinic: DatasetSpec) -> None:
    step, challenger = trained(manned, clinic, diluted(12)), trained(manned, clinic, diluted(25))
    plant(manned, first_champion(manned))
    plant(manned, step)
    with manned.ledger.transaction() as books:
        best = books.generators.certified("clinic")[0]
    assert best.generator_id != step.generator_id
    key = keys.model("clinic", best.generator_id)
    model = manned.store.read_bytes(key)
    manned.store.delete(key)
    try:
        _, decision = challenged(manned, clinic, challenger, "gone")
        with pytest.raises(NoComparisonError, match=r"cannot be compared.*model\.bin"):
            Arena(manned, clinic, challenger.snapshot_id, challenger).against(best)
    finally:
        manned.store.write_bytes(key, model)
    (passed,) = decision.detail["passed_over"]
    assert (passed["role"], passed["generator_id"]) == ("one of the best generations so far", best.generator_id)
    assert "model.bin" in passed["reason"]
    assert (
        f"Not compared with one of the best generations so far: {best.label} ({best.generator_id})" in decision.reason
    )


def test_a_champion_of_another_table_gives_way(manned: House, clinic: DatasetSpec) -> None:
    """It learned when the table had no column ``cost``; who cannot be compared holds no place."""
    best = first_champion(manned)
    former = stranger(manned, best)
    plant(manned, former)
    settled, decision = challenged(manned, clinic, best, "another table")
    assert settled.is_promoted
    assert settled.champion_id == best.generator_id
    (passed,) = decision.detail["passed_over"]
    assert (passed["role"], passed["generator_id"]) == ("the champion", former.generator_id)
    assert "another shape" in passed["reason"]
    assert f"Not compared with the champion: stranger ({former.generator_id})" in settled.reason


def test_a_challenger_whose_rows_cannot_be_judged_takes_no_place(manned: House, clinic: DatasetSpec) -> None:
    """Its trial was judged on other rows; here they decide nothing, so it stays out."""
    best = first_champion(manned)
    endless = trained(manned, clinic, {"kind": "tests.faults:Endless", "name": "endless"})
    outcome = stand(Arena(manned, clinic, best.snapshot_id, endless), best)
    assert not outcome.is_kept
    assert outcome.reason.startswith("endless cannot be compared with anybody: column 'cost' holds 1 infinite values")
    assert outcome.detail == {"challenger": endless.generator_id, "passed_over": []}


def stranger(house: House, like: Generator) -> Generator:
    """A generator of a narrower table, in the ledger and the store."""
    with house.ledger.transaction() as books:
        snapshot = books.snapshots.get(like.snapshot_id)
    columns = tuple(column for column in snapshot.schema.columns if column.name != "cost")
    schema = TableSchema(columns=columns)
    rows = from_arrow(house.store.read_table(snapshot.train_key), snapshot.schema)
    model = Trees().fit(conform(rows[schema.names], schema), schema, 0)
    generator_id = str(uuid5(NAMESPACE_URL, "stranger"))
    written = house.store.write_bytes(keys.model("clinic", generator_id), model.save())
    changes = {"generator_id": generator_id, "label": "stranger", "score": 0.1, "model_sha256": written.sha256}
    found = like.model_copy(update={**changes, "model_key": keys.model("clinic", generator_id)})
    with house.ledger.transaction() as books:
        books.generators.record(found)
    return found
