"""Rules over rows: three-valued logic counted by hand, and what happens when too few rows keep one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from constrained_tables import constraints
from generator_tables import categorical, column, numerical, table

from headwater.generators.constraints.errors import ConstraintError
from headwater.generators.constraints.evaluation import holds, kinds_of
from headwater.generators.errors import FitError
from headwater.generators.registry import create
from headwater.spec.rule_kinds import check_rule
from headwater.spec.rule_parser import parse_rule

COLUMNS = [
    numerical("n", "integer", nullable=True),
    numerical("x", "real", nullable=True),
    numerical("y", "real"),
    column("b", "boolean", "boolean", nullable=True),
    column("c", "boolean", "boolean"),
    categorical("g", ("a", "b"), nullable=True),
    categorical("k", (1, 2), "integer"),
    column("day", "datetime", "date", nullable=True),
    column("until", "datetime", "timestamp"),
    numerical("odd name; --", "integer"),
]
VALUES = {
    "n": [1, 2, None],
    "x": [0.5, None, 3.0],
    "y": [0.0, 2.0, 1.5],
    "b": [True, None, False],
    "c": [False, False, True],
    "g": ["a", "b", None],
    "k": [1, 2, 2],
    "day": ["2024-01-01", "2024-02-01", None],
    "until": ["2024-01-01T12:00:00", "2024-02-03T00:00:00", "2024-03-01T00:00:00"],
    "odd name; --": [7, 8, 9],
}


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("n == 1", [True, False, True]),
        ("n != 1", [False, True, True]),
        ("not n == 1", [False, True, True]),
        ("x < 1", [True, True, False]),
        ("n <= 1 and x < 1", [True, False, False]),  # unknown and false is false
        ("n == 1 or x > 2", [True, True, True]),
        ("n == 2 or x == 9", [False, True, True]),  # unknown or false is unknown: met
        ("not (n == 2 or x == 9)", [True, False, True]),
        ("b", [True, True, False]),
        ("not b", [False, True, True]),
        ("b or c", [True, True, True]),
        ("b == c", [False, True, False]),
        ("b == true", [True, True, False]),
        ("g == 'a'", [True, False, True]),
        ('g != "a"', [False, True, True]),
        ("g in ['b', 'z']", [False, True, True]),
        ("g not in ['b', 'z']", [True, False, True]),
        ("k in [-1, 2]", [False, True, True]),
        ("k > 1", [False, True, True]),
        ("g is null", [False, False, True]),
        ("g is not null", [True, True, False]),
        ("is_null(n) or n < 2", [True, False, True]),
        ("not is_null(n)", [True, True, False]),
        ("0 <= y < 2", [True, False, True]),
        ("x <= y <= 2", [False, True, False]),
        ("1 / y > 0", [True, True, True]),  # a division by zero is unknown
        ("-y * 2 + 1 == -3", [False, True, False]),
        ("(y - 1.5) * 4 >= 0", [False, True, True]),
        ("day < '2024-01-15'", [True, False, True]),
        ("'2024-01-01' <= day <= '2024-01-31'", [True, False, True]),
        ("day in ['2024-01-01']", [True, False, True]),
        ("until >= day", [True, True, True]),
        ("until - day <= 1", [True, False, True]),
        ("until == '2024-03-01T00:00:00'", [False, False, True]),
        ('col("odd name; --") > 7', [False, True, True]),
        ("true or n == 1", [True, True, True]),
    ],
)
def test_rules_by_hand(rule: str, expected: list[bool]) -> None:
    frame, schema = table(COLUMNS, VALUES)
    node = parse_rule(rule)
    check_rule(node, kinds_of(schema))
    assert holds(node, frame).tolist() == expected
    assert holds(node, frame.iloc[:0]).tolist() == []


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("g == 1", "text is compared with a number"),
        ("k == 'a'", "a number is compared with text"),
        ("g > 'a'", "text has no order"),
        ("g", "column 'g' is text, not true or false"),
        ("n + b > 1", "column 'b' is true or false, not a number"),
        ("day == 3", "a date is compared with a number"),
        ("day + 1 == day", "column 'day' is a date, not a number"),
        ("nn == 1", "no learned column 'nn'; did you mean 'n'"),
    ],
)
def test_a_rule_that_does_not_fit_the_data_is_refused(rule: str, message: str) -> None:
    frame, schema = table(COLUMNS, VALUES)
    # A name that is no column is found before the rule is checked, so the last one is asked of check_rule alone.
    if "nn" in rule:
        with pytest.raises(ValueError, match=message):
            check_rule(parse_rule(rule), kinds_of(schema))
        return
    with pytest.raises(FitError, match=message):
        create("trees", {}, constraints({"kind": "expression", "rule": rule})).fit(frame, schema, 1)


def test_only_rows_that_break_the_rule_are_replaced() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    x = rng.random(500)
    frame, schema = table([numerical("x"), numerical("y")], {"x": x, "y": x * rng.random(500)})
    plain = create("trees", {"leaf": 200}).fit(frame, schema, 1)
    kept = create("trees", {"leaf": 200}, constraints({"kind": "expression", "rule": "y <= x"})).fit(frame, schema, 1)
    before, after = plain.sample(2_000, 3), kept.sample(2_000, 3)
    good = before["y"] <= before["x"]
    assert 0.3 < good.mean() < 0.95
    pd.testing.assert_frame_equal(before[good], after[good])
    assert (after["y"] <= after["x"]).all()


def test_a_rule_that_too_few_rows_keep_ends_with_its_name_share_and_cure() -> None:
    # Both are continuous, so next to no drawn row has this very quotient.
    rng = np.random.Generator(np.random.PCG64(1))
    x = rng.permutation(400) / 7
    frame, schema = table([numerical("x"), numerical("y")], {"x": x, "y": 3 * x})
    kept = constraints({"kind": "expression", "rule": "y / x == 3"})
    real = frame[(frame["y"] / frame["x"] == 3)].reset_index(drop=True)
    member = create("trees", {}, kept).fit(real, schema, 1)
    message = r"keep the constraint expression 'y / x == 3' were not found: .* % of .* candidates kept it; state it as"
    with pytest.raises(ConstraintError, match=message):
        member.sample(2_000, 3)


def test_real_rows_that_break_a_rule_are_counted() -> None:
    frame, schema = table(COLUMNS, VALUES)
    with pytest.raises(
        FitError, match=r"2 of 3 real rows break the constraint expression 'y > 1\.7'; correct the source"
    ):
        create("trees", {}, constraints({"kind": "expression", "rule": "y > 1.7"})).fit(frame, schema, 1)
    with pytest.raises(FitError, match="names column 'zz', which is not learned"):
        create("trees", {}, constraints({"kind": "positive", "column": "zz"})).fit(frame, schema, 1)
