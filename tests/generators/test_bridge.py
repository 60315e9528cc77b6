"""The way to SDV's frame and back, without SDV."""

from __future__ import annotations

import json

import pandas as pd
from generator_tables import mixed

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
    assert list(plain)[:4] == ["c3", "c4", "m4", "c5"]
    assert bridge.names["m4"] == "categorical"
    assert not plain.isna().any(axis=None)
    assert plain["c5"].between(0, 1).all()
    # Empty columns (12, 13) and constant ones (14, 15) stay outside.
    assert not {"c12", "c13", "c14", "c15", "c0", "c1", "c2"} & set(plain)


def test_it_survives_json() -> None:
    frame, schema = mixed(50)
    bridge = learn_bridge(frame, schema)
    assert Bridge.from_json(json.loads(json.dumps(bridge.to_json()))) == bridge
