"""A category that leaves the source takes no rival out of a comparison: nobody is crowned because nobody was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from tests.chain.changing_source import learned, of_rows
from tests.chain.second_champion import crown, in_run
from tests.chain.test_promotion import challenged
from tests.clinic import clinic_rows

from headwater.chain.compare import Arena
from headwater.chain.house import House
from headwater.chain.preparing import reference_of
from headwater.chain.succession import succession
from headwater.chain.trials import STRANGE_MAX, StrangeError, trials
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec
from headwater.tables.schema import TableSchema

ROWS = clinic_rows()
TREES = {"kind": "trees", "name": "old"}
WORSE = {"kind": "tests.faults:Diluted25", "name": "worse"}
Source = Callable[[pd.DataFrame], DatasetSpec]


@pytest.fixture
def source(clinic: DatasetSpec) -> Source:
    return lambda rows: of_rows(clinic, rows)


def with_some(rows: pd.DataFrame, every: int, ward: str) -> pd.DataFrame:
    """Each so-many-th row has another ward."""
    return rows.assign(ward=rows["ward"].mask(np.arange(len(rows)) % every == 0, ward))


def schema_of(house: House, spec: DatasetSpec, generator: Generator) -> TableSchema:
    return reference_of(house, spec, generator.snapshot_id)[1].schema


def crowned_with_a_category(house: House, source: Source) -> Generator:
    """The champion learned a category of a few rows, which has left the source since."""
    old = learned(house, source(with_some(ROWS, 300, "solo")), TREES)
    crown(house, "clinic", old.generator_id)
    return old


def test_a_category_of_a_few_rows_that_leaves_the_source_does_not_crown_unopposed(
    manned: House, clinic: DatasetSpec, source: Source
) -> None:
    old, worse = crowned_with_a_category(manned, source), learned(manned, clinic, WORSE)
    made = list(trials(manned, clinic, old, schema_of(manned, clinic, old), rows=2_000, blocks=(2,)))
    assert (made[0]["ward"] == "solo").any(), "the old champion must make the category that is gone"
    settled, decision = challenged(manned, clinic, worse, "unopposed")
    assert (settled.champion_id, settled.is_promoted) == (old.generator_id, False)
    assert decision.detail["passed_over"] == []
    assert not decision.detail["champion"]["is_kept"]


def test_the_watch_compares_with_those_who_knew_the_category(
    manned: House, clinic: DatasetSpec, source: Source
) -> None:
    old, worse = crowned_with_a_category(manned, source), learned(manned, clinic, WORSE)
    crown(manned, "clinic", worse.generator_id)
    (look,) = succession(in_run(manned), clinic, worse)
    assert look.subject_id == worse.generator_id
    crown(manned, "clinic", old.generator_id)


def test_rows_of_gone_categories_are_made_again_in_full_number(
    manned: House, clinic: DatasetSpec, source: Source
) -> None:
    """Every third row: the samples stay as large as they were, honest rows of them stay the same ones."""
    old = learned(manned, source(with_some(ROWS, 3, "solo")), {**TREES, "name": "third"})
    with manned.ledger.transaction() as books:
        (first,) = [each for each in books.generators.certified("clinic") if each.label == "trees"]
    today = schema_of(manned, clinic, first)
    sizes = {"rows": 400, "blocks": (2, 3)}
    own = list(trials(manned, clinic, old, schema_of(manned, clinic, old), **sizes))  # type: ignore[arg-type]
    made = list(trials(manned, clinic, old, today, **sizes, strange_max=STRANGE_MAX))  # type: ignore[arg-type]
    again = list(trials(manned, clinic, old, today, **sizes, strange_max=STRANGE_MAX))  # type: ignore[arg-type]
    for one, other, same in zip(own, made, again, strict=True):
        kept = one[one["ward"] != "solo"].reset_index(drop=True)
        assert len(other) == 400
        assert not (other["ward"] == "solo").any()
        assert len(kept) < 300
        pd.testing.assert_frame_equal(other.head(len(kept)).astype(str), kept.astype(str))
        pd.testing.assert_frame_equal(other, same)
    with pytest.raises(StrangeError, match=r"\d+ of 400 rows that third made hold values that the table cannot have"):
        list(trials(manned, clinic, old, today, **sizes))  # type: ignore[arg-type]


def test_where_nobody_can_be_compared_the_champion_stays_and_the_cure_is_named(
    manned: House, clinic: DatasetSpec, source: Source
) -> None:
    """Every ward has another name one morning. Whether by mistake, a person knows."""
    with manned.ledger.transaction() as books:
        champion = books.generators.champion("clinic")
    assert champion is not None
    spec = source(ROWS.assign(ward=ROWS["ward"] + " ward"))
    challenger = learned(manned, spec, {"kind": "trees", "name": "renamed"})
    settled, decision = challenged(manned, spec, challenger, "renamed")
    assert (settled.champion_id, settled.is_promoted) == (champion.generator_id, False)
    assert decision.detail["passed_over"][0]["role"] == "the champion"
    assert f"rows that {champion.label} made hold values that the table cannot have today" in settled.reason
    assert "Cure: if the source changed by mistake, mend it and retrain" in settled.reason


def test_a_rival_whose_kind_is_gone_cannot_be_compared(manned: House, clinic: DatasetSpec) -> None:
    """An own generator that was renamed: neither promotion nor watch ends in an error."""
    with manned.ledger.transaction() as books:
        champion = books.generators.champion("clinic")
        assert champion is not None
        changes = {
            "generator_id": "00000000-0000-4000-8000-00000000000a",
            "kind": "gone.generators:Gone",
            "score": 0.99,
        }
        gone = champion.model_copy(update=changes | {"label": "gone"})
        books.generators.record(gone)
    crown(manned, "clinic", gone.generator_id)
    challenger = learned(manned, clinic, {"kind": "trees", "name": "after", "settings": {"leaf": 23}})
    settled, decision = challenged(manned, clinic, challenger, "gone kind")
    assert settled.is_promoted
    assert "the module of generator 'gone.generators:Gone' cannot be imported" in settled.reason
    assert decision.detail["passed_over"][0]["generator_id"] == gone.generator_id
    house = replace(manned, run_id="gone kind watched")
    (look,) = succession(house, clinic, challenger)
    assert gone.generator_id not in look.sentence
    with manned.ledger.transaction() as books:
        rivals = [each for each in books.generators.certified("clinic") if each.label == "trees"]
    assert Arena(house, clinic, challenger.snapshot_id, challenger).against(rivals[0]).losses
