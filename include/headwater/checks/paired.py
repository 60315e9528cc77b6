"""Is one generator worse than another? Figures of both on the same anchor rows, and one decision over all of them.

Belongs here: the paired bootstrap and the rule. Does not: what is measured on rows (``contributions.py``), categories
(``lost.py``).

**Pairs.** A figure is a mean over anchor rows of what each row contributes, so resampled anchor rows (Efron and
Tibshirani, *An Introduction to the Bootstrap*, 1993) give both sides' figures without fitting anything again, and what
the same rows do to both sides cancels. Each side brings several samples of made rows; they are resampled too, with
their deviations shrunk by what the rows explain already (Davison and Hinkley, *Bootstrap Methods and their
Application*, 1997, section 3.8).

**Rule.** A figure is kept when the upper end of its loss's one-sided 95 % interval lies within the margin
(non-inferiority: Schuirmann 1987; Piaggio et al. 2012). Every figure must be kept (intersection-union test: Berger
1982), so a generator that is worse by more than the margin on any of them passes at most one time in twenty. The
margin is never tighter than noise (decision 2): on few rows it is what the interval of an equally good generator
reaches, all figures together (the largest studentised deviation: Westfall and Young 1993).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm

from headwater.checks.seeds import rng
from headwater.spec.model import Model

Numbers = NDArray[np.float64]

DRAWS = 1_000
CONFIDENCE = 0.95
"""Of the one-sided interval of a loss."""
NOISE = 0.95
"""How often an equally good generator keeps all figures, where noise and not the spec sets the margin."""
_CHUNK = 100
"""Resamples held at a time."""


@dataclass(frozen=True, eq=False)
class Figure:
    """One figure of one side, as contributions of anchor rows.

    Attributes:
        name: the check that it belongs to, with the target or model where there are several.
        words: what it is, in plain words.
        rows: positions of ``m`` anchor rows: ``(m,)``.
        values: what each row contributes with each of ``r`` samples of made rows; the figure is the mean: ``(r, m)``.
        is_lower_better: whether a higher figure is a loss.
        floor: a figure below counts as this: a classifier below guessing, a useless model. None where there is none.
    """

    name: str
    words: str
    rows: NDArray[np.intp]
    values: NDArray[np.floating]
    is_lower_better: bool = False
    floor: float | None = None

    @property
    def value(self) -> float:
        """The figure itself."""
        return float(self.cut(np.array(self.values.mean(dtype=np.float64))))

    def cut(self, figures: Numbers) -> Numbers:
        """Figures, none below the floor."""
        return figures if self.floor is None else np.maximum(figures, self.floor)


class Loss(Model):
    """How much worse the challenger is on one figure.

    Attributes:
        name: of the figure.
        challenger, rival: the figures.
        loss: positive where the challenger is worse.
        interval: of the loss; each end is passed with 5 %. None where the test is exact.
        margin: how far the interval may reach.
        margin_origin: ``spec``; ``noise`` where the spec's margin is less than these anchor rows can tell; ``exact``
            where an exact test decides.
        rows: anchor rows that it was judged on; of an exact test the rows of the challenger.
        is_kept: whether the challenger is not worse here.
        words: the finding in one clause; no value of a hidden column appears in it.
    """

    name: str
    challenger: float
    rival: float
    loss: float
    interval: tuple[float, float] | None
    margin: float
    margin_origin: Literal["spec", "noise", "exact"]
    rows: int
    is_kept: bool
    words: str

    @property
    def room(self) -> float:
        """How much of the margin is left, as a part of it; 0 or less where the loss is too large."""
        if self.interval is None or self.margin <= 0:
            return 1.0 if self.is_kept else -np.inf
        return (self.margin - self.interval[1]) / self.margin


def compare(
    challenger: Sequence[Figure],
    rival: Sequence[Figure],
    *,
    margin: float,
    seed: int,
    units: NDArray[np.integer] | None = None,
) -> tuple[Loss, ...]:
    """Every figure's loss, in order; the same inputs give the same result.

    Args:
        challenger, rival: the same figures on the same anchor rows.
        margin: of non-inferiority, in each figure's unit.
        seed: of the resamples.
        units: which anchor rows belong together, as all rows of one person: one number for each row, from 0; they are
            resampled as a whole. By default each row stands for itself.

    Raises:
        ValueError: the two sides have other figures, or figures of other rows.
    """
    pairs = list(zip(challenger, rival, strict=True))
    for one, other in pairs:
        if one.name != other.name or not np.array_equal(one.rows, other.rows):
            raise ValueError(f"{one.name} and {other.name} are not the same figure of the same anchor rows")
    if not pairs:
        return ()
    off = np.stack(_resampled(pairs, seed, units), axis=1)
    spread = off.std(axis=0, ddof=1)
    typical = np.where(spread > 0, spread, np.inf)
    reach = float(np.quantile((off / typical).max(axis=1), NOISE))
    return tuple(_loss(pair, sd, reach, margin) for pair, sd in zip(pairs, spread.tolist(), strict=True))


def _loss(pair: tuple[Figure, Figure], sd: float, reach: float, margin: float) -> Loss:
    one, other = pair
    loss, beyond = float(_worse(one, one.value, other.value)), float(norm.ppf(CONFIDENCE)) * sd
    noise = beyond + max(reach, 0.0) * sd
    allowed, low, high = max(margin, noise), loss - beyond, loss + beyond
    whose = "the spec's margin" if margin >= noise else "what noise alone does on these rows"
    return Loss(
        name=one.name,
        challenger=one.value,
        rival=other.value,
        loss=loss,
        interval=(low, high),
        margin=allowed,
        margin_origin="spec" if margin >= noise else "noise",
        rows=len(one.rows),
        # Rounding must not decide between equals.
        is_kept=bool(high <= allowed + 1e-12),
        words=(
            f"{one.words} {one.value:.4f} against {other.value:.4f}, a loss of {loss:.4f} [{low:.4f}, {high:.4f}] on "
            f"{len(one.rows):,} anchor rows; it may reach {allowed:.4f}, {whose}"
        ),
    )


def _worse(figure: Figure, found: Numbers | float, held: Numbers | float) -> Numbers:
    gap = np.asarray(found) - np.asarray(held)
    return gap if figure.is_lower_better else -gap


def _resampled(pairs: list[tuple[Figure, Figure]], seed: int, units: NDArray[np.integer] | None) -> list[Numbers]:
    """Of each figure how far the loss of each resample lies from the loss found: ``(draws,)`` each."""
    total = 1 + max(int(one.rows.max()) for one, _ in pairs)
    owner = np.arange(total) if units is None else np.asarray(units)[:total]
    means = [[side.values.mean(axis=0, dtype=np.float64) for side in pair] for pair in pairs]
    moves = [[_moves(side, rng(seed, "samples", which, side.name)) for which, side in enumerate(p)] for p in pairs]
    found: list[list[Numbers]] = [[] for _ in pairs]
    start = 0
    for weights in _weights(owner, seed):
        for place, pair in enumerate(pairs):
            one, other = pair
            picked = weights[:, one.rows]
            mass = np.maximum(picked.sum(axis=1), 1e-9)
            sides = [
                side.cut(picked @ mean / mass + move[start : start + len(weights)])
                for side, mean, move in zip(pair, means[place], moves[place], strict=True)
            ]
            found[place].append(_worse(one, *sides) - _worse(one, one.value, other.value))
        start += len(weights)
    return [np.concatenate(each) for each in found]


def _weights(owner: NDArray[np.integer], seed: int) -> Iterator[Numbers]:
    """How often each anchor row is in each resample, a chunk of resamples at a time: ``(chunk, rows)``."""
    known, owner = np.unique(owner, return_inverse=True)
    drawn = _drawn(len(known), seed)
    for begun in range(0, DRAWS, _CHUNK):
        yield drawn[begun : begun + _CHUNK].astype(np.float64)[:, owner]


@lru_cache(maxsize=1)
def _drawn(units: int, seed: int) -> NDArray[np.uint16]:
    """How often each unit is in each resample: ``(draws, units)``. Kept: all rivals on these rows ask for them."""
    draw, shares = rng(seed, "anchor rows"), np.full(units, 1 / units)
    chunks = (min(_CHUNK, DRAWS - begun) for begun in range(0, DRAWS, _CHUNK))
    return np.concatenate([draw.multinomial(units, shares, size=size).astype(np.uint16) for size in chunks])


def _moves(figure: Figure, draw: np.random.Generator) -> Numbers:
    """What other samples of made rows would add to the figure: ``(draws,)``.

    Samples differ also because rows are hit or missed one by one; that is in the resampled rows' spread already.
    """
    values = figure.values.astype(np.float64)
    samples, rows = values.shape
    if samples < 2 or rows < 2:
        return np.zeros(DRAWS)
    means = values.mean(axis=1)
    off = means - means.mean()
    left = values - values.mean(axis=0) - off[:, None]
    between = rows * (off**2).sum() / (samples - 1)
    within = (left**2).sum() / ((samples - 1) * (rows - 1))
    if between <= within:
        return np.zeros(DRAWS)
    shrunk = off * np.sqrt((1 - within / between) * samples / (samples - 1))
    return np.asarray(shrunk[draw.integers(samples, size=(DRAWS, samples))].mean(axis=1))
