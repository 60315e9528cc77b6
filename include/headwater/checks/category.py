"""Category by category: is each one there as often as it should be? Sees dropped rare categories.

Statistics: the smallest lower-tail probability over all categories of at least :data:`SHARE_MIN` real share; that of
the rows that hold any rare category at all; and that of the common categories if each had only the part of its share
that the contract asks for. All exact (see ``statistic.too_few``); family-wise by Bonferroni.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from headwater.checks.statistic import Measured, Statistic, deviate, too_few
from headwater.checks.tally import RARE_SHARES
from headwater.checks.telling import Bound, Told, chance_of, count_interval, fewest, fewest_of, rows, shown

if TYPE_CHECKING:
    from headwater.checks.sample import Sample

NAME = "category"
SMALLEST = Statistic(
    "category.smallest", "upper", "No category is rarer than chance leaves it.", is_exact=True, is_whole=True
)
SUM = Statistic(
    "category.sum", "upper", "Rare categories together are as common as in real rows.", is_exact=True, is_whole=True
)
KEPT = Statistic(
    "category.kept", "upper", "Every common category keeps its part of the real share.", is_exact=True, is_whole=True
)
STATISTICS = (SMALLEST, SUM, KEPT)
SHARE_MIN = 0.0005
PICTURE_MAX = 40
"""Categories in the picture; the commonest ones."""


def measure(sample: Sample) -> Measured:
    """Deviates of the smallest probability over the categories, and over the levels of rarity."""
    watched, chances = _chances(sample)
    rare = too_few(sample.margins.rare, sample.rest.rare, sample.margins.n, sample.rest.n)
    return {
        SMALLEST.name: deviate(chances.min() if len(watched) else 1.0, len(watched)),
        SUM.name: deviate(rare.min(), len(rare)),
        KEPT.name: _kept(sample)[2],
    }


def tell(name: str, sample: Sample, place: int, bound: Bound) -> Told:
    """Which category is short, in rows; or how many rows with rare categories there are."""
    n, rest = sample.margins.n, sample.rest.n
    if name == SUM.name:
        level = int(too_few(sample.margins.rare, sample.rest.rare, n, rest).argmin())
        found, others, tests = sample.margins.rare[level], sample.rest.rare[level], len(RARE_SHARES)
        words = (
            f"Categories rarer than {RARE_SHARES[level]:.1%}: {rows(others * n / rest)} expected to hold one, "
            f"{found:,.0f} found."
        )
        return Told(words, **_figures(found, others, (n, rest), chance_of(bound.deviate, tests)))
    if name == KEPT.name:
        return _tell_kept(sample, bound)
    watched, chances = _chances(sample)
    if not len(watched):
        return Told("No column has categories common enough to be watched.")
    worst = watched[int(chances.argmin())]
    found, others = sample.margins.fine[worst], sample.rest.fine[worst]
    limit = chance_of(bound.deviate, len(watched))
    spot = _spot(sample, int(worst))
    short = watched[chances < limit]
    words = _words(sample, spot, short, (found, others * n / rest))
    return Told(words, detail=_picture(sample, spot), **_figures(found, others, (n, rest), limit))


@dataclass(frozen=True)
class _Spot:
    """Where a fine bin stands: its column, that column's number, and its place in it."""

    column: str
    index: int
    place: int


def _chances(sample: Sample) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Positions among the fine bins of the categories common enough, and their lower-tail probabilities."""
    is_category = sample.prepared.yardstick.coder.is_category
    watched = np.flatnonzero(is_category & (sample.rest.fine >= max(SHARE_MIN * sample.rest.n, 1)))
    return watched, too_few(sample.margins.fine[watched], sample.rest.fine[watched], sample.margins.n, sample.rest.n)


def _kept(sample: Sample) -> tuple[NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Common categories, the probability of so few under the part of their share asked for, and the deviate."""
    contract = sample.prepared.reference.contract
    is_category = sample.prepared.yardstick.coder.is_category
    common = np.flatnonzero(is_category & (sample.rest.fine >= max(contract.category_share_min * sample.rest.n, 1)))
    wanted = sample.rest.fine[common] * contract.category_keep_min / sample.rest.n
    chances = np.asarray(binom.cdf(sample.margins.fine[common], int(sample.margins.n), wanted), dtype=np.float64)
    return common, chances, deviate(chances.min() if len(common) else 1.0, len(common))


def _tell_kept(sample: Sample, bound: Bound) -> Told:
    common, chances, _ = _kept(sample)
    if not len(common):
        return Told("No column has categories common enough to be watched.")
    worst = int(common[int(chances.argmin())])
    found, expected = sample.margins.fine[worst], sample.rest.fine[worst] * sample.margins.n / sample.rest.n
    limit, keep = chance_of(bound.deviate, len(common)), sample.prepared.reference.contract.category_keep_min
    least = fewest(
        lambda x: binom.cdf(x, int(sample.margins.n), expected * keep / sample.margins.n) >= limit, int(expected) + 1
    )
    spot = _spot(sample, worst)
    label = sample.prepared.yardstick.coder.columns[spot.index].labels()[spot.place]
    named = shown(label, spot.column, sample.prepared.reference.shown)
    words = (
        f"The thinnest of {len(common)} common categories is {named}: {rows(expected)} expected, {found:,.0f} found."
    )
    return Told(
        words, float(found), float(least), count_interval(float(found)), float(expected), _picture(sample, spot)
    )


def _figures(found: float, others: float, sizes: tuple[float, float], limit: float) -> dict[str, Any]:
    """Count found, the fewest that pass, an interval, the count expected."""
    n, rest = sizes
    return {
        "value": float(found),
        "limit": fewest_of(others, sizes, limit),
        "interval": count_interval(float(found)),
        "noise": float(others * n / rest),
    }


def _spot(sample: Sample, position: int) -> _Spot:
    coder = sample.prepared.yardstick.coder
    index = int(np.searchsorted(coder.fine_starts, position, side="right")) - 1
    return _Spot(coder.names[index], index, position - int(coder.fine_starts[index]))


def _words(sample: Sample, spot: _Spot, short: NDArray[np.intp], counts: tuple[float, float]) -> str:
    """``2 of 41 categories of occupation are missing; the rarest ... is Armed-Forces, 9 rows expected, 0 found.``"""
    found, expected = counts
    coder = sample.prepared.yardstick.coder
    label = coder.columns[spot.index].labels()[spot.place]
    named = shown(label, spot.column, sample.prepared.reference.shown)
    figures = f"{named}, {rows(expected)} expected, {found:,.0f} found"
    if not len(short):
        return f"No category is short; nearest to it is {figures}."
    here = short[(short >= coder.fine_starts[spot.index]) & (short < coder.fine_starts[spot.index + 1])]
    total = int((sample.rest.fine[coder.fine_starts[spot.index] : coder.fine_starts[spot.index + 1]] > 0).sum())
    gone = int((sample.margins.fine[here] == 0).sum())
    state = "missing" if gone == len(here) else "missing or too rare"
    more = f" (and {len(short) - len(here)} of other columns)" if len(short) > len(here) else ""
    verb = "is" if len(here) == 1 else "are"
    return f"{len(here)} of {total} categories of {spot.column} {verb} {state}{more}; the least likely is {figures}."


def _picture(sample: Sample, spot: _Spot) -> dict[str, Any]:
    coder = sample.prepared.yardstick.coder
    place = slice(coder.fine_starts[spot.index], coder.fine_starts[spot.index + 1])
    real, made = sample.rest.fine[place] / sample.rest.n, sample.margins.fine[place] / sample.margins.n
    order = np.argsort(-real, kind="stable")[:PICTURE_MAX]
    order = order[(real[order] > 0) | (made[order] > 0)]
    labels = coder.columns[spot.index].labels()
    named = spot.column in sample.prepared.reference.shown
    return {
        "column": spot.column,
        "names": [labels[at] for at in order] if named else None,
        "real": real[order].tolist(),
        "synthetic": made[order].tolist(),
    }
