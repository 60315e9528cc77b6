"""Expect no training row to be handed out again.

Belongs here: the expectation and its picture. Does not: the statistics (``checks/copies.py``).
"""

from __future__ import annotations

from headwater.expectations.mode import FamilyExpectation


class ExpectCopies(FamilyExpectation):
    """Expect no training row to be handed out again."""
