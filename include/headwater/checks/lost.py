"""Categories that one generator makes and the other has lost. No margin of shares sees one of half a per cent go.

Belongs here: the exact test. Does not: figures that are means over anchor rows (``paired.py``).

A category is lost when the challenger makes less than the contract's part (``category_keep_min``) both of what the
rival makes and of what real rows have: one that left the real table, or that neither makes, is nobody's loss. Both are
exact tests of two rates (Przyborowski and Wilenski 1940), at 1 % over all categories of at least .05 % (Bonferroni).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binom

from headwater.checks import category
from headwater.checks.paired import Loss
from headwater.checks.prepared import Prepared
from headwater.checks.tally import Margins
from headwater.checks.telling import rows, shown

RATE = 0.01


def lost(prepared: Prepared, challenger: Margins, rival: Margins) -> Loss | None:
    """What the challenger lost; None where no column has categories.

    Args:
        prepared: the real rows, and how many categories must be kept.
        challenger, rival: of the rows that each made, as many as are at hand.
    """
    coder = prepared.yardstick.coder
    real = prepared.counter.margins(prepared.train) + prepared.counter.margins(prepared.yardstick.anchor)
    watched = np.flatnonzero(coder.is_category & (real.fine >= max(category.SHARE_MIN * real.n, 1)))
    if not len(watched):
        return None
    keep, limit = prepared.reference.contract.category_keep_min, RATE / len(watched)

    def is_short(one: Margins, other: Margins) -> NDArray[np.bool_]:
        share = keep * one.n / (keep * one.n + other.n)
        chances = binom.cdf(one.fine[watched], one.fine[watched] + other.fine[watched], share)
        return np.asarray(chances <= limit, dtype=np.bool_)

    gone = watched[is_short(challenger, rival) & is_short(challenger, real)]
    others = watched[is_short(rival, real)]
    words = f"none of {len(watched)} categories lost"
    if len(gone):
        worst = int(gone[np.argmax(real.fine[gone])])
        index = int(np.searchsorted(coder.fine_starts, worst, side="right")) - 1
        label = coder.columns[index].labels()[worst - int(coder.fine_starts[index])]
        named = shown(label, coder.names[index], prepared.reference.shown)
        words = (
            f"{len(gone)} of {len(watched)} categories lost, the commonest {named}: {rival.fine[worst] / rival.n:.2%} "
            f"of the rival's rows, {real.fine[worst] / real.n:.2%} of the real ones, {challenger.fine[worst]:,.0f} of "
            f"{rows(challenger.n)} of the challenger's"
        )
    return Loss(
        name=category.KEPT.name,
        challenger=float(len(watched) - np.count_nonzero(is_short(challenger, real))),
        rival=float(len(watched) - len(others)),
        loss=float(len(gone)),
        interval=None,
        margin=0.0,
        margin_origin="exact",
        rows=int(challenger.n),
        is_kept=not len(gone),
        words=words,
    )
