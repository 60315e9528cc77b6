"""Expect each column to be shaped and spread as in real rows.

Belongs here: the expectation and its picture. Does not: the statistics (``checks/column.py``).
"""

from __future__ import annotations

from typing import Any

from headwater.checks.result import CheckResult
from headwater.expectations import charts
from headwater.expectations.mode import FamilyExpectation


class ExpectColumn(FamilyExpectation):
    """Expect each column to be shaped and spread as in real rows."""

    @classmethod
    def chart(cls, check: CheckResult) -> dict[str, Any] | None:
        """The worst column's distribution on both sides."""
        return charts.column_distribution(check) or charts.against_limit(check)
