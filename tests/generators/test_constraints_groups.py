"""Fixed combinations and one-hot groups: only what real rows have, missing values counted as values."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from constrained_tables import constraints
from generator_tables import categorical, column, numerical, table

from headwater.generators.constraints.groups import joined
from headwater.generators.constraints.planning import plan_layout
from headwater.generators.errors import FitError
from headwater.generators.registry import create
from headwater.generators.table_codec import TableCodec


def test_groups_that_share_a_column_are_joined() -> None:
    assert joined([[3, 1], [5, 6], [1, 2]]) == [(1, 2, 3), (5, 6)]
    assert joined([[1, 2], [3, 4], [2, 3]]) == [(1, 2, 3, 4)]
    assert joined([]) == []


def test_missing_values_are_part_of_a_combination() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    known = [("at", 1, 0.25, True), ("at", None, 0.5, None), (None, 2, 0.25, False), (None, None, 0.75, True)]
    chosen = [known[place] for place in rng.integers(0, 4, 300)]
    values = {name: [one[place] for one in chosen] for place, name in enumerate("cnrb")}
    columns = [
        categorical("c", ("at", "de"), nullable=True),
        numerical("n", "integer", nullable=True),
        numerical("r", "real", 2),
        column("b", "boolean", "boolean", nullable=True),
    ]
    frame, schema = table(columns, values)
    kept = constraints({"kind": "fixed_combinations", "columns": list("cnrb")})
    made = create("gaussian_copula", {}, kept).fit(frame, schema, 1).sample(2_000, 2)
    assert made.dtypes.equals(frame.dtypes)
    found = made.drop_duplicates().merge(frame.drop_duplicates(), how="left", indicator=True)
    assert len(found) == 4
    assert (found["_merge"] == "both").all()
    member = create("trees", {}, kept).fit(frame, schema, 1)
    asked = member.sample_where({"c": None, "n": None}, 30, 1)
    assert (asked.missing, set(asked.rows["r"])) == (0, {0.75})
    with pytest.raises(ValueError, match="'n', 'r' contradict their fixed_combinations"):
        member.sample_where({"n": 1, "r": 0.5}, 1, 1)
    # Alone it is no contradiction, there is just no such row.
    assert member.sample_where({"c": "de"}, 4, 1).missing == 4


def test_the_order_of_the_real_rows_does_not_change_the_combinations() -> None:
    frame, schema = table(
        [numerical("a", "integer"), numerical("b", "integer")], {"a": [3, 1, 2] * 20, "b": [1, 3, 2] * 20}
    )
    kept = constraints({"kind": "fixed_combinations", "columns": ["a", "b"]})
    table_of = TableCodec.learn(frame, schema)
    one, other = (plan_layout(kept, rows, table_of).groups[0] for rows in (frame, frame.iloc[::-1]))
    assert one.numbers.tolist() == other.numbers.tolist() == [[1, 3], [2, 2], [3, 1]]


def test_a_group_of_many_combinations_is_learned() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    zips = rng.integers(0, 3_000, 4_000)
    frame, schema = table([numerical("zip", "integer"), numerical("city", "integer")], {"zip": zips, "city": zips // 7})
    kept = constraints({"kind": "fixed_combinations", "columns": ["zip", "city"]})
    made = create("trees", {}, kept).fit(frame, schema, 1).sample(5_000, 2)
    assert (made["city"] == made["zip"] // 7).all()
    assert made["zip"].nunique() > 1_500


@pytest.mark.parametrize("values", [[1.5] * 3, [0.1, 0.25, 1 / 3]])
def test_continuous_columns_have_no_combinations(values: list[float]) -> None:
    frame, schema = table([numerical("x"), numerical("y", "integer")], {"x": values, "y": [1, 2, 3]})
    kept = constraints({"kind": "fixed_combinations", "columns": ["x", "y"]})
    with pytest.raises(FitError, match="'x' of the constraint fixed_combinations is continuous; combine categories"):
        create("trees", {}, kept).fit(frame, schema, 1)


@pytest.mark.parametrize("row", [(1, True), (0, False), (2, False), (1, None)])
def test_one_hot_rows_are_checked(row: tuple[int, bool | None]) -> None:
    columns = [numerical("a", "integer"), column("b", "boolean", "boolean", nullable=True)]
    frame, schema = table(columns, {"a": [0, 1, row[0]], "b": [True, False, row[1]]})
    member = create("trees", {}, constraints({"kind": "one_hot", "columns": ["a", "b"]}))
    if row == (1, None):  # the other is unknown: nothing is broken
        assert len(member.fit(frame, schema, 1).sample(5, 1)) == 5
        return
    with pytest.raises(FitError, match="1 of 3 real rows break the constraint one_hot a, b"):
        member.fit(frame, schema, 1)


def test_signs_are_checked() -> None:
    frame, schema = table([numerical("a", "integer")], {"a": [0, 1, -1]})
    cases: list[tuple[dict[str, Any], int]] = [
        ({"kind": "positive"}, 1),
        ({"kind": "positive", "strict": True}, 2),
        ({"kind": "negative", "strict": True}, 2),
    ]
    for declared, count in cases:
        with pytest.raises(FitError, match=f"{count} of 3 real rows break the constraint .*ive a"):
            create("trees", {}, constraints({**declared, "column": "a"})).fit(frame, schema, 1)
