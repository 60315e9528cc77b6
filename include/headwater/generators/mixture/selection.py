"""How many classes a table needs, and how smooth: what real rows set aside are likeliest under.

Belongs here: the ladder, the factors, and where they end. Does not: EM itself (``em``).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from headwater.generators.mixture.em import Coded, Plan, log_likelihood, logs_of, maximise, start_from_rows

LADDER = (1, 2, 5, 10, 25, 50, 100, 200, 400, 800)
"""Numbers of classes tried, in this order."""

FACTORS = (0.02, 0.1, 0.5, 1.0, 2.0)
"""Factors of smoothing tried."""

ROWS_A_CLASS = 20
"""Rows wanted for each class: a ladder on a small table ends early."""

KEPT = 0.95
"""Part of the best rung's gain over the first that the chosen one must keep.

Beyond the best rung held-out likelihood falls slowly, while a two-sample test still finds the rows more alike: on a
census table 100 classes keep 97 % of what 25 gain, and the test's AUC falls from .54 to .52.
"""

ROWS_MAX = 50_000
"""Rows that are looked at: more do not change the choice enough to be worth their time."""

PROBABILITIES_MAX = 1_000_000
"""Probabilities of a rung (codes times classes): with thousands of categories the ladder ends early, in time."""

_HELD_OUT = 0.2
_AS_LEARNED = 1.0


def choose(
    coded: Coded, plan: Plan, seed: int, ladder: tuple[int, ...], factors: tuple[float, ...]
) -> tuple[int, Plan]:
    """The number of classes, and the plan with its factor of smoothing, by held-out log-likelihood.

    Classes are the most that keep :data:`KEPT` of the best gain, each smoothed as strongly as it speaks for; the factor
    is that of the best rung.

    Args:
        coded: the rows to learn from.
        plan: of EM.
        seed: decides which rows are held out.
        ladder: numbers of classes, ascending; it ends where too much is lost. The first is always fitted.
        factors: of smoothing.
    """
    rng = np.random.Generator(np.random.PCG64(seed))
    order = rng.permutation(len(coded.codes))[:ROWS_MAX]
    cut = len(order) - int(len(order) * _HELD_OUT)
    learned, held = (Coded(coded.codes[part], coded.priors) for part in (order[:cut], order[cut:]))
    if not len(held.codes):
        return ladder[0], replace(plan, smoothing=max(factors))
    tried: list[tuple[int, float]] = []
    best, chosen = -np.inf, max(factors)
    for classes in ladder:
        if tried and (classes * ROWS_A_CLASS > cut or classes * int(coded.starts[-1]) > PROBABILITIES_MAX):
            break
        fitted, _ = maximise(learned, start_from_rows(learned, min(classes, cut), rng), plan, rng)
        scores = [
            log_likelihood(held, logs_of(fitted.shares(), fitted.probabilities(learned, factor)))
            for factor in (_AS_LEARNED, *factors)
        ]
        tried.append((classes, scores[0]))
        if scores[0] > best:
            best, chosen = scores[0], factors[int(np.argmax(scores[1:]))]
        if scores[0] < _least(tried):
            break
    kept = [classes for classes, score in tried if score >= _least(tried)]
    return max(kept), replace(plan, smoothing=chosen)


def _least(tried: list[tuple[int, float]]) -> float:
    """The held-out log-likelihood that a rung must reach."""
    first, best = tried[0][1], max(score for _, score in tried)
    return first + KEPT * (best - first)
