"""Do as many rows lie in the tails as should? Sees clipped tails, which hardly move an average.

Statistics: the smallest two-sided probability of the rows beyond the outer quantiles of each number, and the
lower-tail probability of rows that are far out in any column. Both exact (see ``statistic.too_few``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headwater.checks.statistic import Measured, Statistic, deviate, too_few, too_many
from headwater.checks.tally import LEVELS
from headwater.checks.telling import Bound, Told, chance_of, count_interval, fewest_of, most_of, rows

if TYPE_CHECKING:
    from headwater.checks.sample import Sample

NAME = "tail"
SMALLEST = Statistic(
    "tail.smallest", "upper", "As many rows lie in each tail as chance allows.", is_exact=True, is_whole=True
)
SUM = Statistic(
    "tail.sum", "upper", "As many rows are far out in some column as in real rows.", is_exact=True, is_whole=True
)
STATISTICS = (SMALLEST, SUM)


def measure(sample: Sample) -> Measured:
    """Deviates of the smallest probability over thresholds, and over levels."""
    there, chances = _chances(sample)
    far = too_few(sample.margins.far, sample.rest.far, sample.margins.n, sample.rest.n)
    return {
        SMALLEST.name: deviate(min(1.0, chances.min()) if len(there) else 1.0, len(there)),
        SUM.name: deviate(far.min(), len(far)),
    }


def tell(name: str, sample: Sample, place: int, bound: Bound) -> Told:
    """Which tail is thin or thick, in rows."""
    n, rest = sample.margins.n, sample.rest.n
    if name == SUM.name:
        level = int(too_few(sample.margins.far, sample.rest.far, n, rest).argmin())
        found, others = sample.margins.far[level], sample.rest.far[level]
        limit = fewest_of(others, (n, rest), chance_of(bound.deviate, len(LEVELS)))
        told = (
            f"Rows beyond the outer {LEVELS[level]:.2%} of some column: {rows(others * n / rest)} expected, "
            f"{found:,.0f} found."
        )
        return Told(told, float(found), limit, count_interval(float(found)), float(others * n / rest))
    there, chances = _chances(sample)
    if not len(there):
        return Told("There is no column of numbers, so there are no tails to compare.")
    at = int(there[int(chances.argmin())])
    level, side, column = (int(part) for part in np.unravel_index(at, sample.prepared.counter.thresholds.shape))
    coder = sample.prepared.yardstick.coder
    name_of = coder.names[int(np.flatnonzero(coder.is_number)[column])]
    found, others = sample.margins.tails[at], sample.rest.tails[at]
    expected = others * n / rest
    limit = chance_of(bound.deviate, 2 * len(there))
    told = (
        f"{('Lower', 'Upper')[side]} tail of {name_of} (outer {LEVELS[level]:.2%} of the anchor): "
        f"{rows(expected)} expected, {found:,.0f} found."
    )
    bound_at = fewest_of(others, (n, rest), limit) if found < expected else most_of(others, (n, rest), limit)
    return Told(told, float(found), bound_at, count_interval(float(found)), float(expected))


def _chances(sample: Sample) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    there = np.flatnonzero(sample.rest.tails > 0)
    counts = sample.margins.tails[there], sample.rest.tails[there], sample.margins.n, sample.rest.n
    return there, 2 * np.minimum(too_few(*counts), too_many(*counts))
