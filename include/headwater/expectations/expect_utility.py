"""Expect models trained on the batch to work on real rows.

Belongs here: the expectation and its picture. Does not: the statistics (``checks/utility.py``).
"""

from __future__ import annotations

from typing import Any

from headwater.checks.result import CheckResult
from headwater.expectations import charts
from headwater.expectations.mode import FamilyExpectation


class ExpectUtility(FamilyExpectation):
    """Expect models trained on the batch to work on real rows."""

    @classmethod
    def chart(cls, check: CheckResult) -> dict[str, Any] | None:
        """The score of a model trained on each side."""
        return charts.two_scores(check) or charts.against_limit(check)
