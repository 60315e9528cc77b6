"""What every member of the generators must keep, whatever its method."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from generator_tables import mixed
from members import MEMBERS

from headwater.generators.base import Generator
from headwater.generators.errors import ModelFileError
from headwater.generators.registry import create, load
from headwater.tables.frames import conform, to_arrow

KINDS = tuple(MEMBERS)
ROWS = 3_000


@pytest.fixture(scope="module")
def real() -> tuple[pd.DataFrame, Any]:
    return mixed()


@pytest.fixture(scope="module", params=KINDS)
def member(request: pytest.FixtureRequest, real: tuple[pd.DataFrame, Any]) -> Generator:
    return create(request.param, MEMBERS[request.param]).fit(*real, seed=3)


@pytest.fixture(scope="module")
def made(member: Generator) -> pd.DataFrame:
    return member.sample(ROWS, seed=11)


def test_it_keeps_the_protocol(member: Generator) -> None:
    assert isinstance(member, Generator)
    assert member.kind in KINDS
    assert member.capabilities.pickled == (member.kind in ("gaussian_copula", "ctgan", "tvae", "copula_gan"))


def test_rows_conform_to_the_schema(made: pd.DataFrame, real: tuple[pd.DataFrame, Any]) -> None:
    frame, schema = real
    assert list(made.columns) == schema.names
    assert made.dtypes.equals(frame.dtypes)
    pd.testing.assert_frame_equal(conform(made, schema), made)
    assert to_arrow(made, schema).num_rows == ROWS


def test_numbers_stay_within_range_and_precision(made: pd.DataFrame, real: tuple[pd.DataFrame, Any]) -> None:
    frame = real[0]
    for name in ("price", "weight", "gain", "born", "seen"):
        assert made[name].min() >= frame[name].min()
        assert made[name].max() <= frame[name].max()
    price = made["price"].dropna().to_numpy()
    assert np.array_equal(price, np.round(price, 2))
    assert (made["born"] == made["born"].dt.normalize()).all()
    assert (made["seen"].dropna().dt.microsecond == 0).all()


def test_numbers_are_not_only_copies(made: pd.DataFrame, real: tuple[pd.DataFrame, Any]) -> None:
    assert not set(made["weight"]) <= set(real[0]["weight"])
    assert made["weight"].nunique() > len(real[0])


def test_shares_of_categories_and_of_missing_values_are_kept(
    made: pd.DataFrame, real: tuple[pd.DataFrame, Any]
) -> None:
    frame = real[0]
    for name in ("group", "colour", "grade", "open"):
        shares = made[name].value_counts(normalize=True, dropna=False)
        for value, share in frame[name].value_counts(normalize=True, dropna=False).items():
            found = shares[shares.index.isna()].sum() if pd.isna(value) else shares[value]
            assert abs(found - share) < 0.05
    for name in ("price", "seen", "colour", "open"):
        assert abs(made[name].isna().mean() - frame[name].isna().mean()) < 0.04
    assert "green" not in set(made["colour"].dropna())


def test_columns_without_missing_values_get_none(made: pd.DataFrame) -> None:
    assert (
        not made[["row", "ref", "mail", "group", "weight", "gain", "grade", "born", "always seven"]]
        .isna()
        .any(axis=None)
    )


def test_empty_and_constant_columns_stay_so(made: pd.DataFrame) -> None:
    assert made["nothing"].isna().all()
    assert made["no category"].isna().all()
    assert (made["always seven"] == 7).all()
    assert (made["always x"] == "x").all()


def test_ids_are_fresh_and_personal_data_is_never_real(made: pd.DataFrame, real: tuple[pd.DataFrame, Any]) -> None:
    assert made["row"].is_unique
    assert made["ref"].is_unique
    assert not set(made["row"]) & set(real[0]["row"])
    assert made["mail"].str.fullmatch(r"[a-z.']+\d+@example\.(com|org|net)").all()
    assert "someone@example.org" not in set(made["mail"])


def test_ids_of_two_seeds_do_not_meet(member: Generator) -> None:
    assert not set(member.sample(500, 1)["row"]) & set(member.sample(500, 2)["row"])


def test_the_seed_decides_the_rows(member: Generator) -> None:
    first = member.sample(200, seed=2**62 + 5)
    member.sample(17, seed=9)
    pd.testing.assert_frame_equal(member.sample(200, seed=2**62 + 5), first)
    learned = ["price", "weight", "gain", "group"]
    assert not member.sample(200, seed=6)[learned].equals(first[learned])


def test_two_fits_make_the_same_rows(member: Generator, real: tuple[pd.DataFrame, Any]) -> None:
    again = create(member.kind, MEMBERS[member.kind]).fit(*real, seed=3)
    pd.testing.assert_frame_equal(again.sample(150, 4), member.sample(150, 4))


def test_missing_values_do_not_fall_on_the_same_rows_in_every_sample(member: Generator) -> None:
    first, second = member.sample(400, 1), member.sample(400, 2)
    for name in ("price", "seen", "open"):
        assert not first[name].isna().equals(second[name].isna())


def test_global_random_state_is_left_alone(member: Generator) -> None:
    np.random.seed(5)
    expected = np.random.random()
    np.random.seed(5)
    member.sample(20, 1)
    assert np.random.random() == expected


def test_a_stored_model_makes_the_same_rows(member: Generator) -> None:
    pd.testing.assert_frame_equal(load(member.kind, member.save()).sample(90, 8), member.sample(90, 8))


def test_an_altered_or_short_model_file_is_refused(member: Generator) -> None:
    data = member.save()
    other = next(kind for kind in KINDS if kind != member.kind)
    for damaged in (b"", data[:40], data[: len(data) // 2], data[:-1], data + b"x", _flipped(data, len(data) - 300)):
        with pytest.raises(ModelFileError, match="retrain"):
            load(member.kind, damaged)
    with pytest.raises(ModelFileError, match="of kind"):
        load(other, data)


def test_an_unfitted_member_says_so(member: Generator) -> None:
    for ask in (lambda m: m.sample(1, 1), lambda m: m.sample_where({}, 1, 1), lambda m: m.save()):
        with pytest.raises(ValueError, match="call fit or load first"):
            ask(create(member.kind, MEMBERS[member.kind]))


def test_no_rows_is_a_table_too_and_fewer_is_refused(member: Generator, real: tuple[pd.DataFrame, Any]) -> None:
    nothing = member.sample(0, 1)
    assert len(nothing) == 0
    assert nothing.dtypes.equals(real[0].dtypes)
    with pytest.raises(ValueError, match="-1 rows"):
        member.sample(-1, 1)


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({"group": "c"}, lambda f: f["group"] == "c"),
        ({"grade": 2, "open": True}, lambda f: (f["grade"] == 2) & f["open"]),
        ({"price": (20.0, 30.0)}, lambda f: f["price"].between(20.0, 30.0)),
        ({"weight": (None, 65.0)}, lambda f: f["weight"] <= 65.0),
        ({"gain": 0, "group": "a"}, lambda f: (f["gain"] == 0) & (f["group"] == "a")),
        ({"price": None}, lambda f: f["price"].isna()),
        ({"colour": None}, lambda f: f["colour"].isna()),
        ({"born": ("1960-01-01", "2000-12-31")}, lambda f: f["born"].dt.year.between(1960, 2000)),
        ({"grade": (2, None)}, lambda f: f["grade"].astype(int) >= 2),
        ({"nothing": None}, lambda f: f["nothing"].isna()),
    ],
)
def test_conditions_are_met(member: Generator, conditions: dict[str, Any], holds: Any) -> None:
    found = member.sample_where(conditions, 40, seed=2)
    assert found.missing == 0
    assert len(found.rows) == 40
    assert holds(found.rows).all()
    assert found.rows["row"].is_unique
    pd.testing.assert_frame_equal(member.sample_where(conditions, 40, seed=2).rows, found.rows)


@pytest.mark.parametrize("conditions", [{"price": (1e6, 2e6)}, {"colour": "green"}, {"nothing": 1}, {"group": None}])
def test_what_cannot_be_met_is_counted_not_searched_for_ever(member: Generator, conditions: dict[str, Any]) -> None:
    found = member.sample_where(conditions, 7, seed=2)
    assert (len(found.rows), found.missing) == (0, 7)
    assert found.rows.dtypes.equals(member.sample(0, 1).dtypes)


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ({"pirce": 1}, "no column 'pirce'"),
        ({"group": "secret"}, "'group' has no such category"),
        ({"open": 1}, "'open' has no such category"),
        ({"row": 1}, "'row' is id"),
        ({"mail": "x"}, "'mail' is pii"),
        ({"price": "dear"}, "'price' must be a number"),
        ({"price": (3, 2)}, "low end above its high end"),
        ({"group": ("a", "b")}, "'group' has no order"),
        ({"born": 3}, "'born' must be a date"),
        ({"born": "soon"}, "'born' is no date"),
    ],
)
def test_a_wrong_condition_names_the_column_and_no_value(
    member: Generator, conditions: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message) as caught:
        member.sample_where(conditions, 1, 1)
    assert "secret" not in str(caught.value)


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
