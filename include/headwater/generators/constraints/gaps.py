"""A column that lies above others, as the gap above them: what makes ``low <= high`` hold by construction.

The gap counts from the *floor*: the smallest number of the higher column's own lattice that the columns below it
allow. So the higher column keeps its own precision (whole days above timestamps, cents above whole numbers), a gap is
never below 0, and with ``strict`` the floor itself lies one step further up. Where no column below has a value there is
no floor; where the higher column may then still have a value (*beside*), it is learned as well as its gap.

A drawn gap that leads out of the real range is reflected at its ends (Silverman 1986, section 2.10, does so with a
density at a boundary): no mass heaps up there, and the order is kept.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headwater.generators.columns import Codec
from headwater.generators.table_codec import Cells

_LIMIT = 2**62
_NOWHERE = -(2**62)


@dataclass(frozen=True)
class Below:
    """A column that another must not be below.

    Attributes:
        position: in the schema.
        strict: equal values are not allowed.
    """

    position: int
    strict: bool


@dataclass(frozen=True)
class Gap:
    """How one column is learned as the gap above others.

    Attributes:
        position: of the higher column in the schema.
        below: the columns below it.
        name: of the column that holds the gap.
        is_beside: the higher column is learned too, for rows in which every column below is missing.
        is_time: whether the columns are dates or timestamps.
        reach: the largest gap that can come back.
    """

    position: int
    below: tuple[Below, ...]
    name: str
    is_beside: bool
    is_time: bool
    reach: float | int = 0


def floors(numbers: np.ndarray, below: Codec, above: Codec, *, is_time: bool, strict: bool) -> np.ndarray:
    """The smallest numbers of ``above`` that do not lie below ``numbers`` of ``below``.

    Args:
        numbers: of the lower column, shape ``(rows,)``.
        below, above: codecs of the two columns, lattice or real.
        is_time: units are microseconds in a step, not steps in one.
        strict: they must lie above.

    Returns:
        int64 where ``above`` is a lattice, else float64.
    """
    if below.form == "lattice" and above.form == "lattice":
        more, less = (below.unit, above.unit) if is_time else (above.unit, below.unit)
        if more >= less:
            return numbers * (more // less) + int(strict)
        return numbers // (less // more) + 1 if strict else -(-numbers // (less // more))
    values = numbers / below.unit
    if above.form == "real":
        return np.nextafter(values, np.inf) if strict else values
    # Beginning below, so that rounding of the product cannot skip the first number that will do.
    steps = np.floor(values * above.unit).astype(np.int64) - 1
    for _ in range(3):
        steps += (steps / above.unit <= values) if strict else (steps / above.unit < values)
    return steps


def can_be_counted(below: Codec, above: Codec, *, is_time: bool) -> bool:
    """Whether all floors and gaps of two columns fit int64, or are finite."""
    scale = below.unit / above.unit if is_time else above.unit / below.unit
    ends = [float(end) * scale for end in (below.low, below.high)]
    if above.form == "real":
        return bool(np.isfinite(above.high - ends[0]) and np.isfinite(ends[1] - above.low))
    widest = max(abs(ends[0]), abs(ends[1])) + max(abs(above.low), abs(above.high))
    return widest < _LIMIT / 2


def floor_of(gap: Gap, cells: dict[int, Cells], codecs: dict[int, Codec]) -> tuple[np.ndarray, np.ndarray]:
    """The highest floor of each row, and where there is one (bool). Both of shape ``(rows,)``."""
    above = codecs[gap.position]
    found: np.ndarray | None = None
    known: np.ndarray | None = None
    for below in gap.below:
        numbers, missing = cells[below.position]
        one = floors(numbers, codecs[below.position], above, is_time=gap.is_time, strict=below.strict)
        one = np.where(missing, one.dtype.type(-np.inf if one.dtype.kind == "f" else _NOWHERE), one)
        found = one if found is None else np.maximum(found, one)
        known = ~missing if known is None else known | ~missing
    if found is None or known is None:
        raise ValueError("a gap has a column below it")
    return np.where(known, found, found.dtype.type(above.low)), known


def measure(gap: Gap, cells: dict[int, Cells], codecs: dict[int, Codec], seed: int) -> Cells:
    """The gaps of real rows.

    Beside the column itself, a gap is never missing: where there is none, one of the others is drawn in its place, so
    that the column's own missing values stay the only ones to learn.
    """
    floor, known = floor_of(gap, cells, codecs)
    numbers, missing = cells[gap.position]
    gaps = np.where(known & ~missing, numbers - floor, floor.dtype.type(0))
    if not gap.is_beside:
        return Cells(gaps, missing)
    has_none = missing | ~known
    pool = gaps[~has_none]
    if len(pool):
        rng = np.random.Generator(np.random.PCG64([seed % 2**32, gap.position]))
        gaps[has_none] = rng.choice(pool, int(has_none.sum()))
    return Cells(gaps, np.zeros(len(gaps), dtype=bool))


def rebuild(gap: Gap, drawn: Cells, own: Cells | None, cells: dict[int, Cells], codecs: dict[int, Codec]) -> Cells:
    """The higher column from the columns below it and drawn gaps.

    Args:
        gap: what is rebuilt.
        drawn: the gaps.
        own: the column as it was drawn itself, where the gap stands beside it.
        cells: of the columns below, as they came out.
        codecs: by position.

    Where a floor lies above the real range the value is missing: in real rows it always was.
    """
    codec = codecs[gap.position]
    floor, known = floor_of(gap, cells, codecs)
    kind = floor.dtype.type
    most = kind(codec.high) - floor
    least = np.maximum(kind(codec.low) - floor, kind(0))
    has_room = most >= 0
    inside = reflect(drawn.numbers.astype(floor.dtype), np.where(has_room, least, kind(0)), np.maximum(most, kind(0)))
    numbers = np.where(has_room, floor + inside, kind(codec.low))
    if floor.dtype.kind == "f":
        numbers = np.where(has_room, np.clip(numbers, np.maximum(floor, codec.low), codec.high), numbers)
    if own is None:
        return Cells(numbers, drawn.missing | ~known | ~has_room)
    return Cells(np.where(known, numbers, own.numbers), own.missing | (known & ~has_room))


def reflect(numbers: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """``numbers`` in the closed ranges ``low <= high``, those outside mirrored at the ends as often as it takes."""
    width, away = high - low, numbers - low
    if numbers.dtype.kind == "f":
        period = np.where(width > 0, 2 * width, 1.0)
        turned = np.mod(away, period)
        mirrored = np.where(width > 0, np.minimum(turned, period - turned), 0.0)
        return np.where((away >= 0) & (away <= width), numbers, np.clip(low + mirrored, low, high))
    period = 2 * (width + 1)
    turned = np.mod(away, period)
    return low + np.minimum(turned, period - 1 - turned)
