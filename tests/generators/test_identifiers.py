"""Ids: unique, seeded, of the column's type."""

from __future__ import annotations

import hashlib

import pytest
from generator_tables import column

from headwater.generators.errors import FitError
from headwater.generators.identifiers import check_identifier, fresh_identifiers


def test_the_rule_is_the_one_written_down() -> None:
    prefix = int.from_bytes(hashlib.sha256(b"headwater id/5/2/0").digest()[:8], "big") >> 22
    made = fresh_identifiers(column("id", "id", "integer"), 2, 3, seed=5)
    assert made.tolist() == [prefix * 2**20, prefix * 2**20 + 1, prefix * 2**20 + 2]
    assert str(made.dtype) == "Int64"


def test_ids_stay_unique_beyond_one_run() -> None:
    made = fresh_identifiers(column("id", "id", "integer"), 0, 2**20 + 10, seed=1)
    assert made.is_unique
    assert made.between(0, 2**62 - 1).all()
    assert made.iloc[2**20] != made.iloc[2**20 - 1] + 1


@pytest.mark.parametrize(("storage", "dtype"), [("integer", "Int64"), ("text", "string"), ("real", "float64")])
def test_every_storage_gets_its_type(storage: str, dtype: str) -> None:
    made = fresh_identifiers(column("id", "id", storage), 0, 1000, seed=9)
    assert made.is_unique
    assert str(made.dtype) == dtype
    if storage == "text":
        assert made.str.fullmatch(r"\d{19}").all()
        assert made.is_monotonic_increasing
    if storage == "real":
        assert (made < 2**53).all()


def test_seeds_and_columns_do_not_share_ids() -> None:
    one = fresh_identifiers(column("id", "id", "integer"), 0, 100, seed=1)
    assert not set(one) & set(fresh_identifiers(column("id", "id", "integer"), 0, 100, seed=2))
    assert not set(one) & set(fresh_identifiers(column("id", "id", "integer"), 1, 100, seed=1))


@pytest.mark.parametrize("storage", ["date", "timestamp", "boolean"])
def test_an_id_of_an_odd_type_is_refused(storage: str) -> None:
    with pytest.raises(FitError, match=f"id column 'k' is stored as {storage}; an id is integer or text"):
        check_identifier(column("k", "id", storage))
