"""Expect a classifier to tell real from synthetic rows hardly better than by guessing.

Belongs here: the expectation and its picture. Does not: the statistics (``checks/joint.py``).
"""

from __future__ import annotations

from headwater.expectations.mode import FamilyExpectation


class ExpectJoint(FamilyExpectation):
    """Expect a classifier to tell real from synthetic rows hardly better than by guessing."""
