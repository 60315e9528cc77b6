"""Which picture belongs to which family of checks, without Great Expectations.

Belongs here: the choice. Does not: how a picture is drawn (``charts.py``), the expectations, which make the same choice
on Data Docs pages (one ``expect_*.py`` a family; a test compares the two).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from headwater.checks.result import CheckResult
from headwater.expectations import charts
from headwater.expectations.chart_parts import Chart

OWN: Mapping[str, Callable[[CheckResult], Chart | None]] = {
    "category": charts.category_shares,
    "cell": charts.cells,
    "column": charts.column_distribution,
    "dependence": charts.column_gaps,
    "pair": charts.pair_table,
    "utility": charts.two_scores,
}
"""The picture of a family's findings; other families are drawn as a value against its limit."""


def picture_of(check: CheckResult) -> Chart | None:
    """The picture of a result; None where there is nothing to draw. A rule of the table has none."""
    own = OWN.get(check.family)
    return (own and own(check)) or charts.against_limit(check)
