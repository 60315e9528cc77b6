"""Column by column: is each one shaped and spread as in real rows? Sees scales, shifts, lost spread.

Statistics: the distance of each column's distribution from the real one (total variation over its bins, and the
Kolmogorov-Smirnov distance of numbers), and the logarithm of each number's standard deviation, with the outer rows on
both sides pulled in (winsorised: Tukey 1962), since one huge value would drown it.
"""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headwater.checks.statistic import Measured, Statistic, Vector
from headwater.checks.telling import Bound, Told

if TYPE_CHECKING:
    from headwater.checks.prepared import Prepared
    from headwater.checks.sample import Sample

NAME = "column"
SHAPE = Statistic("column.shape", "upper", "Every column is distributed as in real rows.", is_centred=True)
SPREAD = Statistic("column.spread", "both", "Every number is spread as widely as in real rows.")
STATISTICS = (SHAPE, SPREAD)
_NOTHING = -30.0
_LEVELS = (0, -1)


def measure(sample: Sample) -> Measured:
    """Distances ``(d + q,)`` and log spreads ``(2 q,)``."""
    coder = sample.prepared.yardstick.coder
    gap = sample.tally.fine / sample.tally.n - sample.rest.fine / sample.rest.n
    starts = coder.fine_starts[:-1]
    variation = np.add.reduceat(np.abs(gap), starts) / 2
    steps = np.maximum.reduceat(np.abs(np.cumsum(gap)), starts)[coder.is_number]
    spreads = _spreads(sample.rows.numbers, sample.prepared.counter.thresholds)
    return {SHAPE.name: np.concatenate([variation, steps]), SPREAD.name: spreads}


def grains(prepared: Prepared) -> Measured:
    """How much one row can move each component."""
    return {SHAPE.name: np.array([1 / prepared.n])}


def tell(name: str, sample: Sample, place: int, bound: Bound) -> Told:
    """The column that deviates most, with its distribution on both sides."""
    coder = sample.prepared.yardstick.coder
    numbers = [coder.names[index] for index in np.flatnonzero(coder.is_number)]
    if name == SPREAD.name:
        column = numbers[place % len(numbers)]
        change = np.expm1(bound.value - bound.mean)
        words = f"{column} is spread {abs(change):.1%} {'wider' if change > 0 else 'narrower'} than in {bound.whose}."
        told = (float(np.exp(number)) for number in (bound.value, bound.limit, bound.mean))
        value, limit, noise = told
        detail = distribution(sample, coder.names.index(column))
        return Told(
            words, value, limit, (value * np.exp(-1.96 * bound.sd), value * np.exp(1.96 * bound.sd)), noise, detail
        )
    else:
        column = (coder.names + numbers)[place]
        words = (
            f"{column} deviates most from real rows: by {bound.value:.2%} of the rows; {bound.whose} deviate by "
            f"{bound.mean:.2%}."
        )
    return Told(words, detail=distribution(sample, coder.names.index(column)))


def distribution(sample: Sample, column: int) -> dict[str, object]:
    """One column's shares on both sides; names and edges only where values may be shown."""
    prepared = sample.prepared
    cut = prepared.yardstick.coder.columns[column]
    starts = prepared.yardstick.coder.fine_starts
    place = slice(starts[column], starts[column + 1])
    return {
        "column": cut.column.name,
        "labels": cut.labels() if cut.column.name in prepared.reference.shown else None,
        "is_number": bool(prepared.yardstick.coder.is_number[column]),
        "real": (sample.rest.fine[place] / sample.rest.n).tolist(),
        "synthetic": (sample.tally.fine[place] / sample.tally.n).tolist(),
    }


def _spreads(numbers: NDArray[np.float64], thresholds: NDArray[np.float64]) -> Vector:
    if not numbers.shape[1]:
        return np.zeros(0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a column without any value: its spread is "nothing"
        spreads = np.concatenate([np.nanstd(np.clip(numbers, *thresholds[level]), axis=0) for level in _LEVELS])
    return np.where(spreads > 0, np.log(np.where(spreads > 0, spreads, 1.0)), _NOTHING)
