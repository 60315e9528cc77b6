"""Does the batch hold rows of the training table? A tripwire for copying. It is no proof of privacy.

Statistics: exact copies, near copies, and rows that are not authentic (nearer to a training row than that row's own
nearest other training row: Alaa, van Breugel, Saveliev and van der Schaar, "How faithful is your synthetic data?", ICML
2022). Each is counted beside rows that nobody trained on, by the exact test of two rates; so a table in which equal
rows are common does not look like copying. Copies are counted among all rows and once more among those that stand
alone: there hardly any row is like another by chance, so that a few copies are many.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headwater.checks.crowd import LEVELS, WORDS, among
from headwater.checks.distances import own_distances, squared
from headwater.checks.duplicates import twins
from headwater.checks.rows import Rows
from headwater.checks.statistic import Counted, Measured, Statistic, deviate
from headwater.checks.telling import Bound, Told, chance_of, count_interval, most_of
from headwater.checks.telling import rows as rows_of

if TYPE_CHECKING:
    from headwater.checks.sample import Sample

NAME = "copies"
EXACT = Statistic("copies.exact", "upper", "Training rows are not handed out again.", is_exact=True, is_tripwire=True)
NEAR = Statistic(
    "copies.near", "upper", "Training rows are not handed out slightly changed.", is_exact=True, is_tripwire=True
)
AUTHENTIC = Statistic(
    "copies.authentic",
    "upper",
    "Rows are no nearer to training rows than other real rows are.",
    is_exact=True,
    is_tripwire=True,
)
STATISTICS = (EXACT, NEAR, AUTHENTIC)
_PLACES = {EXACT.name: slice(0, 2 * LEVELS), NEAR.name: slice(2 * LEVELS, -1), AUTHENTIC.name: slice(-1, None)}
"""Where their counts stand: exact copies, those of rows that occur once in training, near copies at each width, each
at every level of loneliness (see ``crowd.py``); last the rows that are not authentic."""
_VERBS = {
    EXACT.name: "equal a training row",
    NEAR.name: "nearly equal a training row",
    AUTHENTIC.name: "lie nearer to a training row than its own neighbour does",
}
TRAIN_POINTS_MAX, ROWS_MAX = 10_000, 3_000
_BLOCK = 1_000


@dataclass(frozen=True, eq=False)
class Original:
    """The training rows: what a copy is recognised by.

    Attributes:
        identity: sorted hashes of all training rows.
        single: those that only one training row has.
        near: sorted near keys of each width and shift.
        points: of some training rows, ``(m, D)``, and their squared own distances ``(m,)``.
    """

    identity: NDArray[np.uint64]
    single: NDArray[np.uint64]
    near: list[list[NDArray[np.uint64]]]
    points: NDArray[np.float32]
    own: NDArray[np.float32]

    @classmethod
    def of(cls, train: Rows, *others: tuple[NDArray[np.uint64], NDArray[np.uint64]]) -> Original:
        """From the coded training rows, in random order; of further ones identity and near keys are enough."""
        points = train.points[:TRAIN_POINTS_MAX]
        identities = np.concatenate([train.identity, *(identity for identity, _ in others)])
        keys = np.concatenate([train.near, *(near for _, near in others)])
        near = [[np.unique(shifted) for shifted in level.T] for level in keys.swapaxes(0, 1)]
        known, times = np.unique(identities, return_counts=True)
        return cls(known, known[times == 1], near, points, own_distances(points))

    def counts(self, rows: Rows) -> Counted:
        """Copies among rows that were not trained on, or should not have been; see ``_PLACES`` for their order."""
        exact = _among(rows.identity, self.identity)
        near = [
            np.any([_among(keys, known) for keys, known in zip(level.T, originals, strict=True)], axis=0) & ~exact
            for level, originals in zip(rows.near.swapaxes(0, 1), self.near, strict=True)
        ]
        some = rows.points[:ROWS_MAX]
        copied = [self._is_copied(some[start : start + _BLOCK]) for start in range(0, len(some), _BLOCK)]
        kinds = [exact, _among(rows.identity, self.single), *near]
        found = [count for kind in kinds for count in among(kind, rows.alone)]
        return _counted([*found, int(np.concatenate(copied).sum())], len(rows), len(some))

    def _is_copied(self, points: NDArray[np.float32]) -> NDArray[np.bool_]:
        distance = squared(points, self.points)
        nearest = distance.argmin(axis=1)
        return distance[np.arange(len(points)), nearest] < self.own[nearest]


def without_authenticity(counted: Counted) -> Counted:
    """The same as if no row had been looked at for it."""
    return Counted(np.append(counted.found[:-1], 0.0), np.append(counted.rows[:-1], 0.0))


def among_themselves(train: Rows) -> Counted:
    """How often training rows copy each other: what a further row of their kind would do, counted once a pair.

    Twins come in pairs, so both the rows and their number are halved; the rows that are not authentic as well, since
    two of them may be each other's neighbours.
    """
    exact = twins(train.identity)
    near = [np.any([twins(keys) for keys in level.T], axis=0) & ~exact for level in train.near.swapaxes(0, 1)]
    _, kind, times = np.unique(train.identity, return_inverse=True, return_counts=True)
    pairs = [exact, times[kind] == 2, *near]
    some = train.points[:TRAIN_POINTS_MAX]
    found = [count for pair in pairs for count in among(pair, train.alone)]
    counted = _counted([*found, int(_strangers(some).sum())], len(train), len(some))
    return Counted(np.ceil(counted.found / 2), np.floor(counted.rows / 2))


def _counted(found: list[int], rows: int, for_authenticity: int) -> Counted:
    looked_at = np.full(len(found), rows, dtype=np.float64)
    looked_at[-1] = for_authenticity
    return Counted(np.array(found, dtype=np.float64), looked_at)


def _strangers(points: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which points would not be authentic if each alone were new and the others were trained on: bool ``(m,)``.

    The anchor's rows cannot stand here: distances are fitted on them, so they are no strangers to them.
    """
    first, second, nearest = (np.concatenate(part) for part in zip(*_two_nearest(points), strict=True))
    own = np.where(nearest[nearest] == np.arange(len(points)), second[nearest], first[nearest])
    return np.asarray(first < own, dtype=bool)


def _two_nearest(points: NDArray[np.float32]) -> Iterator[tuple[NDArray[np.float32], ...]]:
    """By blocks: squared distances to the two nearest other points, and which one is the nearest."""
    for start in range(0, len(points), _BLOCK):
        distance = squared(points[start : start + _BLOCK], points)
        rows = np.arange(len(distance))
        distance[rows, start + rows] = np.inf
        nearest = distance.argmin(axis=1)
        first = distance[rows, nearest]
        distance[rows, nearest] = np.inf
        yield first, distance.min(axis=1), nearest


def measure_exact(sample: Sample) -> Measured:
    """Deviates of the counts, given those of rows that nobody trained on."""
    p = sample.seen.copies.chances(sample.control.copies)
    return {name: deviate(p[at].min(), len(p[at])) for name, at in _PLACES.items()}


def tell(name: str, sample: Sample, place: int, bound: Bound) -> Told:
    """How many rows copy a training row, beside as many rows that nobody trained on."""
    found, control = sample.seen.copies, sample.control.copies
    at = np.arange(len(found.found))[_PLACES[name]]
    worst = int(at[found.chances(control)[at].argmin()])
    count, n = float(found.found[worst]), float(found.rows[worst])
    others, rest = float(control.found[worst]), float(control.rows[worst])
    limit = chance_of(bound.deviate, len(at))
    most = most_of(others, (n, rest), limit)
    kind, level = divmod(worst - at[0], LEVELS)
    once = " that occurs once" if name == EXACT.name and kind == 1 else ""
    where = "" if name == AUTHENTIC.name else WORDS[level]
    words = (
        f"{rows_of(count)} of {n:,.0f} {_VERBS[name]}{once}{where}; of rows that were not trained on it would be "
        f"{others * n / max(rest, 1):,.0f}. A tripwire for copying, no proof of privacy."
    )
    return Told(words, count, most, count_interval(count), others * n / max(rest, 1))


def _among(keys: NDArray[np.uint64], known: NDArray[np.uint64]) -> NDArray[np.bool_]:
    if not len(known):
        return np.zeros(len(keys), dtype=bool)
    place = np.minimum(np.searchsorted(known, keys), len(known) - 1)
    return known[place] == keys
