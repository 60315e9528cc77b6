"""Expect synthetic rows to lie where real rows lie.

Belongs here: the expectation and its picture. Does not: the statistics (``checks/neighbours.py``).
"""

from __future__ import annotations

from headwater.expectations.mode import FamilyExpectation


class ExpectNeighbours(FamilyExpectation):
    """Expect synthetic rows to lie where real rows lie."""
