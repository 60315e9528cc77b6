"""What honest rows show of copies and of foreign values: the other side of those exact tests.

Belongs here: which rows are the honest ones. Does not: counting (``copies.py``, ``foreign.py``).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from headwater.checks import copies
from headwater.checks.prepared import Prepared
from headwater.checks.rows import Rows
from headwater.checks.statistic import Counted


@dataclass(frozen=True, eq=False)
class Control:
    """Counts of honest rows.

    Attributes:
        copies: of training rows, among rows that were not trained on.
        foreign: values that no real row has.
    """

    copies: Counted
    foreign: Counted

    @classmethod
    def of_real(cls, prepared: Prepared, train: Rows) -> Self:
        """What new real rows would show: the anchor's, and training rows held against the others."""
        anchor = copies.without_authenticity(prepared.original.counts(prepared.yardstick.anchor))
        return cls(anchor + copies.among_themselves(train), prepared.counter.known.new_rows())

    @classmethod
    def of_generated(cls, prepared: Prepared, rows: Rows) -> Self:
        """What a generator's own rows show."""
        return cls(prepared.original.counts(rows), prepared.counter.known.counts(rows.numbers))
