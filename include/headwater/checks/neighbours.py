"""Nearest neighbours: do synthetic rows lie where real rows do, as densely, as far from each other?

Statistics: coverage and density (Naeem, Oh, Uh, Choi and Yoo, "Reliable fidelity and diversity metrics for generative
models", ICML 2020; k = 5, exact), and the distance of the batch's rows to their own nearest neighbours. Both sides have
equally many rows, because coverage rises to 1 as the synthetic side grows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from headwater.checks.distances import BLOCK, kth, own_distances, squared
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.statistic import Measured, Statistic, Vector
from headwater.checks.telling import Bound, Told, count_interval
from headwater.checks.yardstick import Yardstick

if TYPE_CHECKING:
    from headwater.checks.prepared import Prepared
    from headwater.checks.sample import Sample

NAME = "neighbours"
COVERAGE = Statistic("neighbours.coverage", "lower", "Nearly every real row has a synthetic row nearby.")
DENSITY = Statistic("neighbours.density", "both", "Synthetic rows lie as densely around real rows as real ones do.")
OWN = Statistic("neighbours.own_distance", "both", "Rows are as far from each other as real rows are.")
STATISTICS = (COVERAGE, DENSITY, OWN)
NEIGHBOURS = 5
ROWS_MAX, OWN_ROWS_MAX = 5_000, 3_000
_ROUNDING = 1e-5
"""Squared distances of equal rows differ by rounding; a row on the border is covered."""
_NEAREST = 1e-4
"""Squared distances below this count as this: equal rows would be infinitely near in logarithms."""
CLOSE = (0.01, 0.05)
"""Quantiles of the anchor's own distances below which rows count as close."""


@dataclass(frozen=True, eq=False)
class Balls:
    """Around each of ``m`` anchor rows the ball that reaches to its k-th nearest other anchor row.

    Attributes:
        points: centres: float32 ``(m, D)``.
        reach: squared radii: float32 ``(m,)``.
        close: own distances of the anchor at the quantiles :data:`CLOSE`.
    """

    points: NDArray[np.float32]
    reach: NDArray[np.float32]
    close: Vector

    @classmethod
    def around(cls, yardstick: Yardstick, rows: int) -> Balls:
        """The balls of the first ``rows`` anchor rows, at most :data:`ROWS_MAX`."""
        points = yardstick.anchor.points[: min(rows, ROWS_MAX)]
        if len(points) <= NEIGHBOURS:
            raise CannotJudgeError(f"{NEIGHBOURS} neighbours need more than {NEIGHBOURS} anchor rows")
        reach = np.concatenate([kth(points, start, NEIGHBOURS) for start in range(0, len(points), BLOCK)])
        own = own_distances(points[:OWN_ROWS_MAX])
        return cls(points, reach + np.float32(_ROUNDING), np.quantile(own, CLOSE))

    def counts(self, points: NDArray[np.float32]) -> NDArray[np.int64]:
        """How many of the points lie in each ball: ``(m,)``."""
        found = np.zeros(len(self.points), dtype=np.int64)
        for start in range(0, len(points), BLOCK):
            found += np.count_nonzero(squared(points[start : start + BLOCK], self.points) <= self.reach, axis=0)
        return found

    def hits(self, points: NDArray[np.float32]) -> Hits:
        """Which balls each point lies in."""
        blocks = (squared(points[start : start + BLOCK], self.points) for start in range(0, len(points), BLOCK))
        return Hits.where(distance <= self.reach for distance in blocks)


@dataclass(frozen=True, eq=False)
class Hits:
    """For each row the balls it lies in: those of row i stand in ``balls[starts[i]:starts[i + 1]]``."""

    starts: NDArray[np.int64]
    balls: NDArray[np.int32]

    @classmethod
    def where(cls, blocks: Iterable[NDArray[np.bool_]]) -> Self:
        """From blocks of rows that say which balls each row lies in: bool ``(rows, balls)``."""
        starts, balls = [np.zeros(1, dtype=np.int64)], []
        for inside in blocks:
            row, ball = np.nonzero(inside)
            balls.append(ball.astype(np.int32))
            starts.append(np.bincount(row, minlength=len(inside)))
        return cls(np.cumsum(np.concatenate(starts)), np.concatenate(balls))

    def counts(self, total: int, positions: NDArray[np.intp] | None = None) -> NDArray[np.int64]:
        """How many of these rows, by default of all, lie in each of ``total`` balls."""
        return np.bincount(self.balls if positions is None else self.of(positions), minlength=total)

    def of(self, positions: NDArray[np.intp]) -> NDArray[np.int32]:
        """All balls of these rows, one after another."""
        counts = self.starts[positions + 1] - self.starts[positions]
        ends = np.cumsum(counts)
        return self.balls[np.arange(ends[-1]) + np.repeat(self.starts[positions] - (ends - counts), counts)]


def measure(sample: Sample) -> Measured:
    """Coverage (a share), density (1 is real), the mean log distance to the nearest own row, roots of close rows."""
    balls, counts = sample.prepared.balls, sample.seen.balls
    own = sample.seen.own
    far = np.log(np.maximum(own, _NEAREST)).mean()
    close = [np.sqrt(float((own <= limit + _ROUNDING).sum()) + 0.375) for limit in balls.close]
    return {
        COVERAGE.name: np.array([np.mean(counts > 0)]),
        DENSITY.name: np.array([counts.sum() / (NEIGHBOURS * len(counts))]),
        OWN.name: np.array([far, *close]),
    }


def grains(prepared: Prepared) -> Measured:
    """How much one row can move each component."""
    return {COVERAGE.name: np.array([1 / prepared.n]), OWN.name: np.array([0.0, *(0.5 for _ in CLOSE)])}


def tell(name: str, sample: Sample, place: int, bound: Bound) -> Told:
    """What share of the anchor is covered, how densely, how far own rows are from each other."""
    judged = len(sample.prepared.balls.points)
    if name == COVERAGE.name:
        words = (
            f"{bound.value:.1%} of the anchor's rows have a synthetic row nearby; {bound.whose} reach {bound.mean:.1%} "
            f"({judged:,} rows a side)."
        )
        gone = int(np.count_nonzero(sample.seen.balls == 0))
        spread = 1.96 * bound.sd
        interval = max(bound.value - spread, 0.0), min(bound.value + spread, 1.0)
        return Told(words, interval=interval, detail={"missed": gone, "judged": judged})
    if name == DENSITY.name:
        way = "denser" if bound.value > bound.mean else "sparser"
        return Told(f"Synthetic rows lie {way} around real ones: {bound.value:.3f}, {bound.whose} {bound.mean:.3f}.")
    if place == 0:
        way = "farther from" if bound.value > bound.mean else "nearer to"
        factor = np.exp(abs(bound.value - bound.mean) / 2)
        return Told(f"Rows of the batch are {way} each other than real rows: by a factor of {factor:.3f}.")
    found, honest, limit = (max(max(root, 0.0) ** 2 - 0.375, 0.0) for root in (bound.value, bound.mean, bound.limit))
    words = f"{found:,.0f} rows are very close to another row of the batch; of {bound.whose} it is {honest:,.0f}."
    return Told(words, round(found), limit, count_interval(round(found)), honest)


def covered(real: NDArray[np.float32], synthetic: NDArray[np.float32], k: int = NEIGHBOURS) -> NDArray[np.bool_]:
    """Which real points have a synthetic point within the distance of their k-th nearest real one: bool ``(n,)``.

    Args:
        real: ``(n, d)``, n > k.
        synthetic: ``(m, d)``, m >= 1.
        k: neighbours, the row itself not counted.
    """
    inside = []
    for start in range(0, len(real), BLOCK):
        reach = kth(real, start, k) + np.float32(_ROUNDING)
        inside.append(squared(real[start : start + BLOCK], synthetic).min(axis=1) <= reach)
    return np.concatenate(inside)
