"""Expect subgroups to be treated as in real rows.

Belongs here: the expectation and its picture. Does not: the statistics (``checks/fairness.py``).
"""

from __future__ import annotations

from headwater.expectations.mode import FamilyExpectation


class ExpectFairness(FamilyExpectation):
    """Expect subgroups to be treated as in real rows."""
