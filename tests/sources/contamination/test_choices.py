"""Which rows match without each choice of columns: the same answers as all rows compared one choice after the other."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

from headwater.sources.contamination.cells import Cells
from headwater.sources.contamination.choices import matching_without
from headwater.sources.contamination.membership import members


def rows(count: int, columns: int, codes: int, seed: int) -> Cells:
    """Categories of a few values, and as the third column a code of so many values."""
    random = np.random.default_rng(seed)
    found = {f"kind {index}": random.integers(1, 4, count).astype(np.uint32) for index in range(columns)}
    found["kind 2"] = random.integers(1, codes, count).astype(np.uint32)
    return Cells(found)


@pytest.mark.parametrize("codes", [3, 100, 100_000], ids=["common rows", "rare rows", "rows told apart by one column"])
@pytest.mark.parametrize("columns", [3, 5, 9, 15, 40])
def test_every_choice_has_the_answer_of_comparing_all_with_all(columns: int, codes: int) -> None:
    released = rows(3_000, columns, codes, 1)
    honest, leak = rows(800, columns, codes, 2), released.take(np.arange(200))
    for name in ("kind 1", "kind 2"):  # two columns are lost in a hundred rows, one in another hundred
        leak.columns[name][: 100 if name == "kind 1" else 200] = 0
    asked = Cells.joined([honest, leak])
    found = matching_without(asked, released)
    groups = range(min(columns, 15))
    assert list(found) == [choice for size in (1, 2) for choice in combinations(groups, size)]
    for choice, answer in found.items():
        assert np.array_equal(answer, members(asked.without(choice), released.without(choice))), choice
    assert found[(1, 2)][800:].all()
    assert found[(2,)][900:].all()


def test_a_table_of_two_columns_or_one_has_few_choices() -> None:
    two = Cells({"a": np.array([1.0, 2.0]), "b": np.array([1, 2], dtype=np.uint32)})
    assert list(matching_without(two, two)) == [(0,), (1,)]
    assert matching_without(Cells({"a": np.array([1.0])}), Cells({"a": np.array([1.0])})) == {}


def test_nothing_asked_and_nothing_released() -> None:
    some = rows(50, 6, 100, 1)
    none = some.take(np.arange(0))
    assert all(len(answer) == 0 for answer in matching_without(none, some).values())
    assert not any(answer.any() for answer in matching_without(some, none).values())
