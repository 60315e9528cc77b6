"""Does the batch hold numbers that no real row has? Sees rounding, jitter, changed units, shifted dates.

Statistic: for each column of numbers or dates the rows whose value stands in no real row, by the exact test of two
rates. How many honest rows have such a value is what real rows say themselves: the share of those whose value no other
real row has (Good, "The population frequencies of species and the estimation of population parameters", 1953). In a
column of continuous measurements that is nearly every row, and nothing is asked there.

Every row of the batch is looked at. It is a statement about values, not about people: see ``replay.py`` for those.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np
from numpy.typing import NDArray

from headwater.checks.statistic import Counted, Measured, Statistic, Vector, deviate
from headwater.checks.telling import Bound, Told, chance_of, count_interval, most_of
from headwater.checks.telling import rows as rows_of

if TYPE_CHECKING:
    from headwater.checks.prepared import Prepared
    from headwater.checks.sample import Sample

NAME = "foreign"
NUMBERS = Statistic(
    "foreign.numbers",
    "upper",
    "Numbers and dates that no real row has are no more common than in new real rows.",
    is_exact=True,
    is_whole=True,
)
STATISTICS = (NUMBERS,)


@dataclass(frozen=True, eq=False)
class Known:
    """The values of real rows in ``q`` columns of numbers or dates.

    Attributes:
        values: of each column, sorted.
        alone: rows whose value no other row has: float64 ``(q,)``.
        rows: how many rows there are.
    """

    values: tuple[NDArray[np.float64], ...]
    alone: Vector
    rows: int

    @classmethod
    def of(cls, *numbers: NDArray[np.float64]) -> Self:
        """From the numbers of real rows, float64 ``(rows, q)`` each, NaN where missing."""
        together = np.concatenate(numbers)
        found = [np.unique(column[~np.isnan(column)], return_counts=True) for column in together.T]
        alone = [float(np.count_nonzero(times == 1)) for _, times in found]
        return cls(tuple(values for values, _ in found), np.array(alone), len(together))

    def foreign(self, numbers: NDArray[np.float64]) -> Vector:
        """Rows whose value no real row has, a missing one is none: ``(q,)``."""
        found = [_among(column, known) for column, known in zip(numbers.T, self.values, strict=True)]
        return np.array([np.count_nonzero(~is_known) for is_known in found], dtype=np.float64)

    def counts(self, numbers: NDArray[np.float64]) -> Counted:
        """The same with the number of rows looked at."""
        return Counted(self.foreign(numbers), np.full(numbers.shape[1], len(numbers), dtype=np.float64))

    def new_rows(self) -> Counted:
        """What new real rows would show. Halved, since rows that share a value make the estimate vary more than a
        count: its variance is that of the values that one row has and twice that of those that two have."""
        return Counted(np.ceil(self.alone / 2), np.full(len(self.alone), self.rows // 2, dtype=np.float64))


def watched(prepared: Prepared) -> tuple[Statistic, ...]:
    """Nothing where no column holds numbers or dates."""
    return STATISTICS if prepared.counter.known.values else ()


def measure_exact(sample: Sample) -> Measured:
    """Deviate of the column with the most unlikely count."""
    found = _found(sample)
    if not len(found.found):
        return {}
    return {NUMBERS.name: deviate(found.chances(sample.control.foreign).min(), len(found.found))}


def tell(name: str, sample: Sample, place: int, bound: Bound) -> Told:
    """How many rows, of which column."""
    found, control = _found(sample), sample.control.foreign
    worst = int(found.chances(control).argmin())
    count, n = float(found.found[worst]), float(found.rows[worst])
    others, rest = float(control.found[worst]), float(control.rows[worst])
    limit = chance_of(bound.deviate, len(found.found))
    most = most_of(others, (n, rest), limit)
    coder = sample.prepared.yardstick.coder
    column = coder.names[int(np.flatnonzero(coder.is_number)[worst])]
    verb = "holds" if count == 1 else "hold"
    words = (
        f"{rows_of(count)} of {n:,.0f} {verb} a value of {column} that no real row has; of {bound.whose} it would be "
        f"{others * n / max(rest, 1):,.0f}."
    )
    return Told(words, count, most, count_interval(count), others * n / max(rest, 1))


def _found(sample: Sample) -> Counted:
    whole, known = sample.seen.whole, sample.prepared.counter.known
    if whole is None:
        return known.counts(sample.rows.numbers)
    return Counted(whole.foreign, np.full(len(whole.foreign), whole.margins.n))


def _among(column: NDArray[np.float64], known: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each value is known; a missing one counts as known."""
    if not len(known):
        return np.isnan(column)
    place = np.minimum(np.searchsorted(known, column), len(known) - 1)
    return (known[place] == column) | np.isnan(column)
