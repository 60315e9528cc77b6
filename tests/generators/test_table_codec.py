"""A whole table as arrays and back."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from generator_tables import mixed, numerical, table

from headwater.generators.columns import empty_table
from headwater.generators.errors import FitError, ModelFileError
from headwater.generators.table_codec import Cells, TableCodec, fitted


def test_rows_come_back_as_they_went_but_for_what_is_made_anew() -> None:
    frame, schema = mixed(300)
    codec = TableCodec.learn(frame, schema)
    back = codec.decode(codec.encode(frame), 300, seed=1)
    made = ["row", "ref", "mail"]
    pd.testing.assert_frame_equal(back.drop(columns=made), frame.drop(columns=made))
    assert not set(back["row"]) & set(frame["row"])
    assert back.dtypes.equals(empty_table(schema).dtypes)


def test_json_and_arrays_come_back() -> None:
    frame, schema = mixed(50)
    codec = TableCodec.learn(frame, schema)
    again = TableCodec.from_json(json.loads(json.dumps(codec.to_json(), sort_keys=True)))
    assert again == codec
    cells, stored = codec.encode(frame), codec.to_arrays(codec.encode(frame))
    for name, one in again.from_arrays(stored).items():
        assert np.array_equal(one.numbers, cells[name].numbers)
        assert np.array_equal(one.missing, cells[name].missing)
    stored.pop("3.missing")
    with pytest.raises(ModelFileError, match="has no values"):
        codec.from_arrays(stored)


@pytest.mark.parametrize("broken", [{}, {"schema": None, "codecs": []}, {"codecs": [{"position": 1}]}])
def test_a_broken_codec_is_refused(broken: dict[str, object]) -> None:
    good = TableCodec.learn(*mixed(5)).to_json()
    with pytest.raises(ModelFileError, match="retrain"):
        TableCodec.from_json(good | broken if broken else {})
    with pytest.raises(ModelFileError, match="do not fit its schema"):
        TableCodec.from_json(good | {"codecs": good["codecs"][1:]})


def test_between_neighbours_stays_between_and_only_reals_move() -> None:
    frame, schema = table([numerical("x"), numerical("n", "integer")], {"x": [1.0, 2.0, 4.0], "n": [1, 2, 4]})
    codec = TableCodec.learn(frame, schema)
    rng = np.random.Generator(np.random.PCG64(1))
    low, high = Cells(np.full(999, 2.0), np.zeros(999, bool)), Cells(np.full(999, 4.0), np.zeros(999, bool))
    moved = codec.between("x", low, high, rng).numbers
    assert 2.0 <= moved.min() < 2.1
    assert 3.9 < moved.max() <= 4.0
    assert codec.between("n", low, high, rng) is low
    assert (codec.form("x"), codec.form("n"), codec.form("shoe")) == ("real", "lattice", None)


def test_rejection_is_bounded_and_counts_what_is_missing() -> None:
    frame, schema = mixed(400)
    codec, calls = TableCodec.learn(frame, schema), []

    def sample(rows: int, seed: int) -> pd.DataFrame:
        calls.append(rows)
        drawn = np.random.Generator(np.random.PCG64(seed)).integers(0, len(frame), rows)
        return frame.iloc[drawn].reset_index(drop=True)

    found = codec.reject({"group": "b"}, 700, 1, sample)
    assert (len(found.rows), found.missing, set(found.rows["group"])) == (700, 0, {"b"})
    calls.clear()
    nothing = codec.reject({"price": (1e6, None)}, 5, 1, sample)
    assert (len(nothing.rows), nothing.missing) == (0, 5)
    assert calls == [0, *[2_000] * 20]
    calls.clear()
    assert codec.reject({"nothing": 1}, 5, 1, sample).missing == 5
    assert calls == [0]


def test_too_few_rows_and_an_unfitted_generator_say_so() -> None:
    with pytest.raises(FitError, match="1 rows to learn from; give at least 2"):
        TableCodec.learn(mixed(2)[0].iloc[:1], mixed(2)[1])
    with pytest.raises(ValueError, match="call fit or load first"):
        fitted(None)
    with pytest.raises(ValueError, match="-1 rows"):
        fitted(TableCodec.learn(*mixed(2)), -1)
