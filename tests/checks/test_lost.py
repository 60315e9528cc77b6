"""Lost categories: only what the rival makes and real rows have can be lost, and only named where it may be shown."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from townspeople import people

from headwater.checks.lost import lost
from headwater.checks.paired import Loss
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.checks.tally import Margins
from headwater.tables.schema import ColumnSchema

KEEP = 1 / 3


def margins(prepared: Prepared, frame: pd.DataFrame) -> Margins:
    return prepared.counter.margins(prepared.yardstick.coder.code(frame))


def without(frame: pd.DataFrame, city: str) -> pd.DataFrame:
    return frame[frame["city"] != city].reset_index(drop=True)


def judged(prepared: Prepared, challenger: pd.DataFrame, rival: pd.DataFrame) -> Loss:
    found = lost(prepared, margins(prepared, challenger), margins(prepared, rival))
    assert found is not None
    return found


def test_a_category_that_only_one_side_lost(prepared: Prepared, honest: pd.DataFrame) -> None:
    found = judged(prepared, without(honest, "Rome"), honest)
    assert not found.is_kept
    assert found.loss == 1
    assert found.rival - found.challenger == 1
    assert "one value of city (not shown)" in found.words
    assert "Rome" not in found.words
    assert judged(prepared, honest, without(honest, "Rome")).is_kept, "the rival's loss is no loss"
    assert judged(prepared, without(honest, "Rome"), without(honest, "Rome")).is_kept, "both lost it"


def test_a_public_category_is_named(prepared: Prepared, honest: pd.DataFrame) -> None:
    shown = replace(prepared, reference=replace(prepared.reference, shown=frozenset({"city"})))
    found = judged(shown, without(honest, "Rome"), honest)
    assert "the commonest city = Rome" in found.words


def test_what_the_real_table_no_longer_has_cannot_be_lost(judged_reference: Reference, honest: pd.DataFrame) -> None:
    left = replace(
        judged_reference, train=without(judged_reference.train, "Rome"), anchor=without(judged_reference.anchor, "Rome")
    )
    assert judged(Prepared.of(left, 200), without(honest, "Rome"), honest).is_kept


@pytest.mark.parametrize(("part", "is_kept"), [(0.6, True), (0.15, False)])
def test_a_thinner_category_is_lost_below_the_contract_s_part(prepared: Prepared, part: float, is_kept: bool) -> None:
    made = people(20_000, 8)
    thin = made[(made["city"] != "Rome") | (np.arange(len(made)) % 100 < 100 * part)].reset_index(drop=True)
    assert judged(prepared, thin, people(20_000, 9)).is_kept is is_kept


def test_few_real_rows_convict_nobody(make_reference: Callable[..., Reference]) -> None:
    """One real row of 160 may be chance, even if the rival makes it often; ten are not."""
    columns = (
        ColumnSchema(name="kind", sdtype="categorical", storage="text", nullable=False, categories=("often", "rare")),
    )
    rival, challenger = {"kind": ["often"] * 900 + ["rare"] * 100}, {"kind": ["often"] * 1_000}
    for rare, is_kept in ((1, True), (10, False)):
        train = {"kind": ["often"] * (120 - rare) + ["rare"] * rare}
        prepared = Prepared.of(make_reference(columns, train, {"kind": ["often"] * 40}), 40)
        frames = [
            pd.DataFrame(each).astype({"kind": prepared.yardstick.real["kind"].dtype}) for each in (challenger, rival)
        ]
        assert judged(prepared, frames[0], frames[1]).is_kept is is_kept


def test_a_table_of_numbers_has_nothing_to_lose_but_missing_values(make_reference: Callable[..., Reference]) -> None:
    columns = (ColumnSchema(name="x", sdtype="numerical", storage="real", nullable=False),)
    reference = make_reference(columns, {"x": np.arange(120.0)}, {"x": np.arange(40.0)})
    prepared = Prepared.of(reference, 40)
    counted = margins(prepared, reference.anchor)
    assert lost(prepared, counted, counted) is None
