"""Expect every region of the real rows to be populated.

Belongs here: the expectation and its picture. Does not: the statistics (``checks/cell.py``).
"""

from __future__ import annotations

from typing import Any

from headwater.checks.result import CheckResult
from headwater.expectations import charts, joint_charts
from headwater.expectations.mode import FamilyExpectation


class ExpectCell(FamilyExpectation):
    """Expect every region of the real rows to be populated."""

    @classmethod
    def chart(cls, check: CheckResult) -> dict[str, Any] | None:
        """Cells of the real rows, those that are thinned out marked."""
        return joint_charts.cells(check) or charts.against_limit(check)
