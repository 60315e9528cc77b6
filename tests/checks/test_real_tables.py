"""The battery on real tables: half of the rows against the other half passes, broken rows do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer

from headwater.checks.battery import judge
from headwater.checks.reference import Reference
from headwater.checks.verdict import score, verdict
from headwater.spec.contract import Contract
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema

CENSUS = Path(__file__).parents[3] / "shared" / "data" / "census_adult.csv"


def schema_of(frame: pd.DataFrame, numbers: list[str]) -> TableSchema:
    columns = []
    for name in frame:
        if name in numbers:
            columns.append(ColumnSchema(name=str(name), sdtype="numerical", storage="real", nullable=False))
        else:
            values = tuple(sorted(map(str, frame[name].unique())))
            column = ColumnSchema(
                name=str(name), sdtype="categorical", storage="text", nullable=False, categories=values
            )
            columns.append(column)
    return TableSchema(columns=tuple(columns))


def split(frame: pd.DataFrame, numbers: list[str], target: str) -> tuple[Reference, pd.DataFrame]:
    """Two fifths to train, one fifth as anchor, two fifths as a batch as good as real."""
    others = [str(name) for name in frame if name not in numbers]
    schema = schema_of(frame, numbers)
    rows = conform(frame.astype(dict.fromkeys(others, str)), schema)
    order, fifth = np.random.default_rng(0).permutation(len(rows)), len(rows) // 5
    train, anchor, batch = (rows.iloc[part].reset_index(drop=True) for part in np.split(order, [2 * fifth, 3 * fifth]))
    return Reference(schema, train, anchor, Contract(), (target,), seed=1), batch


def shuffled(batch: pd.DataFrame) -> pd.DataFrame:
    draw = np.random.default_rng(2)
    return pd.DataFrame({name: batch[name].iloc[draw.permutation(len(batch))].reset_index(drop=True) for name in batch})


def assert_told_apart(reference: Reference, batch: pd.DataFrame) -> None:
    good, bad = judge(batch, reference), judge(shuffled(batch), reference)
    assert verdict(good).failed == ()
    assert set(verdict(bad).failed) >= {"knn_coverage", "c2st", f"utility_gap:{reference.targets[0]}"}
    assert score(good) > 0.9
    assert score(bad) < 0.6


def test_the_breast_cancer_table() -> None:
    frame = load_breast_cancer(as_frame=True).frame
    assert_told_apart(*split(frame, [str(name) for name in frame if name != "target"], "target"))


@pytest.mark.skipif(not CENSUS.exists(), reason="the census table is not beside the repository (../shared/data)")
def test_the_census_table() -> None:
    frame = pd.read_csv(CENSUS)
    numbers = ["age", "fnlwgt", "capital-gain", "capital-loss", "hours-per-week"]
    reference, batch = split(frame, numbers, "salary")
    assert_told_apart(reference, batch)
    without = batch[batch["occupation"] != "Protective-serv"].reset_index(drop=True)  # 2 % of the rows
    assert verdict(judge(without, reference)).failed == ("category_presence",)
