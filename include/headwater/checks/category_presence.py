"""Is every real category still there, and often enough? The check that sees a dropped rare category.

Belongs here: counting categories and the exact test. Does not: joint structure (see ``cell_coverage.py``).

The real side is training plus anchor. A category of at least ``category_share_min`` real share should have at
least ``category_keep_min`` of that share in the batch. It fails when its count is below that part of what is
expected *and* a category that truly had that share would give so small a count with a probability of at most
``false_alarm`` divided by the number of categories judged: the exact lower tail of the binomial (Clopper and
Pearson 1934), family-wise by Bonferroni. So a small batch is not blamed for its size.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import binom

from headwater.checks.arrays import MISSING, category_names, codes, is_discrete
from headwater.checks.reference import Reference
from headwater.checks.result import CheckResult
from headwater.tables.schema import ColumnSchema

NAME = "category_presence"
PICTURE_MAX = 100
"""Categories a column in ``detail``; the most common ones."""


@dataclass(frozen=True)
class _Counts:
    """Rows of each category of one column; the last entry is "missing"."""

    column: ColumnSchema
    names: tuple[str, ...]
    train: NDArray[np.int64]
    anchor: NDArray[np.int64]
    batch: NDArray[np.int64]


@dataclass(frozen=True)
class _Judged:
    """One category that should be there."""

    column: str
    name: str
    expected: float
    found: int
    needed: int

    @property
    def fails(self) -> bool:
        return self.found < self.needed

    @property
    def ratio(self) -> float:
        return self.found / self.expected


def check(batch: pd.DataFrame, reference: Reference) -> CheckResult:
    """Every category kept? ``value`` is the worst category's found share over its real share.

    The worst is the smallest ratio among the categories that fail, or among all where none fails; ``limit`` is the
    smallest ratio at which that very category would pass. Training and anchor are counted together, but a
    category that no training row holds is not judged: no generator could have learned it.
    """
    columns = [_count(column, batch, reference) for column in reference.schema.learned if _is_counted(column)]
    judged, unlearned = _judge(columns, len(batch), reference)
    detail: dict[str, Any] = {
        "categories": len(judged),
        "failed": sum(category.fails for category in judged),
        "too_rare_to_judge": sum(category.needed == 0 for category in judged),
        "only_in_anchor": unlearned,
        "columns": [_picture(counts, reference) for counts in columns],
    }
    common: dict[str, Any] = {"name": NAME, "direction": "at_least", "limit_origin": "exact", "n": len(batch)}
    if not judged:
        sentence = "No column has categories common enough to be watched."
        return CheckResult(
            **common, severity="info", value=None, limit=None, passed=True, sentence=sentence, detail=detail
        )
    failed = [category for category in judged if category.fails]
    worst = min(failed or judged, key=lambda category: category.ratio)
    return CheckResult(
        **common,
        severity="critical",
        value=worst.ratio,
        limit=worst.needed / worst.expected,
        passed=not failed,
        sentence=_sentence(judged, worst, worst.column in reference.shown),
        detail=detail,
    )


def count_needed(n: int, share: float, keep: float, alpha: float) -> int:
    """The smallest count of ``n`` rows that passes for a category of real ``share``.

    Below it, a count is under ``keep * share * n`` and its probability under a share of ``keep * share``
    (binomial, this count or fewer) is at most ``alpha``. Zero where even an empty category proves nothing.
    """
    wanted = keep * share
    compatible = int(binom.ppf(alpha, n, wanted))  # smallest count whose lower tail reaches alpha
    if binom.cdf(compatible, n, wanted) <= alpha:
        compatible += 1
    return min(compatible, int(np.ceil(wanted * n)))


def _is_counted(column: ColumnSchema) -> bool:
    return is_discrete(column) or column.nullable


def _count(column: ColumnSchema, batch: pd.DataFrame, reference: Reference) -> _Counts:
    names = (*(category_names(column) if is_discrete(column) else ("(present)",)), MISSING)
    frames = (reference.train, reference.anchor, batch)
    train, anchor, made = (_counts(frame[column.name], column, len(names)) for frame in frames)
    return _Counts(column, names, train, anchor, made)


def _counts(values: pd.Series, column: ColumnSchema, length: int) -> NDArray[np.int64]:
    found = codes(values, column) if is_discrete(column) else -values.isna().to_numpy().astype(np.int64)
    return np.roll(np.bincount(found + 1, minlength=length), -1)


def _judge(columns: list[_Counts], rows: int, reference: Reference) -> tuple[list[_Judged], int]:
    """All categories common enough to be judged, and how many of them only the anchor holds."""
    contract, real_rows = reference.contract, len(reference.train) + len(reference.anchor)
    common = [
        (counts, int(place))
        for counts in columns
        for place in np.flatnonzero(counts.train + counts.anchor >= max(contract.category_share_min * real_rows, 1))
        if is_discrete(counts.column) or place == 1
    ]
    learned = [(counts, place) for counts, place in common if counts.train[place]]
    alpha = contract.false_alarm / max(len(learned), 1)
    judged = []
    for counts, place in learned:
        share = float(counts.train[place] + counts.anchor[place]) / real_rows
        needed = count_needed(rows, share, contract.category_keep_min, alpha)
        judged.append(_Judged(counts.column.name, counts.names[place], share * rows, int(counts.batch[place]), needed))
    return judged, len(common) - len(learned)


def _picture(counts: _Counts, reference: Reference) -> dict[str, Any]:
    """Real and synthetic counts, most common first; names only where they may be shown."""
    real = counts.train + counts.anchor
    order = np.argsort(-real, kind="stable")[:PICTURE_MAX]
    order = order[(real[order] > 0) | (counts.batch[order] > 0)]
    shown = counts.column.name in reference.shown
    return {
        "column": counts.column.name,
        "names": [counts.names[place] for place in order] if shown else None,
        "real": [int(real[place]) for place in order],
        "synthetic": [int(counts.batch[place]) for place in order],
    }


def _sentence(judged: list[_Judged], worst: _Judged, shown: bool) -> str:
    where = f"{worst.column} = {worst.name}" if shown else f"one of {worst.column} (its values are not shown)"
    figures = f"{worst.expected:,.0f} rows expected, {worst.found:,} found"
    if not worst.fails:
        return f"All {len(judged):,} categories that should be here are kept; the thinnest is {where}: {figures}."
    failed = [category for category in judged if category.fails]
    gone = sum(category.found == 0 for category in failed)
    parts = [f"{gone:,} missing"] if gone else []
    if len(failed) > gone:
        parts.append(f"{len(failed) - gone:,} too rare")
    return (
        f"Of {len(judged):,} categories that should be here, {' and '.join(parts)}; the worst is {where}: "
        f"{figures}, at least {worst.needed:,} needed."
    )
