"""Expect each table of two columns to look as in real rows.

Belongs here: the expectation and its picture. Does not: the statistics (``checks/pair.py``).
"""

from __future__ import annotations

from typing import Any

from headwater.checks.result import CheckResult
from headwater.expectations import charts, joint_charts
from headwater.expectations.mode import FamilyExpectation


class ExpectPair(FamilyExpectation):
    """Expect each table of two columns to look as in real rows."""

    @classmethod
    def chart(cls, check: CheckResult) -> dict[str, Any] | None:
        """The table that is off most, real and synthetic."""
        return joint_charts.pair_table(check) or charts.against_limit(check)
