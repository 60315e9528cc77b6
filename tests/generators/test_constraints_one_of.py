"""A list or set in a condition asks for one of its categories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from generator_tables import categorical, column, numerical, table
from members import MEMBERS

from headwater.generators.columns import encode, learn
from headwater.generators.conditions import wanted
from headwater.generators.registry import create


def meets(schema_column: Any, values: list[Any], asked: Any) -> list[bool]:
    frame, schema = table([schema_column], {"x": values})
    codec = learn(frame["x"], schema_column, 0)
    numbers = encode(frame["x"], schema_column, codec)
    found: np.ndarray = wanted({"x": asked}, schema, {0: codec})[0].holds(numbers, frame["x"].isna().to_numpy())
    return [bool(one) for one in found]


def test_one_of_several_categories() -> None:
    text = categorical("x", ("a", "b", "c"), nullable=True)
    assert meets(text, ["a", "b", "c", None], ["a", "c"]) == [True, False, True, False]
    assert meets(text, ["a", "b", "c", None], frozenset({"b"})) == [False, True, False, False]
    assert meets(categorical("x", (0, 1, 2), "integer"), [0, 1, 2], {0, 2}) == [True, False, True]
    assert meets(column("x", "boolean", "boolean"), [True, False], [True, False]) == [True, True]


@pytest.mark.parametrize("asked", [[], ["a", None], [["a"]], ["a", "z"], [True]])
def test_a_list_of_what_does_not_exist_is_refused(asked: list[Any]) -> None:
    with pytest.raises(ValueError, match=r"column 'x'.*; (list one category or more|use categories)") as caught:
        meets(categorical("x", ("a", "b")), ["a", "b"], asked)
    assert "'z'" not in str(caught.value)
    with pytest.raises(ValueError, match="'x' must be a number or a"):
        meets(numerical("x", "integer"), [1, 2], [1, 2])


@pytest.mark.parametrize("kind", ["trees", "gaussian_copula", "mixture"])
def test_members_draw_one_of_several(kind: str) -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    values = {"g": rng.choice(list("abcd"), 400), "n": rng.integers(0, 9, 400)}
    frame, schema = table([categorical("g", tuple("abcd")), numerical("n", "integer")], values)
    found = create(kind, MEMBERS[kind]).fit(frame, schema, 1).sample_where({"g": ["a", "d"]}, 500, 2)
    assert found.missing == 0
    assert set(found.rows["g"]) == {"a", "d"}
