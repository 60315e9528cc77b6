"""Is the champion worse than the best generation ever, beyond doubt? A promotion's paired comparison, turned round.

Belongs here: the statistic of one look and its limit. Does not: the comparison (``paired.py``), who is compared
(``chain/succession.py``).

A promotion asks whether a challenger is *not worse* by more than the margin; the watch asks whether a champion, whoever
crowned it, *is* worse by more than the margin. Both sides make tens of thousands of rows and stand on the same anchor
rows, so one step down is seen that a single trial of each does not show. Honest generations differ by less than the
margin; what they differ by does not add up to an alarm, however often they are looked at.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

from headwater.checks.paired import CONFIDENCE, Loss

NAME = "succession"
LOOKS = 52
"""Coronations a year that the rate of false alarms is shared out over."""
_FAR = 1_000.0


def worst(losses: Sequence[Loss]) -> tuple[Loss, float] | None:
    """The figure that lies furthest beyond its margin, and by how many standard deviations of its loss.

    The margin is the spec's, or what noise alone does on these rows where that is more (``paired.py``): it has room for
    what honest generations differ by on small tables.

    Figures that an exact test decides have no such deviation and are left out; None where no other is there.
    """
    found = [(each, _beyond(each)) for each in losses if each.interval is not None]
    return max(found, key=lambda each: each[1], default=None)


def limit(rate: float, figures: int) -> float:
    """The deviation that a champion as good as the best exceeds with this chance in a year (Bonferroni).

    Raises:
        ValueError: no figure, or no rate between 0 and 1.
    """
    if figures < 1 or not 0 < rate < 1:
        raise ValueError(f"a limit needs a figure and a rate between 0 and 1, not {figures} and {rate}")
    return float(norm.isf(rate / (LOOKS * figures)))


def _beyond(loss: Loss) -> float:
    low, high = loss.interval or (loss.loss, loss.loss)
    sd = (high - low) / (2 * norm.ppf(CONFIDENCE))
    if sd <= 0:
        return _FAR if loss.loss > loss.margin else -_FAR
    return float(np.clip((loss.loss - loss.margin) / sd, -_FAR, _FAR))
