"""Years made of measured nights: false alarms of honest ones, delays after a planted slide.

Belongs here: drawing years, running the charts over them. Does not: judging rows (``nights.py``), limits
(``limits.py``).

A year is drawn with replacement from nights of one generator that the real judge judged, whole vectors of figures, so
that figures hang together as they do. Every year's certificate is off by an offset of its own, with the variance that a
certificate of so many rows has; the measured nights have their own offset besides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from benchmarks.watch.limits import NIGHTS, WEEKS, generation_scores, night_scores
from headwater.chain.baselines import CERTIFICATE_FACTOR
from headwater.checks import change_point, generations
from headwater.checks.indicators import GENERATIONS_PART, NAMES, NIGHTS_PART, STEADY
from headwater.spec.watch import Watch

RATE = Watch().false_alarm
NIGHT_LIMIT = change_point.limit(RATE * NIGHTS_PART / (len(NAMES) + 1))
GENERATION_LIMIT = generations.limit(RATE * GENERATIONS_PART / (len(STEADY) + 1))
BEFORE = 60
"""Honest nights before a slide begins."""

Years = NDArray[np.float64]
Bend = Callable[[Years, np.random.Generator], Years]


@dataclass(frozen=True, eq=False)
class Nights:
    """Ratios of measured nights: ``(nights, figures)``."""

    ratios: NDArray[np.float64]

    @classmethod
    def of(cls, figures: list[dict[str, dict[str, float | None]]]) -> Nights:
        """From judged nights."""
        found = [[night[name]["ratio"] for name in NAMES] for night in figures]
        return cls(np.array([[np.inf if each is None else each for each in night] for night in found]))

    @property
    def spread(self) -> NDArray[np.float64]:
        """Standard deviation of each figure's nights."""
        return self.ratios.std(axis=0, ddof=1)

    def years(self, count: int, random: np.random.Generator) -> Years:
        """Honest years, each with the offset of its certificate: ``(years, nights, figures)``."""
        drawn = self.ratios[random.integers(len(self.ratios), size=(count, NIGHTS))]
        offset = random.standard_normal((count, 1, len(NAMES))) * self.spread / np.sqrt(CERTIFICATE_FACTOR)
        return drawn + offset


def first_alarm(years: Years, random: np.random.Generator) -> NDArray[np.int64]:
    """The night of each year's first alarm from any chart of nights; :data:`NIGHTS` where there is none."""
    broken = years + 1e-9 * random.random(years.shape)  # ties are broken at random
    scores = [night_scores(broken[:, :, place]) for place in range(years.shape[2])]
    return np.min([_first(each) for each in (*scores, _joint_scores(broken))], axis=0)


def _joint_scores(years: Years) -> NDArray[np.float32]:
    """Scores of all figures together: their ranks among the nights so far, so night by night."""
    count, nights, _ = years.shape
    ranks = np.zeros(years.shape, np.float32)
    found = np.zeros((count, nights), np.float32)
    for now in range(nights):
        is_above = years[:, :now] > years[:, now : now + 1]
        ranks[:, :now] += is_above
        ranks[:, now] = now + 1 - is_above.sum(axis=1)
        size = now + 1
        after = np.arange(change_point.LEAST, size - change_point.LEAST + 1)
        if len(after):
            order = ranks[:, :size].mean(axis=2).argsort(axis=1, kind="stable")
            joint = np.empty((count, size), np.float32)
            np.put_along_axis(joint, order, np.arange(1, size + 1, dtype=np.float32)[None], axis=1)
            sums = np.cumsum(joint[:, ::-1], axis=1)[:, after - 1]
            spread = np.sqrt(after * (size - after) * (size + 1) / 12)
            found[:, now] = ((sums - after * (size + 1) / 2) / spread).max(axis=1)
    return found


def false_alarms(nights: Nights, count: int, random: np.random.Generator) -> dict[str, Any]:
    """Years with a false alarm of the nights' charts."""
    alarms = 0
    for size in _chunks(count):
        alarms += int((first_alarm(nights.years(size, random), random) < NIGHTS).sum())
    return rate_of(alarms, count)


def delay(nights: Nights, bend: Bend, count: int, random: np.random.Generator) -> dict[str, Any]:
    """Nights from the beginning of a slide to its alarm."""
    firsts = []
    for size in _chunks(count):
        firsts.append(first_alarm(bend(nights.years(size, random), random), random))
    first = np.concatenate(firsts)
    late = np.where(first < NIGHTS, first - BEFORE + 1, np.inf)
    seen = late[first >= BEFORE]
    return {
        "years": count,
        "found_within_the_year": float(np.mean(np.isfinite(seen))),
        "median_delay_nights": _finite(np.median(seen)),
        "delay_nights_90": _finite(np.quantile(seen, 0.9, method="higher")),
    }


def effects_of(generations_of: list[list[dict[str, dict[str, float | None]]]]) -> NDArray[np.float64]:
    """Effects of measured generations: ``(generations, nights, figures)``; figures are :data:`STEADY`."""
    return np.array([[[night[name]["effect"] for name in STEADY] for night in each] for each in generations_of], float)


def chain_alarms(effects: NDArray[np.float64], count: int, random: np.random.Generator) -> dict[str, Any]:
    """Years of weekly champions drawn from honest generations; false alarms of the charts of generations."""
    alarms = 0
    for size in _chunks(count):
        picked = effects[random.integers(len(effects), size=(size, WEEKS))]
        alarms += int(_generation_alarm(picked)[1].sum())
    return rate_of(alarms, count)


def _generation_alarm(chains: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """First generation at which any chart alarms (their number where none), and whether any does."""
    count, length, figures, _ = chains.shape
    parts = np.concatenate([chains, chains.sum(axis=3, keepdims=True) / np.sqrt(len(STEADY))], axis=3)
    first = np.full(count, length)
    for place in range(parts.shape[3]):
        figure = parts[:, :, :, place]
        levels = figure.mean(axis=2)
        for now in range(1, length):
            freedom = (now + 1) * (figures - 1)
            within = np.full(count, generations.SPREAD)
            if freedom >= generations.SPREAD_FROM:
                squares = ((figure[:, : now + 1] - levels[:, : now + 1, None]) ** 2).sum(axis=(1, 2))
                within = np.maximum(np.sqrt(squares / freedom), generations.SPREAD_MIN)
            scores = generation_scores(levels[:, : now + 1] / within[:, None], np.full(now + 1, float(figures)))
            first = np.where((scores > GENERATION_LIMIT) & (first > now), now, first)
    return first, first < length


def generation_of_alarm(chains: NDArray[np.float64]) -> list[int | None]:
    """For each chain the generation, counted from 1, at which any chart alarms; None where none does."""
    first, is_red = _generation_alarm(chains)
    return [int(at) + 1 if red else None for at, red in zip(first, is_red, strict=True)]


def rate_of(alarms: int, years: int) -> dict[str, Any]:
    """A rate a year and its upper 95 % confidence limit (Clopper and Pearson 1934)."""
    upper = 1.0 if alarms >= years else float(beta.ppf(0.95, alarms + 1, years - alarms))
    return {"years": years, "alarms": alarms, "rate": alarms / years, "upper95": upper}


def _first(scores: NDArray[np.float32]) -> NDArray[np.int64]:
    above = scores > NIGHT_LIMIT
    return np.where(above.any(axis=1), above.argmax(axis=1), NIGHTS)


def _chunks(count: int, size: int = 100) -> list[int]:
    return [min(size, count - start) for start in range(0, count, size)]


def _finite(value: float) -> int | None:
    return int(value) if np.isfinite(value) else None
