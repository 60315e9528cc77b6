"""Second step: ask the generator for rows of the bins that the batch lacks: categories, tails, cells.

Belongs here: the condition of a bin, and whose place its rows take. Does not: which bins are short (``standing.py``).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks.arrays import is_discrete
from headwater.repair.exchange import Repaired, drawn, exchange
from headwater.repair.frozen import Bins
from headwater.repair.raking import rake
from headwater.repair.standing import Short, standing
from headwater.tables.schema import ColumnSchema

ASKED_MAX = 50
"""Bins that are topped up in one step, those that lack most first."""

Make = Callable[[Mapping[str, Any], int], pd.DataFrame]
"""Conditions and a number of rows; up to so many rows that meet them, conforming to the schema."""


def top_up(bins: Bins, rows: Repaired, make: Make, limit: int, random: np.random.Generator) -> Repaired:
    """Exchange up to ``limit`` rows for rows of the short bins; none where no fewer would be lacking then.

    By what is lacking, not by the distance as in ``reweigh``: that is the largest of all columns, and the rows of a
    rare bin do not move the noise that it mostly is.

    Bins of one column come first, those that lack most before others: their rows fill bins of pairs too. Rows of a bin
    that is short keep their place; among the others those go first that the batch has too many of.
    """
    before = standing(bins, rows.frame)
    if not before.short:
        return rows
    found = _filled(bins, rows, before.short[:ASKED_MAX], make, limit=limit, random=random)
    return found if standing(bins, found.frame).lacking < before.lacking else rows


def _filled(
    bins: Bins, rows: Repaired, short: Sequence[Short], make: Make, *, limit: int, random: np.random.Generator
) -> Repaired:
    """The batch with rows for these bins, as far as the generator makes some that lie in them."""
    tables = bins.of(rows.frame)
    room = np.where(rows.touched, 0.0, 1 / rake(tables))
    for each in short:
        room[tables[each.table][0] == each.place] = 0.0
    left = limit
    for each in short:
        placed, counts = tables[each.table]
        # Counted anew: rows for other bins may have fallen into this one.
        lacking = round(float(counts[each.place]) * len(placed) / bins.profile.rows - (placed == each.place).sum())
        wanted = min(left, lacking)
        donors = rows.fitting(make(condition(bins, each), wanted)) if wanted > 0 else rows.frame[:0]
        donors = donors[bins.of(donors)[each.table][0] == each.place]  # whatever a generator takes a range for
        places = drawn(room, len(donors), random)
        if not len(places):
            continue
        donors = donors.iloc[: len(places)]
        rows = exchange(rows, places, donors, bins.schema)
        for (known, _), (new, _) in zip(tables, bins.of(donors), strict=True):
            known[places] = new
        room[places] = 0.0
        left -= len(places)
    return rows


def condition(bins: Bins, short: Short) -> dict[str, Any]:
    """What ``sample_where`` is asked for, so that its rows fall into the bin."""
    known = len(bins.profile.margins)
    if short.table < known:
        return dict([_of_column(bins, short.table, np.array([short.place]))])
    pair = bins.profile.pairs[short.table - known]
    first, second = divmod(short.place, int(bins.coarse[pair.second].max()) + 1)
    sides = ((pair.first, first), (pair.second, second))
    return dict(_of_column(bins, margin, np.flatnonzero(bins.coarse[margin] == place)) for margin, place in sides)


def _of_column(bins: Bins, margin: int, places: NDArray[np.intp]) -> tuple[str, Any]:
    """A column, and its value, list of categories or range for these bins, which are neighbours."""
    column, edges = bins.columns[margin], bins.profile.margins[margin].edges
    if int(places[0]) == len(bins.profile.margins[margin].counts) - 1:
        return column.name, None
    if is_discrete(column):
        categories: tuple[Any, ...] = column.categories if column.categories is not None else (False, True)
        return column.name, [categories[place] for place in places]
    low = edges[places[0] - 1] if places[0] > 0 else None
    high = edges[places[-1]] if places[-1] < len(edges) else None
    return column.name, (_value(low, column), _below(high, column))


def _value(edge: float | None, column: ColumnSchema) -> Any:
    """The smallest value of the bin above an edge."""
    if edge is None:
        return None
    if column.storage in ("date", "timestamp"):
        return np.datetime64(round(edge * 1e6), "us")
    return math.ceil(edge) if column.storage == "integer" else edge


def _below(edge: float | None, column: ColumnSchema) -> Any:
    """The largest value of the bin below an edge: ranges of ``sample_where`` are closed."""
    if edge is None:
        return None
    if column.storage in ("date", "timestamp"):
        return np.datetime64(round(edge * 1e6), "us") - np.timedelta64(1, "us")
    if column.storage == "integer":
        return math.ceil(edge) - 1
    return float(np.nextafter(edge, -np.inf)) if column.decimals is None else edge - 10.0**-column.decimals
