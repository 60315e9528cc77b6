"""Two columns at a time: does each table of two columns look as in real rows? Sees shuffled and decoupled columns.

Statistics: the chi-square distance of every binned table of two columns; the mean pointwise mutual information of
each (Church and Hanks 1990) under the anchor's table, which is where a lost relation shows first; and its sum.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headwater.checks.statistic import Measured, Statistic, Vector
from headwater.checks.telling import Bound, Told

if TYPE_CHECKING:
    from headwater.checks.prepared import Prepared
    from headwater.checks.sample import Sample

NAME = "pair"
TABLES = Statistic("pair.tables", "upper", "Every table of two columns looks as in real rows.", is_centred=True)
INFORMATION = Statistic(
    "pair.information", "both", "Every two columns tell as much of each other as in real rows.", is_centred=True
)
TOTAL = Statistic(
    "pair.total", "both", "All pairs of columns together are as strongly related as in real rows.", is_centred=True
)
STATISTICS = (TABLES, INFORMATION, TOTAL)
_MOST = 2.0
"""Information of a pair of bins in nats, at most: rare bins would drown all others."""


def measure(sample: Sample) -> Measured:
    """Chi-squares and gaps of information in nats over the ``d (d - 1) / 2`` pairs, and the sum of the gaps."""
    starts = sample.prepared.yardstick.coder.coarse_starts[:-1]
    n = sample.tally.n
    found, real = sample.tally.pairs / n, sample.rest.pairs / sample.rest.n
    gap = found - real
    told = _blocks(np.add, gap * sample.prepared.information, starts)
    distances = _blocks(np.add, gap**2 / (real + 1.0 / n), starts) * n
    return {TABLES.name: distances, INFORMATION.name: told, TOTAL.name: told.sum(keepdims=True)}


def grains(prepared: Prepared) -> Measured:
    """How much one row can move each component."""
    starts = prepared.yardstick.coder.coarse_starts[:-1]
    reach = _blocks(np.maximum, np.abs(prepared.information), starts)
    return {TABLES.name: np.array([2.0]), INFORMATION.name: reach / prepared.n, TOTAL.name: np.array([1 / prepared.n])}


def tell(name: str, sample: Sample, place: int, bound: Bound) -> Told:
    """The pair that deviates most, with its table of differences."""
    coder = sample.prepared.yardstick.coder
    if name == TOTAL.name:
        way = "weaker" if bound.value < bound.mean else "stronger"
        return Told(
            f"All relations between two columns together are {way} by {abs(bound.value - bound.mean):.3g} nats a row."
        )
    if len(coder.names) < 2:
        return Told("There is one column only, so no pair to compare.")
    one, two = (int(side[place]) for side in np.triu_indices(len(coder.names), 1))
    names = f"{coder.names[one]} and {coder.names[two]}"
    if name == TABLES.name:
        words = f"The table of {names} is off most: chi-square {bound.value:,.0f}, {bound.whose} {bound.mean:,.0f}."
    else:
        way = "less" if bound.value < bound.mean else "more"
        words = (
            f"{names} tell {way} of each other than in real rows, by {abs(bound.value - bound.mean):.3g} nats a row."
        )
    return Told(words, detail=_table(sample, one, two))


def learn(pairs: Vector, rows: int, starts: NDArray[np.int64]) -> Vector:
    """Pointwise mutual information of each pair of bins, shrunk towards independence: ``(coarse, coarse)``.

    Args:
        pairs: tables of the anchor's rows.
        rows: of the anchor.
        starts: where each column's bins begin, and their total.
    """
    shares = np.diag(pairs) / rows
    sizes = np.repeat(np.diff(starts), np.diff(starts))
    alone = np.outer(shares, shares)
    weight = np.outer(sizes, sizes) / 2  # as many further rows, independent, as half the table has cells
    joint = (pairs + weight * alone) / (rows + weight)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(alone > 0, np.log(joint / alone), 0.0).clip(-_MOST, _MOST)


def _blocks(sum_up: np.ufunc, matrix: Vector, starts: NDArray[np.int64]) -> Vector:
    """Sums or maxima over the table of each pair of columns, first column below the second."""
    found = sum_up.reduceat(sum_up.reduceat(matrix, starts, axis=0), starts, axis=1)
    return np.asarray(found[np.triu_indices(len(starts), 1)], dtype=np.float64)


def _table(sample: Sample, one: int, two: int) -> dict[str, object]:
    coder, allowed = sample.prepared.yardstick.coder, sample.prepared.reference.shown
    rows, columns = (slice(coder.coarse_starts[at], coder.coarse_starts[at + 1]) for at in (one, two))
    cuts = coder.columns[one], coder.columns[two]
    return {
        "columns": [cut.column.name for cut in cuts],
        "labels": [cut.labels(coarse=True) if cut.column.name in allowed else None for cut in cuts],
        "real": (sample.rest.pairs[rows, columns] / sample.rest.n).tolist(),
        "synthetic": (sample.tally.pairs[rows, columns] / sample.tally.n).tolist(),
    }
