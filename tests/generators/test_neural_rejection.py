"""Rejection: rows that meet conditions, in bounded time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from generator_tables import mixed
from members import MEMBERS

from headwater.generators.neural.rejection import CANDIDATES, CANDIDATES_A_ROW, search
from headwater.generators.registry import create


def counted(share: float) -> tuple[list[int], Any, Any]:
    """Sizes of the draws so far; draws; a condition that holds for ``share`` of them."""
    sizes: list[int] = []

    def draw(size: int, seed: int) -> pd.DataFrame:
        sizes.append(size)
        return pd.DataFrame({"u": np.random.Generator(np.random.PCG64(seed)).random(size)})

    return sizes, draw, lambda rows: (rows["u"] < share).to_numpy()


def test_a_common_condition_takes_one_draw() -> None:
    sizes, draw, meets = counted(0.5)
    found = search(draw, meets, 40, seed=1)
    assert len(found) == 40
    assert (found["u"] < 0.5).all()
    assert found.index.tolist() == list(range(40))
    assert len(sizes) == 1


def test_a_rare_condition_takes_what_its_rate_asks_for() -> None:
    sizes, draw, meets = counted(0.01)
    assert len(search(draw, meets, 500, seed=1)) == 500
    assert sum(sizes) < 75_000


def test_a_hopeless_condition_ends_at_the_bound() -> None:
    sizes, draw, meets = counted(0.0)
    assert len(search(draw, meets, 30, seed=1)) == 0
    assert sum(sizes) == CANDIDATES_A_ROW * 30 + CANDIDATES


def test_draws_differ_from_each_other_and_are_decided_by_the_seed() -> None:
    _, draw, meets = counted(0.02)
    found = search(draw, meets, 400, seed=1)
    assert found["u"].is_unique
    assert found.equals(search(draw, meets, 400, seed=1))
    assert not found.equals(search(draw, meets, 400, seed=2))


@pytest.mark.parametrize("conditions", [{"price": (1e6, 2e6)}, {"colour": "green"}, {"group": None}, {"nothing": 1}])
def test_what_the_real_rows_never_held_is_not_searched_for(
    conditions: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    member: Any = create("tvae", MEMBERS["tvae"]).fit(*mixed(40), seed=1)
    drawn: list[int] = []
    plain = member._plain
    monkeypatch.setattr(member, "_plain", lambda n, seed: drawn.append(n) or plain(n, seed))
    found = member.sample_where(conditions, 7, seed=2)
    assert (len(found.rows), found.missing) == (0, 7)
    assert drawn == [0]


def test_ids_and_personal_data_are_made_for_what_was_found() -> None:
    member = create("tvae", MEMBERS["tvae"]).fit(*mixed(100), seed=1)
    found = member.sample_where({"group": "c"}, 300, seed=2).rows
    assert found["row"].is_unique
    assert found["mail"].notna().all()
    assert found["mail"].nunique() > 290
