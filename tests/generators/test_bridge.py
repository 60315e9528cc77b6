"""The way to SDV's frame and back, without SDV."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
from generator_tables import categorical, mixed, numerical, table

from headwater.generators.bridge import Bridge, learn_bridge


def test_the_table_comes_back_as_it_was() -> None:
    frame, schema = mixed(300)
    bridge = learn_bridge(frame, schema)
    plain = bridge.cross(frame)
    made = {position: frame[name] for position, name in enumerate(("row", "ref", "mail"))}
    back = bridge.back(plain, 300, made)
    pd.testing.assert_frame_equal(back, frame)


def test_sdv_sees_plain_names_and_no_missing_values() -> None:
    frame, schema = mixed(300)
    bridge = learn_bridge(frame, schema)
    plain = bridge.cross(frame)
    assert list(plain) == list(bridge.names)
    # ``group`` (3) leads the patterns of missing values: only where it is ``b`` is ``price`` (4) missing.
    assert bridge.patterns is not None
    assert bridge.patterns.leader == 3
    assert list(plain) == ["c4", "c5", "c6", "c7", "c8", "c9", "c10", "c11", "missing"]
    assert bridge.names["missing"] == "categorical"
    assert not plain.isna().any(axis=None)
    assert plain["c5"].between(0, 1).all()
    # Empty columns (12, 13) and constant ones (14, 15) stay outside.
    assert not {"c12", "c13", "c14", "c15", "c0", "c1", "c2"} & set(plain)


def test_it_survives_json() -> None:
    frame, schema = mixed(50)
    bridge = learn_bridge(frame, schema)
    assert bridge.patterns is not None
    assert Bridge.from_json(json.loads(json.dumps(bridge.to_json()))) == bridge


def test_a_table_without_gaps_has_no_column_of_patterns() -> None:
    frame, schema = table([categorical("g", ("a", "b")), numerical("x")], {"g": [*"abba"], "x": [1.0, 2.0, 3.0, 5.0]})
    bridge = learn_bridge(frame, schema)
    assert (bridge.patterns, bridge.gaps) == (None, [])
    assert list(bridge.names) == ["c0", "c1"]
    assert Bridge.from_json(json.loads(json.dumps(bridge.to_json()))) == bridge


def test_gaps_hold_values_of_other_rows_with_the_same_leading_category() -> None:
    rows = 600
    group = np.repeat(np.array(["a", "b"], dtype=object), rows // 2)
    x = np.where(group == "a", 1.0, 10.0) + np.arange(rows) % 7
    c = np.where(group == "a", "u", "v").astype(object)
    gone = (group == "b") & (np.arange(rows) % 2 == 0)
    columns = [categorical("group", ("a", "b")), numerical("x", nullable=True)]
    columns += [categorical("c", ("u", "v"), nullable=True), numerical("seven", "integer", nullable=True)]
    values = {"group": group, "x": np.where(gone, np.nan, x), "c": np.where(gone, None, c)}
    frame, schema = table(columns, values | {"seven": pd.array(np.where(gone, None, 7), dtype="Int64")})
    bridge = learn_bridge(frame, schema)
    assert bridge.patterns is not None
    assert bridge.patterns.leader in (0, 2)
    # A column that is either missing or always the same has nothing to learn but its gaps.
    assert bridge.constants == {3: 7}
    plain = bridge.cross(frame)
    filled = plain["c1"].to_numpy()[gone]
    in_b = plain["c1"].to_numpy()[(group == "b") & ~gone]
    assert set(filled) <= set(in_b)
    assert len(set(filled)) == 7
    pd.testing.assert_frame_equal(bridge.back(plain, rows, {}), frame)
