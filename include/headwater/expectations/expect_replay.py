"""Expect no personal data of training rows in the batch.

Belongs here: the expectation and its picture. Does not: the statistics (``checks/replay.py``).
"""

from __future__ import annotations

from headwater.expectations.mode import FamilyExpectation


class ExpectReplay(FamilyExpectation):
    """Expect no personal data of training rows in the batch."""
