"""Expect values of numbers and dates that no real row has to be as rare as in new real rows.

Belongs here: the expectation and its picture. Does not: the statistic (``checks/foreign.py``).
"""

from __future__ import annotations

from headwater.expectations.mode import FamilyExpectation


class ExpectForeign(FamilyExpectation):
    """Expect values of numbers and dates that no real row has to be as rare as in new real rows."""
