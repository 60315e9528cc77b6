"""Categories dropped, thinned and kept; the exact limit worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from math import comb
from typing import Any

import numpy as np
import pandas as pd
import pytest

from headwater.checks.category_presence import check, count_needed
from headwater.checks.reference import Reference
from headwater.spec.contract import Contract
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema

MakeReference = Callable[..., Reference]
LETTER = ColumnSchema(name="letter", sdtype="categorical", storage="text", nullable=True, categories=("a", "b", "c"))


def letters(a: int, b: int = 0, c: int = 0, missing: int = 0) -> dict[str, list[str | None]]:
    return {"letter": ["a"] * a + ["b"] * b + ["c"] * c + [None] * missing}


def batch(reference: Reference, columns: dict[str, Any]) -> pd.DataFrame:
    return conform(pd.DataFrame(columns), reference.schema)


def test_the_smallest_passing_count_is_the_exact_binomial() -> None:
    # keep 1/2 of a share of .4 in 20 rows: 4 expected at least, so p = .2
    tail = [sum(comb(20, j) * 0.2**j * 0.8 ** (20 - j) for j in range(k + 1)) for k in range(3)]
    assert tail == pytest.approx([0.0115, 0.0692, 0.2061], abs=1e-4)
    assert count_needed(20, 0.4, 0.5, 0.05) == 1
    assert count_needed(20, 0.4, 0.5, 0.10) == 2
    assert count_needed(20, 0.4, 0.5, 0.01) == 0, "even an empty category proves nothing here"


def test_a_tail_of_exactly_alpha_fails() -> None:
    assert count_needed(2, 0.5, 1.0, 0.25) == 1  # P(0 of 2) = .25


def test_the_count_needed_never_exceeds_the_kept_part() -> None:
    assert all(count_needed(n, 0.1, 1 / 3, 0.2) <= n / 30 + 1 for n in range(1, 500))


def test_a_dropped_category_fails_and_is_named_where_it_may_be(make_reference: MakeReference) -> None:
    reference = make_reference((LETTER,), letters(700, 80, 20), letters(175, 20, 5), shown=frozenset({"letter"}))
    result = check(batch(reference, letters(900, 100)), reference)
    assert (result.passed, result.value, result.limit_origin, result.n) == (False, 0.0, "exact", 1_000)
    # 25 of 1,000 real rows are c: 25 expected; a third of that is 8.33; three categories share 1 %
    needed = count_needed(1_000, 0.025, 1 / 3, 0.01 / 3)
    assert result.limit == pytest.approx(needed / 25)
    assert result.sentence == (
        "Of 3 categories that should be here, 1 missing; the worst is letter = c: 25 rows expected, 0 found, "
        f"at least {needed} needed."
    )


def test_nothing_of_a_hidden_column_is_named(make_reference: MakeReference) -> None:
    column = LETTER.model_copy(update={"categories": ("common", "secret")})
    rows = {"letter": ["common"] * 90 + ["secret"] * 10}
    reference = make_reference((column,), rows, rows)
    result = check(batch(reference, {"letter": ["common"] * 500}), reference)
    assert not result.passed
    assert "secret" not in result.canonical_json()
    assert "common" not in result.canonical_json()
    assert "one of letter (its values are not shown)" in result.sentence


def test_a_thinned_category_fails_although_it_is_there(make_reference: MakeReference) -> None:
    reference = make_reference((LETTER,), letters(900, 100), letters(225, 25))
    result = check(batch(reference, letters(9_900, 100)), reference)
    assert (result.passed, result.value) == (False, pytest.approx(0.1))
    assert "1 too rare" in result.sentence


def test_a_small_batch_is_not_blamed_for_its_size(make_reference: MakeReference) -> None:
    reference = make_reference((LETTER,), letters(990, 10), letters(247, 3))
    result = check(batch(reference, letters(100)), reference)
    assert result.passed
    assert (result.value, result.limit, result.detail["too_rare_to_judge"]) == (0.0, 0.0, 1)


def test_missing_is_a_category_also_of_a_number(make_reference: MakeReference) -> None:
    number = ColumnSchema(name="x", sdtype="numerical", storage="real", nullable=True)
    rows = {"x": [1.0] * 80 + [None] * 20}
    reference = make_reference((number,), rows, rows, shown=frozenset({"x"}))
    full, kept = (check(batch(reference, given), reference) for given in ({"x": [1.0] * 200}, rows))
    assert not full.passed
    assert "x = (missing)" in full.sentence
    assert kept.passed
    assert kept.value == pytest.approx(1.0)


def test_a_category_that_only_the_anchor_holds_is_not_demanded(make_reference: MakeReference) -> None:
    reference = make_reference((LETTER,), letters(100), letters(20, 5))
    result = check(batch(reference, letters(5_000)), reference)
    assert result.passed
    assert result.detail["only_in_anchor"] == 1


def test_the_worst_failing_category_is_reported_not_a_rarer_one_that_passes(make_reference: MakeReference) -> None:
    reference = make_reference((LETTER,), letters(790, 200, 10), letters(197, 50, 3), shown=frozenset({"letter"}))
    result = check(batch(reference, letters(198, 2)), reference)  # b: 40 expected, 2 found; c: 2 expected, 0 found
    assert not result.passed
    assert "letter = b" in result.sentence
    assert result.value is not None
    assert result.limit is not None
    assert 0 < result.value < result.limit


def test_no_categories_are_no_failure_and_no_proof(make_reference: MakeReference) -> None:
    number = ColumnSchema(name="x", sdtype="numerical", storage="real", nullable=False)
    reference = make_reference((number,), {"x": [1.0] * 30}, {"x": [1.0] * 30})
    result = check(reference.train, reference)
    assert (result.severity, result.passed, result.value) == ("info", True, None)


def test_honest_rows_pass_and_a_dropped_city_does_not(
    reference: Reference, honest: pd.DataFrame, without_rome: pd.DataFrame
) -> None:
    assert check(honest, reference).passed
    assert not check(without_rome, reference).passed


def test_false_alarms_of_honest_draws_stay_below_the_rate(make_reference: MakeReference) -> None:
    """The batch keeps exactly a third of each small share: the worst honest case. 1 % family-wise of 300 is 3."""
    kept = 0.05 / 3
    contract = Contract(false_alarm=0.01)
    reference = make_reference((LETTER,), letters(720, 40, 40), letters(180, 10, 10), contract=contract)
    draw = np.random.default_rng(0)
    alarms = 0
    for _ in range(300):
        a, b, c = draw.multinomial(600, [1 - 2 * kept, kept, kept])
        alarms += not check(batch(reference, letters(int(a), int(b), int(c))), reference).passed
    assert alarms <= 6
