"""The committed result of the bench of rows that come back, and the ways in which it sends them back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from benchmarks.contamination.ways import ROUNDING, WAYS, Planted
from benchmarks.table import contamination_sentence

from headwater.tables.schema import ColumnSchema, TableSchema

FOUND: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "benchmarks" / "results" / "contamination.json").read_text()
)
SCHEMA = TableSchema(
    columns=(
        ColumnSchema(name="kind", sdtype="categorical", storage="text", nullable=True, categories=("a", "b", "c")),
        ColumnSchema(name="age", sdtype="numerical", storage="integer", nullable=True),
        ColumnSchema(name="cost", sdtype="numerical", storage="real", nullable=True),
    )
)


def rows(seed: int, count: int = 200) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "kind": pd.Categorical(random.choice(["a", "b", "c"], count), categories=["a", "b", "c"]),
            "age": pd.Series(random.integers(18, 90, count), dtype="Int64"),
            "cost": random.normal(20_000, 3_000, count).round(2),
        }
    )


def sent_back(way: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    released = rows(1)
    return released, WAYS[way](Planted(released, rows(2), SCHEMA, np.random.default_rng(3)))


def test_every_scan_stands_in_the_result() -> None:
    ways = {(row["table"], row["way"], row["share"]) for row in FOUND["rows"]}
    assert len(ways) == len(FOUND["rows"])
    for table in {row["table"] for row in FOUND["rows"]}:
        assert (table, "honest", 0.0) in ways
        assert (table, "unchanged", 0.05) in ways
    for row in FOUND["rows"]:
        assert 0 <= row["noticed"] <= row["scans"]
        assert row["named_share"] is None or 0 <= row["named_share"] <= 1


def test_the_readme_says_what_was_measured() -> None:
    assert contamination_sentence() in (Path(__file__).parents[2] / "README.md").read_text().replace("\n", " ")


@pytest.mark.parametrize("way", [way for way in WAYS if way != "unchanged"])
def test_a_way_changes_rows_and_not_their_number_or_types(way: str) -> None:
    released, back = sent_back(way)
    assert list(back.dtypes) == list(released.dtypes)
    assert len(back) == len(released)
    changed = [name for name in back if not back[name].equals(released[name])]
    assert 1 <= len(changed) <= (2 if way not in ROUNDING else 3)


def test_unchanged_is_unchanged() -> None:
    released, back = sent_back("unchanged")
    pd.testing.assert_frame_equal(released, back)


def test_rounding_rounds() -> None:
    _, tens = sent_back("to_tens")
    assert (tens["age"].astype(float) % 10 == 0).all()
    _, digits = sent_back("to_two_digits")
    assert (digits["cost"] % 1_000 == 0).all()
    released, thousands = sent_back("one_to_thousands")
    assert (thousands["cost"] == np.floor(released["cost"] / 1_000) * 1_000).all()
    assert thousands["age"].equals(released["age"])
