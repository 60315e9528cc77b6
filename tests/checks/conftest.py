"""A small seeded table with everything a check meets, the reference made of it, and what was drawn from both once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from townspeople import SCHEMA, crooked, people

from headwater.checks import baseline
from headwater.checks.baseline import Baseline
from headwater.checks.judge import Judge
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.spec.contract import Contract
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema


@pytest.fixture(scope="session")
def schema() -> TableSchema:
    return SCHEMA


@pytest.fixture(scope="session")
def make_people() -> Callable[[int, int], pd.DataFrame]:
    return people


@pytest.fixture(scope="session")
def reference() -> Reference:
    """1,200 training rows, 400 anchor rows, not calibrated."""
    return Reference(SCHEMA, people(1_200, 1), people(400, 2), Contract(), ("member", "weight"), seed=7)


@pytest.fixture(scope="session")
def honest() -> pd.DataFrame:
    """2,000 fresh rows of the same kind: what a perfect generator would make."""
    return people(2_000, 3)


@pytest.fixture(scope="session")
def shuffled(honest: pd.DataFrame) -> pd.DataFrame:
    """Every column right, no column tied to another."""
    draw = np.random.default_rng(4)
    columns = {name: honest[name].iloc[draw.permutation(len(honest))].reset_index(drop=True) for name in honest}
    return pd.DataFrame(columns)


@pytest.fixture(scope="session")
def without_rome(honest: pd.DataFrame) -> pd.DataFrame:
    """One rare category dropped: 4 % of the rows."""
    return honest[honest["city"] != "Rome"].reset_index(drop=True)


@pytest.fixture(scope="session")
def without_members(honest: pd.DataFrame) -> pd.DataFrame:
    """A whole cluster dropped: about half of the rows."""
    return honest[~honest["member"].fillna(False).astype(bool)].reset_index(drop=True)


@pytest.fixture(scope="session")
def make_reference() -> Callable[..., Reference]:
    """A reference of a table given as plain columns: ``make_reference(columns, train, anchor, **fields)``."""

    def build(
        columns: tuple[ColumnSchema, ...], train: dict[str, Any], anchor: dict[str, Any], **fields: Any
    ) -> Reference:
        schema = TableSchema(columns=columns)
        real, held = (conform(pd.DataFrame(given), schema) for given in (train, anchor))
        settings: dict[str, Any] = {"contract": Contract(), "targets": (), "seed": 0, **fields}
        return Reference(schema, real, held, **settings)

    return build


ROWS = 300


@pytest.fixture(scope="session")
def judged_reference() -> Reference:
    """1,200 training rows, 400 anchor rows, a contract mild enough for small samples, everything of people in use."""
    contract = Contract(cell_coverage_min=0.5, coverage_min=0.8)
    return Reference(SCHEMA, people(1_200, 1), people(400, 2), contract, ("member",), 7, ("city",))


@pytest.fixture(scope="session")
def prepared(judged_reference: Reference) -> Prepared:
    return Prepared.of(judged_reference, ROWS)


@pytest.fixture(scope="session")
def floor(prepared: Prepared) -> Baseline:
    """Real against real; drawn once for all tests."""
    return baseline.draw(prepared, prepared.train, kind="noise_floor", subject="snapshot 1", draws=320)


@pytest.fixture(scope="session")
def certificate(prepared: Prepared) -> Baseline:
    """What the crooked generator showed; fewer draws than a night has, so the largest of them is its limit."""
    made = prepared.yardstick.code(crooked(1_200, 50))
    return baseline.draw(prepared, made, kind="certificate", subject="generator 1", draws=140)


@pytest.fixture
def candidate(prepared: Prepared, floor: Baseline) -> Judge:
    """Judges before promotion."""
    return Judge(prepared, floor)


@pytest.fixture
def nightly(prepared: Prepared, floor: Baseline, certificate: Baseline) -> Judge:
    """Judges a batch of the crooked generator after its promotion."""
    return Judge(prepared, floor, certificate)
