"""The lead indicators: the statistics of the battery that slide first when a generator decays.

Belongs here: which they are, their names in words, how the watch's false alarms are shared out. Does not: how a slide
is found (``change_point.py``, ``generations.py``, ``union.py``), the statistics (their families).

The order is that in which they moved when generations learned from one another (docs/decisions/0018-watch.md).
"""

from __future__ import annotations

from headwater.checks import cell, duplicates, joint, neighbours, pair, utility

WORDS = {
    duplicates.DISTINCT.name: "the number of distinct values",
    cell.CELLS.name: "the filling of cells",
    cell.LEAVES.name: "the filling of leaves",
    neighbours.COVERAGE.name: "the coverage of real rows",
    duplicates.NEAR.name: "the number of near-duplicates",
    pair.TABLES.name: "the tables of two columns",
    pair.TOTAL.name: "the strength of relations between columns",
    joint.C2ST.name: "how easily a classifier tells real from synthetic rows",
    utility.SCORE.name: "what models learn from the rows",
}
"""By statistic, in the order of the lead: what slides, in words."""
NAMES = tuple(WORDS)
TOGETHER = "all together"
"""The mean of them all: they hardly hang together by chance, so its noise is a third, and decay moves most of them."""
STEADY = tuple(name for name in NAMES if name != pair.TABLES.name)
"""Those whose effect has a tail that is light enough for means: the largest chi-square of many tables has not."""

NIGHTS_PART, GENERATIONS_PART, SUCCESSION_PART, UNION_PART = 0.4, 0.4, 0.1, 0.1
"""Parts of the yearly rate of false alarms that the charts may spend; within a chart its statistics share evenly
(Bonferroni), so that the sum is a bound whatever their dependence."""
