"""Expect each category to be as common as it should be.

Belongs here: the expectation and its picture. Does not: the statistics (``checks/category.py``).
"""

from __future__ import annotations

from typing import Any

from headwater.checks.result import CheckResult
from headwater.expectations import charts
from headwater.expectations.mode import FamilyExpectation


class ExpectCategory(FamilyExpectation):
    """Expect each category to be as common as it should be."""

    @classmethod
    def chart(cls, check: CheckResult) -> dict[str, Any] | None:
        """Shares of the column's categories, real and synthetic."""
        return charts.category_shares(check) or charts.against_limit(check)
