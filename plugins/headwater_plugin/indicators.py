"""The lead indicators as pages name them: a label, what slides, and in which unit a line of it is drawn.

Belongs here: those words. Does not: what the indicators are (``headwater.checks.indicators``, which needs numpy; a test
compares the two).

Most checks tell their worst column, pair or cell, which is another one from night to night; so their values do not make
a line. Their ratio does: how much of the way from honest rows to the limit the worst of them has gone.
"""

from __future__ import annotations

INDICATORS = {
    "duplicates.distinct": ("Distinct values", "the number of distinct values"),
    "cell.kmeans": ("Cells, chi-square", "the filling of cells"),
    "cell.leaves": ("Leaves, chi-square", "the filling of leaves"),
    "neighbours.coverage": ("Coverage", "the coverage of real rows"),
    "duplicates.near": ("Near-duplicates", "the number of near-duplicates"),
    "pair.tables": ("Pair tables", "the tables of two columns"),
    "pair.total": ("Pair relations", "the strength of relations between columns"),
    "joint.c2st": ("C2ST", "how easily a classifier tells real from synthetic rows"),
    "utility.score": ("TSTR", "what models learn from the rows"),
}
"""By check, in the order in which they moved when generations learned from one another."""
UNITS = {
    "neighbours.coverage": "share of real rows with a synthetic row nearby",
    "joint.c2st": "AUC of real against synthetic, 0.5 is best",
    "utility.score": "score of models trained on synthetic rows, tested on real ones",
}
"""Those whose value is the same figure every night, and its unit."""
CHARTS = {
    "nights": "nights of one champion",
    "generations": "generation after generation",
    "union": "the union of nights",
}
OTHERS = {
    "all together": "the lead indicators together",
    "succession": "a champion beside the best before it",
    "union.repeats": "rows that come again in other nights",
    "union.distinct": "distinct values",
    "union.coverage": "coverage of the union",
}
"""What the watch looks at beside them."""


def name_of(check: str) -> str:
    """What a figure of the watch is about, in words; its own name where nobody gave it any."""
    return INDICATORS[check][1] if check in INDICATORS else OTHERS.get(check, check)
