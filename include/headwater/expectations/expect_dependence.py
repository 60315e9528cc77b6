"""Expect each column to follow from the others as in real rows.

Belongs here: the expectation and its picture. Does not: the statistics (``checks/dependence.py``).
"""

from __future__ import annotations

from typing import Any

from headwater.checks.result import CheckResult
from headwater.expectations import charts
from headwater.expectations.mode import FamilyExpectation


class ExpectDependence(FamilyExpectation):
    """Expect each column to follow from the others as in real rows."""

    @classmethod
    def chart(cls, check: CheckResult) -> dict[str, Any] | None:
        """How much each column's relation to the others changed."""
        return charts.column_gaps(check) or charts.against_limit(check)
