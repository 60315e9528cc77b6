"""The null: what every statistic shows on honest rows, and the limits that follow from it.

Belongs here: summing up draws, and holding a sample against them. Does not: drawing (``baseline.py``), any statistic.

**One scale.** A component's deviation is counted in standard deviations of honest rows, a statistic's score is the
largest of its components' deviations in the bad direction, and an exact p-value is its normal deviate. Each score is
divided by its own limit: 0 is what honest rows typically show, 1 the statistic's own limit, far out in its tail.

**One verdict.** The largest of these ratios decides. Its limit is the 99 % quantile of that maximum over the draws,
more exactly the upper 95 % confidence limit of that quantile (order statistics: Hahn and Meeker, *Statistical
Intervals*, 1991, section 5.2), so that few draws err on the side of honest batches.

**Further looks.** A night that is repaired is judged again, and each look is one more chance for bad rows to slip
through. So the ``k``-th look has the limit that honest batches exceed ``k`` times as often as the first.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom, norm

from headwater.checks.battery import BY_NAME
from headwater.checks.seeds import rng
from headwater.checks.statistic import Measured, Statistic
from headwater.checks.telling import Bound
from headwater.spec.model import Model

CONFIDENCE = 0.95
DRAWS_MIN, DRAWS_MAX, DRAWS_BEYOND = 100, 2_000, 5
""":func:`draws_for`: so many honest rows are to lie beyond the limit. Below a rate of .25 % there are fewer."""
LOOKS_MAX = 4
"""Times that one night may be judged: as it was made, and after each attempt to repair it."""
RATE_MAX = 0.5
LEAST = 2.0
"""A limit lies at least so many standard deviations from what is typical; counts of rare events have no finer tail."""
TAIL_SHARE = 0.1
SHAPE_MAX = 0.25
BEYOND_MAX = 0.35
"""How far beyond the largest draw a limit may be extrapolated, as a part of the way from the median to that draw."""


class Honest(Model):
    """One statistic on honest rows.

    Attributes:
        mean, sd: of each component.
        typical: median of the score.
        limit: the score's own limit.
    """

    mean: tuple[float, ...]
    sd: tuple[float, ...]
    typical: float
    limit: float


class Null(Model):
    """All statistics on honest rows.

    Attributes:
        draws: how many samples were drawn.
        family: limit of the largest ratio.
        looks: the same at the first look, the second, and so on; the first is ``family`` as it was drawn.
        statistics: by name; one that has no component here is absent.
    """

    draws: int
    family: float
    looks: tuple[float, ...]
    statistics: dict[str, Honest]

    @classmethod
    def of(
        cls,
        statistics: Sequence[Statistic],
        found: Mapping[str, NDArray[np.float64]],
        grains: Measured,
        *,
        widening: float,
        rate: float,
        seed: int,
    ) -> Self:
        """Sum up draws.

        Args:
            statistics: all that will be measured, in order.
            found: by statistic the components of each draw: ``(draws, components)``.
            grains: smallest spread of each component.
            widening: by how much draws of statistics that are not centred vary too little (see ``baseline.py``).
            rate: family-wise false-alarm rate.
            seed: of the draws that stand for exact nulls.
        """
        draws = len(next(iter(found.values())))
        scores: dict[str, NDArray[np.float64]] = {}
        moments: dict[str, tuple[NDArray[np.float64], NDArray[np.float64]]] = {}
        for statistic in statistics:
            values = found.get(statistic.name)
            if values is None and statistic.is_exact:
                # Its p-value is uniform on honest rows, or larger.
                values = rng(seed, "exact", statistic.name).standard_normal((draws, 1))
            if values is None or not values.shape[1]:
                continue
            moments[statistic.name], scores[statistic.name] = _standardise(
                statistic, values, grains.get(statistic.name, np.zeros(1)), widening
            )
        each = rate / max(len(scores), 1)
        honest = {}
        for name, values in scores.items():
            typical = 0.0 if BY_NAME[name].is_exact else float(np.median(values))
            own = float(norm.isf(each)) if BY_NAME[name].is_exact else max(tail_quantile(values, each), typical + LEAST)
            mean, sd = moments[name]
            honest[name] = Honest(mean=tuple(mean.tolist()), sd=tuple(sd.tolist()), typical=typical, limit=own)
        ratios = np.stack([_ratio(values, honest[name]) for name, values in scores.items()], axis=1).max(axis=1)
        looks = tuple(upper_quantile(ratios, min(RATE_MAX, rate * look)) for look in range(1, LOOKS_MAX + 1))
        return cls(draws=draws, family=looks[0], looks=looks, statistics=honest)

    def at_look(self, look: int) -> Self:
        """The same null with the limit of the ``look``-th judgement of a night, counted from 1.

        Raises:
            ValueError: no night is judged so often.
        """
        if not 1 <= look <= len(self.looks):
            raise ValueError(f"a night is judged 1 to {len(self.looks)} times, and this is look {look}")
        return self.model_copy(update={"family": self.looks[look - 1]})

    def ratio(self, name: str, values: NDArray[np.float64]) -> float:
        """How much of the way from typical to its own limit a statistic has gone; what is not finite is infinite."""
        honest = self.statistics[name]
        found = (self.score(name, values) - honest.typical) / (honest.limit - honest.typical)
        return found if np.isfinite(found) else float("inf")

    def score(self, name: str, values: NDArray[np.float64]) -> float:
        """The largest deviation of a statistic's components in the bad direction, in standard deviations."""
        honest = self.statistics[name]
        return float(_score(BY_NAME[name], values[None], np.array(honest.mean), np.array(honest.sd))[0])

    def worst(self, name: str, values: NDArray[np.float64]) -> tuple[int, Bound]:
        """The component that deviates most, and its honest range under the family's limit."""
        honest = self.statistics[name]
        mean, sd = np.array(honest.mean), np.array(honest.sd)
        at = int(_deviations(BY_NAME[name], values[None], mean, sd)[0].argmax())
        return at, self.bound(name, values, at)

    def bound(self, name: str, values: NDArray[np.float64], at: int) -> Bound:
        """The honest range of one component under the family's limit."""
        honest, statistic = self.statistics[name], BY_NAME[name]
        mean, sd = np.array(honest.mean), np.array(honest.sd)
        reach = honest.typical + self.family * (honest.limit - honest.typical)
        is_upper = statistic.side == "upper" or (statistic.side == "both" and values[at] >= mean[at])
        limit = mean[at] + (reach if is_upper else -reach) * sd[at]
        return Bound(float(values[at]), float(mean[at]), float(sd[at]), float(limit), is_upper, reach)


def draws_for(rate: float) -> int:
    """How many draws a family-wise rate of false alarms asks for: 500 for 1 %, 100 for 5 % and more."""
    return min(max(math.ceil(DRAWS_BEYOND / rate), DRAWS_MIN), DRAWS_MAX)


def tail_quantile(values: NDArray[np.float64], rate: float) -> float:
    """The value that honest rows exceed with probability ``rate``, which may be below one in the number of draws.

    A generalised Pareto distribution is fitted to the largest tenth by probability-weighted moments (Hosking and
    Wallis 1987), its shape kept between -1/4 and 1/4; the result is not carried far beyond the largest draw.
    """
    threshold = float(np.quantile(values, 1 - TAIL_SHARE))
    excess = np.sort(values[values > threshold]) - threshold
    k, top = len(excess), float(values.max())
    if k < 5:
        return top
    most = top + BEYOND_MAX * (top - float(np.median(values)))
    first = float(excess.mean())
    second = float(((k - 1 - np.arange(k)) / (k - 1) * excess).mean())
    shape = float(np.clip(2 - first / (first - 2 * second), -SHAPE_MAX, SHAPE_MAX)) if first > 2 * second else SHAPE_MAX
    scale, odds = first * (1 - shape), k / len(values) / rate
    reach = scale * (np.log(odds) if abs(shape) < 1e-6 else (odds**shape - 1) / shape)
    return float(min(most, threshold + reach))


def upper_quantile(values: NDArray[np.float64], rate: float, confidence: float = CONFIDENCE) -> float:
    """A value that a further one exceeds with probability at most ``rate``, with this confidence, if there are enough.

    Below ``log(1 - confidence) / log(1 - rate)`` values (299 for 1 % and 95 %) it is the largest one.
    """
    place = int(binom.ppf(1 - confidence, len(values), rate))
    while place > 0 and binom.cdf(place, len(values), rate) > 1 - confidence:
        place -= 1
    return float(np.sort(values)[::-1][place])


def _standardise(
    statistic: Statistic, values: NDArray[np.float64], grain: NDArray[np.float64], widening: float
) -> tuple[tuple[NDArray[np.float64], NDArray[np.float64]], NDArray[np.float64]]:
    """Mean and spread of each component, and each draw's score."""
    if statistic.is_exact:
        return (np.zeros(1), np.ones(1)), values[:, 0]
    mean, spread = values.mean(axis=0), values.std(axis=0, ddof=1)
    wide = 1.0 if statistic.is_centred else widening
    least = np.maximum(grain, 1e-9 * np.maximum(1.0, np.abs(mean)))
    off, apart = _left_out(values - mean, spread)
    scores = _score(statistic, off * wide, np.zeros_like(mean), np.maximum(apart * wide, least))
    return (mean, np.maximum(spread * wide, least)), scores


def _left_out(off: NDArray[np.float64], spread: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Each draw's deviation from the others' mean, and the others' spread: ``(draws, components)`` each.

    A draw that took part in its own mean and spread deviates less than a further one will; over hundreds of
    components and as few draws the largest of them would be too small a limit.
    """
    draws = len(off)
    if draws < 3:
        return off, np.broadcast_to(spread, off.shape)
    others = ((draws - 1) * spread**2 - off**2 * draws / (draws - 1)) / (draws - 2)
    return off * draws / (draws - 1), np.sqrt(np.maximum(others, 0.0))


def _deviations(
    statistic: Statistic, values: NDArray[np.float64], mean: NDArray[np.float64], sd: NDArray[np.float64]
) -> NDArray[np.float64]:
    found = (values - mean) / sd
    if statistic.side == "lower":
        return -found
    return np.abs(found) if statistic.side == "both" else found


def _score(
    statistic: Statistic, values: NDArray[np.float64], mean: NDArray[np.float64], sd: NDArray[np.float64]
) -> NDArray[np.float64]:
    return _deviations(statistic, values, mean, sd).max(axis=1)


def _ratio(scores: NDArray[np.float64], honest: Honest) -> NDArray[np.float64]:
    return (scores - honest.typical) / (honest.limit - honest.typical)
