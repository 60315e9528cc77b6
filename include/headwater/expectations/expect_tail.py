"""Expect as many rows in the tails as real rows have.

Belongs here: the expectation and its picture. Does not: the statistics (``checks/tail.py``).
"""

from __future__ import annotations

from headwater.expectations.mode import FamilyExpectation


class ExpectTail(FamilyExpectation):
    """Expect as many rows in the tails as real rows have."""
