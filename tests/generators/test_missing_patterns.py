"""The joint patterns of missing values, numbered; and what members make of them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
from generator_tables import categorical, column, numerical, table
from members import MEMBERS

from headwater.generators.conditions import Wanted
from headwater.generators.copula.generator import GaussianCopula
from headwater.generators.missing_patterns import MOST, MOST_LED, Patterns, learn_patterns
from headwater.generators.registry import create, load
from headwater.tables.schema import TableSchema


def _rng(seed: int = 1) -> np.random.Generator:
    return np.random.Generator(np.random.PCG64(seed))


def _wide(rows: int, columns: int) -> np.ndarray:
    """Gaps that know nothing of each other, of shares from .5 down to .05."""
    absent: np.ndarray = _rng().random((rows, columns)) < np.linspace(0.5, 0.05, columns)
    absent[0], absent[1] = False, True
    return absent


def test_each_pattern_of_the_rows_has_a_number_and_no_other_has() -> None:
    absent = np.array([[1, 1, 0], [0, 0, 0], [1, 1, 0], [0, 0, 1]], dtype=bool)
    found = learn_patterns(absent, [2, 5, 7], {})
    assert found == Patterns([2, 5, 7], ["000", "001", "110"], None, [], [])
    assert found.number(absent, None).tolist() == [2, 0, 2, 1]
    assert found.absent[5].tolist() == [False, False, True]
    assert Patterns(**json.loads(json.dumps(found.to_json()))) == found


def test_the_category_that_says_what_is_missing_leads() -> None:
    rng = _rng()
    noise, group = rng.integers(0, 3, 900), rng.integers(0, 2, 900)
    absent = np.column_stack(((group == 1) & (rng.random(900) < 0.5), rng.random(900) < 0.3))
    found = learn_patterns(absent, [4, 6], {1: noise, 2: group})
    assert found.leader == 2
    assert found.leads == [0, 0, 1, 1, 1, 1]
    assert found.marks == ["00", "01", "00", "01", "10", "11"]
    numbers = found.number(absent, group)
    assert np.array_equal(found.lead[numbers], group)
    assert np.array_equal(found.absent[4][numbers], absent[:, 0])


def test_chance_makes_no_leader_and_neither_does_a_column_by_its_own_gaps() -> None:
    led = 0
    for seed in range(40):
        rng = _rng(seed)
        absent = rng.random((300, 3)) < 0.3
        noise = np.where(absent[:, 0], -1, rng.integers(0, 4, 300))
        led += learn_patterns(absent, [0, 1, 2], {0: noise, 5: rng.integers(0, 2, 300)}).leader is not None
    # Of 40 tables. With 300 rows the criterion errs in one of 100 of these.
    assert led <= 2


def test_no_column_leads_with_which_there_would_be_too_many_pairs() -> None:
    town = np.repeat(np.arange(MOST_LED + 1), 20)
    absent = (town % 2 == 1)[:, None] & (np.arange(len(town)) % 4 > 0)[:, None]
    assert learn_patterns(absent, [3], {0: town}).leader is None
    assert learn_patterns(absent, [3], {0: town % 90}).leader == 0
    assert learn_patterns(absent, [3], {0: town, 1: town // 2}).leader is None
    # The town says more, but has too many pairs; whether its number is even says nearly as much.
    assert learn_patterns(absent, [3], {0: town, 1: town % 2}).leader == 1


def test_of_very_many_patterns_the_frequent_ones_are_kept_and_the_rest_keep_their_shares() -> None:
    absent = _wide(20_000, 30)
    absent[:8_000] = False
    absent[8_000:12_000, :] = [True] * 3 + [False] * 27
    found = learn_patterns(absent, list(range(30)), {})
    assert len(set(found.marks)) == len(found.marks) <= MOST
    assert 900 <= len(found.stand_ins) <= MOST // 2
    numbers = found.number(absent, None)
    read = np.column_stack([found.absent[position][numbers] for position in range(30)])
    # The two frequent patterns are kept to the row; they stand in for nobody.
    assert (read[:12_000] == absent[:12_000]).all()
    # 1,000 rows stand for all others: four standard errors of a share of .5 among them are .06, of all rows .025.
    assert np.abs(read.mean(axis=0) - absent.mean(axis=0)).max() < 0.025
    joint, real = ((one[12_000:].T.astype(float) @ one[12_000:]) / 8_000 for one in (read, absent))
    assert np.abs(joint - real).max() < 0.065
    assert np.array_equal(found.number(absent, None), numbers)


def test_conditions_are_sets_of_patterns() -> None:
    found = Patterns([2, 5], ["00", "01", "00", "11"], 1, [-1, 0, 1, 1], [])
    one = Wanted(codes=np.array([False, True]))
    none = Wanted(missing=True, codes=np.zeros(2, dtype=bool))
    assert found.allowed({}).tolist() == [True] * 4
    assert found.allowed({5: Wanted(missing=True)}).tolist() == [False, True, False, True]
    assert found.allowed({5: Wanted(low=3)}).tolist() == [True, False, True, False]
    assert found.allowed({1: one}).tolist() == [False, False, True, True]
    assert found.allowed({1: none}).tolist() == [True, False, False, False]
    assert found.allowed({1: one, 2: Wanted(missing=True), 8: Wanted(low=0)}).tolist() == [False, False, False, True]


def surveyed(rows: int) -> tuple[pd.DataFrame, TableSchema]:
    """Columns of every kind that are missing by sections of a form; one section is for ``b`` only."""
    rng = _rng(4)
    group = rng.choice(np.array(["a", "b"], dtype=object), rows, p=[0.7, 0.3])
    first, second = rng.random(rows) < 0.2, (group == "a") | (rng.random(rows) < 0.1)
    born = np.datetime64("1950-01-01", "us") + rng.integers(0, 20_000, rows) * np.timedelta64(86_400_000_000, "us")
    values = {
        "group": group,
        "height": np.where(first, np.nan, rng.normal(170, 9, rows)),
        "smokes": pd.array(np.where(first, None, rng.random(rows) < 0.3), dtype="boolean"),
        "town": np.where(first, None, rng.choice(np.array(["n", "s", "w"], dtype=object), rows)),
        "born": pd.Series(born).mask(second),
        "visits": pd.array(np.where(second, None, rng.integers(0, 9, rows)), dtype="Int64"),
        "fee": np.where(second, np.nan, 12.5),
    }
    columns = [
        categorical("group", ("a", "b")),
        numerical("height", nullable=True),
        column("smokes", "boolean", "boolean", nullable=True),
        categorical("town", ("n", "s", "w"), nullable=True),
        column("born", "datetime", "date", nullable=True),
        numerical("visits", "integer", nullable=True),
        numerical("fee", "real", 1, nullable=True),
    ]
    return table(columns, values)


@pytest.mark.parametrize("kind", ["gaussian_copula", "tvae", "ctgan", "copula_gan"])
def test_only_patterns_of_the_real_rows_are_made_and_in_their_shares(kind: str) -> None:
    frame, schema = surveyed(1_500)
    member = create(kind, MEMBERS[kind]).fit(frame, schema, 1)
    made = load(kind, member.save()).sample(8_000, 2)
    real, found = (
        one.isna().drop(columns="group").assign(group=one["group"]).value_counts(normalize=True)
        for one in (frame, made)
    )
    assert set(found[found > 0].index) <= set(real.index)
    assert (found.reindex(real.index, fill_value=0.0) - real).abs().max() < 0.03
    # Categories keep their shares, whatever stood in the gaps.
    for name in ("smokes", "town"):
        shares = [one[name].dropna().astype(str).value_counts(normalize=True) for one in (frame, made)]
        assert (shares[0] - shares[1]).abs().max() < 0.05


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({"height": None}, lambda f: f["height"].isna() & f["smokes"].isna() & f["town"].isna()),
        ({"town": "n", "visits": (2, 5)}, lambda f: f["town"].eq("n") & f["visits"].between(2, 5) & f["born"].notna()),
        ({"town": ["n", "w"], "fee": None}, lambda f: f["town"].isin(["n", "w"]) & f["visits"].isna()),
        ({"group": "b", "smokes": None}, lambda f: f["group"].eq("b") & f["height"].isna()),
        ({"fee": 12.5}, lambda f: f["fee"].eq(12.5) & f["group"].eq("b")),
    ],
)
@pytest.mark.parametrize("settings", [{}, {"fast": False}])
def test_conditions_on_values_and_gaps_are_met(settings: dict[str, Any], conditions: Any, holds: Any) -> None:
    member = GaussianCopula(**settings).fit(*surveyed(400), seed=1)
    found = member.sample_where(conditions, 200, 3)
    assert found.missing == 0
    assert holds(found.rows).all()


@pytest.mark.parametrize("kind", ["gaussian_copula", "tvae"])
def test_a_pattern_that_never_was_is_not_searched_for(kind: str) -> None:
    member = create(kind, MEMBERS[kind]).fit(*surveyed(400), seed=1)
    for conditions in ({"height": None, "town": "n"}, {"group": "a", "visits": 3}, {"born": None, "fee": 12.5}):
        found = member.sample_where(conditions, 5, 1)
        assert (len(found.rows), found.missing) == (0, 5)


@pytest.mark.parametrize("kind", ["gaussian_copula", "tvae"])
def test_very_many_patterns_are_learned_too(kind: str) -> None:
    absent = _wide(4_000, 24)
    values = {f"x{place}": np.where(absent[:, place], np.nan, _rng(place).random(4_000)) for place in range(24)}
    frame, schema = table([numerical(name, nullable=True) for name in values], values)
    member = create(kind, MEMBERS[kind] | ({"epochs": 1} if kind == "tvae" else {})).fit(frame, schema, 1)
    made = member.sample(6_000, 2)
    assert (made.isna().mean() - frame.isna().mean()).abs().max() < 0.05
    pairs = [(one.isna().T.astype(float) @ one.isna().astype(float)) / len(one) for one in (frame, made)]
    assert (pairs[0] - pairs[1]).abs().max(axis=None) < 0.05
    found = member.sample_where({"x0": None, "x1": (0.0, 1.0)}, 100, 1)
    assert found.missing == 0
    assert found.rows["x0"].isna().all()
    assert found.rows["x1"].notna().all()
