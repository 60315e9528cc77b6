"""A small seeded table with everything a check meets: numbers, whole numbers, categories, booleans, dates, gaps."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from headwater.checks.baseline import Baseline
from headwater.checks.control import Control
from headwater.checks.prepared import Prepared
from headwater.checks.sample import Sample, Seen
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
    """What a generator makes that likes Graz too much: otherwise the same, so that it keeps a mild contract."""
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


def sampled(prepared: Prepared, batch: pd.DataFrame, last: pd.DataFrame | None = None) -> Sample:
    """The batch held against all training rows, as a judge would, without any null."""
    yardstick = prepared.yardstick
    train = prepared.train
    balls = prepared.scan.counts(train.points)
    yesterday = None if last is None else yardstick.coder.code(last).identity
    control = Control(prepared.original.counts(yardstick.anchor), prepared.counter.known.new_rows())
    return Sample(
        Seen(yardstick.code(batch), prepared, yesterday),
        prepared.counter.tally(train, balls),
        control,
        train.identity,
    )


def beyond(baseline: Baseline, found: Mapping[str, np.ndarray]) -> dict[str, float]:
    """How far each statistic is on its way to the limit of the verdict; above 1 it is blamed."""
    null = baseline.null
    return {name: null.ratio(name, value) / null.family for name, value in found.items() if name in null.statistics}
