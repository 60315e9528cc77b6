"""Expect the batch not to repeat itself, nor the one before.

Belongs here: the expectation and its picture. Does not: the statistics (``checks/duplicates.py``).
"""

from __future__ import annotations

from headwater.expectations.mode import FamilyExpectation


class ExpectDuplicates(FamilyExpectation):
    """Expect the batch not to repeat itself, nor the one before."""
