"""Measured nights and generations: what the real judge says of them, figure by figure. The bench draws from these.

Belongs here: making rows, planting faults, judging. Does not: the watch itself, years made of nights (``years.py``).

One installation: a world of the census, an anchor, training rows, a noise floor, the ``trees`` generator and its
certificate. Every figure is what the ledger would hold of that check: ratio to the certificate, effect beyond noise.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.detection.faults.space import distances_to
from benchmarks.detection.worlds import World, world
from benchmarks.watch.unions import measure_cost, measure_unions
from headwater.chain.baselines import CERTIFICATE_FACTOR, CERTIFICATE_ROWS_MIN
from headwater.checks.baseline import Baseline, Kind, draw
from headwater.checks.judge import Judge
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.checks.rows import Rows
from headwater.generators.base import Generator
from headwater.generators.registry import create
from headwater.spec.contract import Contract

TABLE, N, TRAIN_FACTOR, SEED = "census", 2_000, 4, 41
NIGHTS, GENERATIONS, GENERATION_NIGHTS = 200, 40, 4
DOSES = (1, 2, 3, 4, 5, 6)
DOSE_NIGHTS = 12
REGION_STEP, VALUES_STEP = 0.01, 0.005
"""Of the rows, of the values: what each further dose takes away."""
CHAINS, CHAIN_LENGTH = 4, 8

Say = Callable[[str], None]
Figures = dict[str, dict[str, float | None]]


@dataclass(frozen=True, eq=False)
class Installation:
    """What an installation has, and what it says of rows."""

    world: World
    prepared: Prepared
    train: pd.DataFrame
    generator: Generator
    say: Say

    @classmethod
    def of(cls, say: Say) -> Installation:
        """Set it up: rows and generator; nulls are drawn when they are first asked for."""
        of = world(TABLE)
        anchor, train = of.split((N, TRAIN_FACTOR * N), SEED)
        prepared = Prepared.of(Reference(of.schema, train, anchor, Contract(), of.targets, SEED, of.groups), N)
        return cls(of, prepared, train, create("trees", {}, ()).fit(train, of.schema, SEED), say)

    @cached_property
    def certificate(self) -> Baseline:
        """What the generator shows."""
        made = self.generator.sample(max(CERTIFICATE_FACTOR * N, CERTIFICATE_ROWS_MIN), SEED)
        return self._drawn("certificate", self.prepared.yardstick.code(made))

    @cached_property
    def floor(self) -> Baseline:
        """Real against real."""
        return self._drawn("noise_floor", self.prepared.train)

    def _drawn(self, kind: Kind, rows: Rows) -> Baseline:
        found = draw(self.prepared, rows, kind=kind, subject=self.world.name)
        self.say(f"{kind} drawn")
        return found

    def judge(self, rows: pd.DataFrame, *, certified: bool = True) -> Figures:
        """Ratio and effect of each check."""
        judge = Judge(self.prepared, self.floor, self.certificate if certified else None)
        results = judge.results(rows)
        broken = [result.error for result in results if result.error]
        if broken:
            raise RuntimeError(f"checks broke: {broken}")
        return {result.name: {"ratio": result.ratio, "effect": result.effect} for result in results}

    def night(self, index: int, rows: int = N) -> pd.DataFrame:
        """The rows of an honest night."""
        return self.generator.sample(rows, 100_000 + index)

    @cached_property
    def _centre(self) -> int:
        return int(np.random.default_rng(SEED).integers(len(self.train)))

    def without_region(self, index: int, dose: int) -> pd.DataFrame:
        """A night without the rows nearest to one training row: the share ``dose * REGION_STEP`` of all."""
        rows = self.night(index, 2 * N)
        both = pd.concat([rows, self.train.iloc[[self._centre]]], ignore_index=True)
        apart = distances_to(len(rows), both, self.world.schema)[:-1]
        kept = np.sort(np.argsort(apart, kind="stable")[round(dose * REGION_STEP * len(rows)) :])
        picked = np.random.default_rng(index).permutation(kept)[:N]
        return rows.iloc[np.sort(picked)].reset_index(drop=True)

    def of_fewer_values(self, index: int, dose: int) -> pd.DataFrame:
        """A night without the share ``dose * VALUES_STEP`` of all numbers: what lay between two values of training rows
        falls on the lower one, for so many of those gaps."""
        rows = self.night(index)
        for column in self.world.schema.columns:
            if column.sdtype != "numerical":
                continue
            values = np.sort(self.train[column.name].dropna().unique())
            order = np.random.default_rng([SEED, len(values)]).permutation(np.arange(1, len(values)))
            gone = np.zeros(len(values), dtype=bool)
            gone[order[: round(dose * VALUES_STEP * len(values))]] = True
            kept = values[~gone]
            found = rows[column.name].to_numpy(dtype=np.float64, na_value=np.nan)
            is_lost = ~np.isnan(found) & gone[np.clip(np.searchsorted(values, found, side="right") - 1, 0, None)]
            at = np.maximum(np.searchsorted(kept, found, side="right") - 1, 0)
            snapped = np.where(is_lost, kept[at], found)
            rows[column.name] = pd.Series(snapped, index=rows.index).astype(rows[column.name].dtype)
        return rows

    def doses(self, plant: Callable[[int, int], pd.DataFrame]) -> list[list[Figures]]:
        """Nights at each dose of a fault."""
        return [
            [self.judge(plant(10_000 + 100 * dose + night, dose)) for night in range(DOSE_NIGHTS)] for dose in DOSES
        ]

    def generation(self, index: int) -> Iterator[Figures]:
        """A generator that learned from another snapshot of the same world, judged on its trial and some nights."""
        train = self.world.draw(len(self.train), 700_000 + index)
        fitted = create("trees", {}, ()).fit(train, self.world.schema, index)
        for night in range(GENERATION_NIGHTS):
            yield self.judge(fitted.sample(N, 10 * index + night), certified=False)

    def chain(self, number: int) -> Iterator[list[Figures]]:
        """Generations that learn from rows of the one before them: nobody protects."""
        train = self.world.draw(len(self.train), 800_000 + number)
        for generation in range(CHAIN_LENGTH):
            seed = 1_000 * number + 10 * generation
            fitted = create("trees", {}, ()).fit(train, self.world.schema, seed)
            nights = (fitted.sample(N, seed + night) for night in range(GENERATION_NIGHTS))
            yield [self.judge(rows, certified=False) for rows in nights]
            train = fitted.sample(len(self.train), seed + 9)


def measure(folder: Path, say: Say, only: Sequence[str] = ()) -> dict[str, Any]:
    """All that the bench draws from, as JSON, or some parts of it; what lies in ``folder`` is not measured anew."""
    of = _Lazy(say)
    parts: dict[str, Callable[[], Any]] = {
        "nights": lambda: [of.it.judge(of.it.night(index)) for index in range(NIGHTS)],
        "generations": lambda: [list(of.it.generation(index)) for index in range(GENERATIONS)],
        "chains": lambda: [list(of.it.chain(number)) for number in range(CHAINS)],
        "region": lambda: of.it.doses(of.it.without_region),
        "values": lambda: of.it.doses(of.it.of_fewer_values),
        "unions": lambda: measure_unions(of.it),
        "cost": lambda: measure_cost(of.it),
    }
    found: dict[str, Any] = {"table": TABLE, "n": N}
    for name in only or parts:
        path = folder / f"{name}.json"
        if not path.exists():
            before = time.process_time()
            measured = {"figures": parts[name](), "cpu_seconds": round(time.process_time() - before, 1)}
            path.with_suffix(".new").write_text(json.dumps(measured))
            path.with_suffix(".new").replace(path)
            say(f"{name} judged")
        found[name] = json.loads(path.read_text())
    return found


@dataclass
class _Lazy:
    """The installation, set up when a part is first measured."""

    say: Say

    @cached_property
    def it(self) -> Installation:
        return Installation.of(self.say)
