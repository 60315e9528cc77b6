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
HONEST = 3.0
"""Standard deviations that honest generations may lie apart: of 195 pairs single figures did by 4.5 (decision 18)."""
_FAR = 1_000.0


def worst(losses: Sequence[Loss], margin: float) -> tuple[Loss, float] | None:
    """The figure that lies furthest beyond the margin, and by how many standard deviations of its loss.

    The margin is never less than :data:`HONEST` deviations: honest generations differ by more than the noise of their
    rows. A promotion's own margin has room for that noise as well; here the limit has it.

    Args:
        losses: of a paired comparison.
        margin: of non-inferiority, the spec's, in each figure's unit.

    Returns:
        None where no figure has a deviation: those that an exact test decides are left out.
    """
    found = [(each, _beyond(each, margin)) for each in losses if each.interval is not None]
    return max(found, key=lambda each: each[1], default=None)


def limit(rate: float, figures: int) -> float:
    """The deviation that a champion as good as the best exceeds with this chance in a year (Bonferroni).

    Raises:
        ValueError: no figure, or no rate between 0 and 1.
    """
    if figures < 1 or not 0 < rate < 1:
        raise ValueError(f"a limit needs a figure and a rate between 0 and 1, not {figures} and {rate}")
    return float(norm.isf(rate / (LOOKS * figures)))


def _beyond(loss: Loss, margin: float) -> float:
    low, high = loss.interval or (loss.loss, loss.loss)
    sd = (high - low) / (2 * norm.ppf(CONFIDENCE))
    if sd <= 0:
        return _FAR if loss.loss > margin else -_FAR
    return float(np.clip((loss.loss - max(margin, HONEST * sd)) / sd, -_FAR, _FAR))
