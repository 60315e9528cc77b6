"""Which rows equal a released one without each choice of one or two columns (of groups of columns, in wide tables).

Belongs here: answering for all choices in little time. Does not: what the answers prove (``left_out.py``).

There are up to 120 choices, and few rows match without most of them. A row that differs without six columns differs
without any two of them: so columns are put into blocks, all rows are compared without two whole blocks, and only those
that match are compared without each choice that lies in the two. The answers are those of comparing all with all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from headwater.sources.contamination.cells import Cells
from headwater.sources.contamination.membership import Sieve, members

Groups = tuple[int, ...]

BLOCKS = 5
"""Blocks of columns: ten pairs of blocks, each of up to six columns."""
LOOKED_AT = 10_000
"""Rows that are enough to see which column has most values."""


@dataclass(frozen=True, eq=False)
class _Pool:
    """Rows that may match: their places among all rows asked, themselves, and the released rows in question."""

    places: NDArray[np.intp]
    asked: Cells
    held: Cells

    def narrowed(self, groups: Groups) -> _Pool:
        """The rows that match without these groups, and the released rows that they may equal."""
        needles, stack = self.asked.without(groups), self.held.without(groups)
        found = members(needles, stack)
        if 2 * int(found.sum()) > len(found):
            return self  # nearly nothing gained, and copies of it all
        likely = Sieve(needles[found]).may_hold(stack)
        return _Pool(self.places[found], self.asked.take(found), self.held.take(likely))

    def matching(self, groups: Groups) -> NDArray[np.intp]:
        """Places of the rows that match without these groups."""
        return self.places[members(self.asked.without(groups), self.held.without(groups))]


def matching_without(asked: Cells, held: Cells) -> dict[Groups, NDArray[np.bool_]]:
    """For each choice of one or two groups, which rows ``asked`` equal one of ``held`` without it: bool ``(n,)``."""
    every = [each for size in (1, 2) if size < asked.groups for each in combinations(range(asked.groups), size)]
    whole = _Pool(np.arange(len(asked)), asked, held)
    found: dict[Groups, NDArray[np.intp]] = {}
    for union in _unions(asked):
        pool = whole.narrowed(union)
        found |= {each: pool.matching(each) for each in every if each not in found and set(each) <= set(union)}
    answers = {each: np.zeros(len(asked), dtype=bool) for each in every}
    for each, answer in answers.items():
        answer[found[each] if each in found else whole.matching(each)] = True
    return answers


def _unions(cells: Cells) -> Iterator[Groups]:
    """Any two blocks together. The group of most values is in none: without it about every row matches some other."""
    values = [len(np.unique(cells.only((group,))[:LOOKED_AT])) for group in range(cells.groups)]
    rest = [group for group in range(cells.groups) if group != int(np.argmax(values))]
    blocks = [rest[start::BLOCKS] for start in range(BLOCKS)]
    for one, other in combinations(filter(None, blocks), 2):
        yield (*one, *other)
