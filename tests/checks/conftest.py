"""A small seeded table with everything a check meets, the reference made of it, and what was drawn from both once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from headwater.checks.reference import Reference
from headwater.spec.contract import Contract
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema

CITIES = ("Berne", "Graz", "Linz", "Oslo", "Rome")
SCHEMA = TableSchema(
    columns=(
        ColumnSchema(name="id", sdtype="id", storage="integer", nullable=False),
        ColumnSchema(name="height", sdtype="numerical", storage="real", nullable=False),
        ColumnSchema(name="weight", sdtype="numerical", storage="integer", nullable=True),
        ColumnSchema(name="city", sdtype="categorical", storage="text", nullable=False, categories=CITIES),
        ColumnSchema(name="member", sdtype="boolean", storage="boolean", nullable=True),
        ColumnSchema(name="joined", sdtype="datetime", storage="date", nullable=False),
    )
)


def people(rows: int, seed: int) -> pd.DataFrame:
    """Rome (4 %) is a cluster of its own; weight follows height; members joined late; Linz seldom weighs people."""
    return _drawn(rows, seed, (0.4, 0.3, 0.2, 0.06, 0.04))


def crooked(rows: int, seed: int) -> pd.DataFrame:
    """What a generator makes that likes Graz too much: people all the same, so that it keeps a mild contract."""
    return _drawn(rows, seed, (0.15, 0.55, 0.2, 0.06, 0.04))


def _drawn(rows: int, seed: int, shares: tuple[float, ...]) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    city = draw.choice(CITIES, size=rows, p=shares)
    height = draw.normal(170, 8, size=rows) + 40 * (city == "Rome")
    weight = pd.Series(np.round(height - 100 + draw.normal(0, 3, size=rows))).astype("Int64")
    member = pd.Series(draw.random(rows) < 1 / (1 + np.exp(-(height - 170) / 3))).astype("boolean")
    days = np.where(member, 6_000, 2_000) + draw.integers(0, 1_500, size=rows)
    weight = weight.mask(draw.random(rows) < np.where(city == "Linz", 0.25, 0.01))
    member = member.mask(draw.random(rows) < 0.03)
    joined = np.datetime64("2000-01-01") + days.astype("timedelta64[D]")
    columns = {
        "id": np.arange(rows),
        "height": height,
        "weight": weight,
        "city": city,
        "member": member,
        "joined": joined,
    }
    return conform(pd.DataFrame(columns), SCHEMA)


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
