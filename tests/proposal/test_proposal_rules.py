"""Rules between columns: those that were planted are found, what holds by chance or by itself is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.proposal.asking import found_in, random

from headwater.proposal.rules import search
from headwater.proposal.rules.rule import EVIDENCE_MIN, Found, named
from headwater.spec.rule import columns_of
from headwater.spec.rule_parser import parse_rule

ROWS = 2_000


def look(frame: pd.DataFrame) -> Found:
    return search.look(frame, found_in(frame))


def constraints(**columns: Any) -> list[dict[str, Any]]:
    """The rules of a table of these columns and one that has nothing to do with them."""
    found = look(pd.DataFrame({"noise": random(99).normal(0, 1, ROWS), **columns}))
    assert all(rule.evidence >= EVIDENCE_MIN for rule in found.rules)
    return [rule.constraint for rule in found.rules]


def days(offset: np.ndarray) -> pd.DatetimeIndex:
    return pd.Timestamp("2023-01-01") + pd.to_timedelta(offset, unit="D")


def test_dates_in_their_order() -> None:
    start = random().integers(0, 700, ROWS)
    seen = {"admitted": days(start), "treated": days(start + random(1).integers(0, 9, ROWS))}
    left = days(start + 9 + random(2).integers(0, 9, ROWS))
    assert constraints(**seen, discharged=left) == [
        {"kind": "inequality", "low": "admitted", "high": "treated"},
        {"kind": "inequality", "low": "treated", "high": "discharged"},
    ], "that admitted is before discharged follows"


def test_one_row_out_of_order_is_no_rule() -> None:
    start = random().integers(0, 700, ROWS)
    end = start + random(1).integers(1, 9, ROWS)
    end[1_777] = start[1_777] - 1
    assert constraints(admitted=days(start), discharged=days(end)) == []


def test_missing_dates_break_no_order() -> None:
    start = random().integers(0, 700, ROWS)
    end = pd.Series(days(start + random(1).integers(0, 9, ROWS))).mask(random(2).random(ROWS) < 0.3)
    assert constraints(admitted=days(start), discharged=end) == [
        {"kind": "inequality", "low": "admitted", "high": "discharged"}
    ]


def test_numbers_of_one_unit_in_order() -> None:
    low = random().normal(80, 20, ROWS).round(1)
    high = low + random(1).exponential(15, ROWS).round(1)
    assert constraints(rate_min=low, rate_max=high) == [{"kind": "inequality", "low": "rate_min", "high": "rate_max"}]


def test_numbers_of_another_unit_are_only_asked_about() -> None:
    low = random().normal(80, 20, ROWS).round(1)
    frame = pd.DataFrame({"deposit": low, "worth": low + random(1).exponential(15, ROWS).round(1)})
    found = look(frame)
    assert found.rules == ()
    assert "an inequality, if it is meant" in found.unsure[0]


def test_columns_that_merely_lie_apart_are_no_rule() -> None:
    weight = random().normal(75, 12, ROWS)
    height = 60 + 0.5 * weight + random(1).normal(60, 5, ROWS)
    found = look(pd.DataFrame({"body_weight": weight.round(1), "body_height": height.round(1)}))
    assert (height > weight).all()
    assert (found.rules, found.unsure) == ((), ())


def test_equal_columns_are_asked_about_once() -> None:
    value = random().normal(75, 12, ROWS).round(1)
    found = look(pd.DataFrame({"rate_a": value, "rate_b": value, "rate_max": value + random(1).exponential(9, ROWS)}))
    assert [rule.constraint["low"] for rule in found.rules] == ["rate_a"]
    assert found.unsure == ("'rate_a' and 'rate_b' are equal in every row: leave one of them out",)


def test_columns_that_say_each_other() -> None:
    city = random().integers(0, 30, ROWS)
    region, country = city // 5, city // 15
    named_city = np.array([f"c{i}" for i in range(30)])[city]
    found = look(pd.DataFrame({"town": named_city, "region": region + 3, "country": np.where(country, "AT", "DE")}))
    assert [rule.constraint for rule in found.rules] == [
        {"kind": "fixed_combinations", "columns": ["town", "region", "country"]}
    ]
    assert "'town' says 'region'" in found.rules[0].told
    assert "'region' says 'country'" in found.rules[0].told


def test_a_column_that_nearly_says_another_is_no_rule() -> None:
    code = random().integers(0, 30, ROWS)
    other = code // 5
    other[1_234] = (other[1_234] + 1) % 6
    assert constraints(code=[f"k{i}" for i in code], other=[f"o{i}" for i in other]) == []


def test_rare_categories_say_nothing_by_chance() -> None:
    few = np.where(random().random(ROWS) < 0.01, "rare", "common")
    many = [f"m{i}" for i in random(1).integers(0, 900, ROWS)]
    assert constraints(few=few, many=many) == []


def test_a_missing_value_is_a_value_of_combinations() -> None:
    code = random().integers(0, 8, ROWS)
    text = pd.Series([f"t{i}" if i else None for i in code], dtype=object)
    assert constraints(code=[f"k{i}" for i in code], text=text) == [
        {"kind": "fixed_combinations", "columns": ["code", "text"]}
    ]


def test_one_hot_flags() -> None:
    colour = random().integers(0, 3, ROWS)
    flags = {f"is_{name}": (colour == i).astype(int) for i, name in enumerate(("red", "green", "blue"))}
    assert constraints(**flags) == [{"kind": "one_hot", "columns": list(flags)}]
    flags["is_red"] = np.where(np.arange(ROWS) == 3, 0, flags["is_red"])
    flags["is_blue"] = np.where(np.arange(ROWS) == 3, 0, flags["is_blue"])
    flags["is_green"] = np.where(np.arange(ROWS) == 3, 0, flags["is_green"])
    assert {"kind": "one_hot", "columns": list(flags)} not in constraints(**flags)


def test_amounts_that_rule_each_other_out() -> None:
    which = random().random(ROWS)
    gain = np.where(which < 0.3, random(1).integers(1, 9_000, ROWS), 0)
    loss = np.where(which > 0.7, random(2).integers(1, 900, ROWS), 0)
    assert constraints(gain=gain, loss=loss) == [{"kind": "expression", "rule": "gain == 0 or loss == 0"}]


def test_a_flag_without_which_there_is_no_amount() -> None:
    smoker = random().random(ROWS) < 0.4
    count = np.where(smoker, random(1).integers(0, 60, ROWS), 0)
    assert constraints(smoker=smoker, cigarettes=count) == [{"kind": "expression", "rule": "smoker or cigarettes == 0"}]
    count[np.flatnonzero(~smoker)[7]] = 3
    assert constraints(smoker=smoker, cigarettes=count) == []


def test_amounts_that_are_seldom_there_prove_nothing() -> None:
    gain, loss = np.zeros(ROWS), np.zeros(ROWS)
    gain[:90], loss[-90:] = np.arange(1, 91), np.arange(1, 91)
    assert constraints(gain=gain, loss=loss) == [], "4 rows would have both by chance"


def test_values_missing_together_and_after_each_other() -> None:
    gone = random().random(ROWS) < 0.3
    lab = pd.Series(random(1).normal(5, 1, ROWS)).mask(gone)
    other = pd.Series(random(2).normal(5, 1, ROWS)).mask(gone)
    third = pd.Series(random(3).normal(5, 1, ROWS)).mask(gone | (random(4).random(ROWS) < 0.2))
    assert constraints(lab=lab, other=other) == [{"kind": "expression", "rule": "is_null(lab) == is_null(other)"}]
    assert constraints(lab=lab, third=third) == [{"kind": "expression", "rule": "lab is not null or third is null"}]
    alone = pd.Series(random(2).normal(5, 1, ROWS)).mask(random(5).random(ROWS) < 0.3)
    assert constraints(lab=lab, alone=alone) == []


def test_sums_and_products_are_only_told() -> None:
    price, tax = random().gamma(3, 10, ROWS).round(2), random(1).gamma(2, 4, ROWS).round(2)
    found = look(pd.DataFrame({"cost": price, "tax": tax, "total": (price + tax).round(2)}))
    assert not any(rule.constraint["kind"] == "expression" for rule in found.rules)
    assert any("'total' is 'cost' + 'tax' in every row" in text for text in found.unsure)
    pieces = random(2).integers(30, 90, ROWS)
    found = look(pd.DataFrame({"price": price, "pieces": pieces, "value": (price * pieces).round(2)}))
    assert any("'value' is 'price' * 'pieces'" in text for text in found.unsure)


@pytest.mark.parametrize("seed", range(5))
def test_unrelated_columns_have_no_rule(seed: int) -> None:
    draw = random(1_000 + seed)
    frame = pd.DataFrame(
        {
            **{f"amount_{i}": draw.normal(100, 20, 600).round(1) for i in range(4)},
            **{f"count_{i}": draw.poisson(2, 600) for i in range(4)},
            **{f"flag_{i}": draw.random(600) < draw.random() for i in range(6)},
            **{f"kind_{i}": draw.choice([f"k{j}" for j in range(2 + 20 * i)], 600) for i in range(4)},
            **{f"lab_{i}": pd.Series(draw.normal(0, 1, 600)).mask(draw.random(600) < 0.1 * i) for i in range(1, 5)},
            **{f"day_{i}": days(draw.integers(0, 900, 600)) for i in range(3)},
        }
    )
    assert look(frame) == Found()


@pytest.mark.parametrize(
    "name", ["odd name", "größe", "it's", 'a "b"', "and", "null", "x-y", "1st", "col", "a==b or c"]
)
def test_every_name_can_stand_in_a_rule(name: str) -> None:
    text = named(name)
    assert text is not None
    assert columns_of(parse_rule(f"{text} == 0")) == (name,)


@pytest.mark.parametrize("name", ["both ' and \"", "back\\slash", "line\nbreak"])
def test_a_name_that_no_rule_can_hold(name: str) -> None:
    assert named(name) is None
    gain = np.where(random().random(ROWS) < 0.3, random(1).integers(1, 9_000, ROWS), 0)
    assert constraints(**{name: gain, "loss": np.where(gain == 0, random(2).integers(0, 2_000, ROWS), 0)}) == []
