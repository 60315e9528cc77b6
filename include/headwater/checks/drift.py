"""Has the real table drifted? The rows of a new snapshot held against those that the champion learned from.

Belongs here: which families are asked, one answer in words. Does not: statistics, drawing the null (``baseline.py``),
what is counted on all rows (``drift_values.py``), values that the champion's schema does not hold (``newcomers.py``).

**What is compared with what.** A sample of the new training rows, as large as a draw of the noise floor, against all
training rows of the champion and against its anchor, of which neither side holds a row. Where every row was replaced
by a fresh one this is what the null was drawn for: a sample differs from ``N`` other rows by ``1/n + 1/N``. Where rows
stayed, both sides share them and differ by less, down to ``1/n - 1/N`` of an unchanged table: the limit then lies on
the safe side. Families that look for copies, repetitions and foreign values are not asked, since a new snapshot mostly
*is* the old one.

**Twice.** One champion's rows are compared night after night, and where they happen to lie far out, so does every
night: a deployment may have several times the rate. So what a first sample blames is asked again of a second one, of
other rows of the same snapshot, and each figure counts with the smaller of both. That can only withdraw an alarm.

**Their seat.** Exact tests that are not asked leave their part of the family-wise rate to one of our own,
:data:`VALUES`: every category and "missing" of each column on all rows, too few or too many (the battery only looks for
too few), and newcomers. Its p-value is uniform on honest rows or larger, as theirs is, so the family's limit holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks import (
    battery,
    category,
    cell,
    column,
    dependence,
    fairness,
    joint,
    neighbours,
    pair,
    tail,
    utility,
)
from headwater.checks.baseline import Baseline
from headwater.checks.drift_values import Alone, least_likely
from headwater.checks.newcomers import Fitted, Newcomers, fitted
from headwater.checks.prepared import Prepared
from headwater.checks.sample import Sample, Seen
from headwater.checks.seeds import rng
from headwater.checks.statistic import deviate
from headwater.checks.tally import Whole

FAMILIES = (column, pair, category, tail, cell, dependence, neighbours, joint, utility, fairness)
VALUES = "drift.values"
TOLD_MAX = 3
"""Figures and newcomers that the sentence names; the others stand in the figures."""
_FAR = 1e6


@dataclass(frozen=True)
class Figure:
    """One statistic.

    Attributes:
        name: ``family.statistic``.
        ratio: how much of the way from honest rows to the limit it has gone; above 1 is drift.
        columns: where it deviates most; empty where it speaks of the whole table.
        reason: why it could not be measured; else empty.
    """

    name: str
    ratio: float
    columns: tuple[str, ...] = ()
    reason: str = ""

    @property
    def words(self) -> str:
        """``column.shape (age) at 3.1 times its limit``."""
        where = f" ({' and '.join(self.columns)})" if self.columns else ""
        if self.reason:
            return f"{self.name} could not be measured: {self.reason}"
        if self.ratio <= 1:
            return f"{self.name}{where}, at {max(self.ratio, 0.0):.0%} of it"
        return f"{self.name}{where} at {self.ratio:,.1f} times its limit"


@dataclass(frozen=True)
class Comparison:
    """What was found.

    Attributes:
        is_drifted: some figure is beyond the family's limit.
        sentence: the finding in plain words, without a value of any row.
        figures: all figures, largest ratio first.
        newcomers: values that the champion's schema does not hold.
        rows: new rows, and those that the champion learned from.
    """

    is_drifted: bool
    sentence: str
    figures: tuple[Figure, ...]
    newcomers: tuple[Newcomers, ...]
    rows: tuple[int, int]

    def told(self) -> dict[str, Any]:
        """All figures, as JSON."""
        return {
            "rows": list(self.rows),
            "figures": [
                {"name": each.name, "ratio": round(each.ratio, 4), "columns": list(each.columns), "reason": each.reason}
                for each in self.figures
            ],
            "newcomers": [
                {
                    "column": each.column,
                    "what": each.what,
                    "rows": each.rows,
                    "kinds": each.kinds,
                    "chance": each.chance,
                }
                for each in self.newcomers
            ],
        }


def compare(
    prepared: Prepared, floor: Baseline, rows: pd.DataFrame, label: str, *, entity: Sequence[str] = ()
) -> Comparison:
    """Hold new rows against the champion's.

    Args:
        prepared: the champion's anchor and training rows.
        floor: the null drawn from them.
        rows: training rows of the new snapshot, in its own schema, which has the champion's learned columns in kind
            (``newcomers.reshaped``); none of them is a row of the anchor.
        label: decides which rows are sampled, such as the new snapshot's id.
        entity: columns that say whom a row speaks of; :data:`VALUES` then counts one row of each.

    Raises:
        CannotJudgeError: the null was drawn with another yardstick.
    """
    reference = prepared.reference
    fits = fitted(rows, reference.train, reference.schema)
    sizes = len(rows), len(reference.train)
    if len(fits.frame) < prepared.n:
        return _too_few_left(fits, sizes, prepared.n)
    alone = Alone.of(prepared, rows, entity, label)
    fits = fits if alone is None else alone.judged(fits)
    draw = rng(reference.seed, "drift", label)
    picked = draw.choice(len(fits.frame), prepared.n, replace=False)
    whole = prepared.counter.whole(fits.frame)
    first = _sample(prepared, floor, fits.frame.iloc[picked], whole)
    values, unlikely = _values(floor, first, fits, alone)
    figures = sorted([*_measured(floor, first), values], key=lambda each: -each.ratio)
    if figures[0].ratio > 1:
        others = draw.permutation(np.setdiff1d(np.arange(len(fits.frame)), picked))
        again = np.concatenate([others, picked])[: prepared.n]
        second = _measured(floor, _sample(prepared, floor, fits.frame.iloc[again], whole))
        figures = _lesser(figures, second)
    said = _sentence(figures, unlikely, fits, sizes)
    return Comparison(figures[0].ratio > 1, said, tuple(figures), fits.newcomers, sizes)


def _sample(prepared: Prepared, floor: Baseline, rows: pd.DataFrame, whole: Whole) -> Sample:
    return floor.sample(Seen(rows=prepared.yardstick.code(rows), prepared=prepared, whole=whole))


def _measured(floor: Baseline, sample: Sample) -> list[Figure]:
    """Every figure of a sample."""
    found, broken = battery.measure(sample, FAMILIES)
    figures = [_figure(floor, sample, name, found[name]) for name in floor.null.statistics if name in found]
    return figures + [Figure(name, _FAR, reason=each.reason) for name, each in broken.items()]


def _lesser(first: Sequence[Figure], second: Sequence[Figure]) -> list[Figure]:
    """Of each figure the one with the smaller ratio; one that was measured once stays."""
    found = {each.name: each for each in first}
    for each in second:
        if each.name not in found or each.ratio < found[each.name].ratio:
            found[each.name] = each
    return sorted(found.values(), key=lambda each: -each.ratio)


def _figure(floor: Baseline, sample: Sample, name: str, values: NDArray[np.float64]) -> Figure:
    ratio = _bounded(floor.null.ratio(name, values) / floor.null.family)
    columns: list[str] = []
    if np.isfinite(values).all():
        place, bound = floor.null.worst(name, values)
        detail = battery.FAMILY_OF[name].tell(name, sample, place, bound).detail
        columns = detail.get("columns") or ([detail["column"]] if "column" in detail else [])
    return Figure(name, ratio, tuple(columns))


def _values(floor: Baseline, sample: Sample, fits: Fitted, alone: Alone | None) -> tuple[Figure, list[Newcomers]]:
    """The least likely count of a category, and the newcomers that are more than chance brings."""
    least, limit = least_likely(sample, fits, alone), _limit(floor)
    ratio = _bounded(float(deviate(least.chance, least.tests)[0]) / limit)
    unlikely = [each for each in fits.newcomers if deviate(each.chance, least.tests)[0] > limit]
    return Figure(VALUES, ratio, (least.column,) if least.column else ()), unlikely


def _limit(floor: Baseline) -> float:
    """The deviate beyond which :data:`VALUES` decides: that of an exact test which is not asked here."""
    null = floor.null
    seat = next(
        honest
        for name, honest in null.statistics.items()
        if battery.BY_NAME[name].is_exact and battery.FAMILY_OF[name] not in FAMILIES
    )
    return seat.typical + null.family * (seat.limit - seat.typical)


def _bounded(ratio: float) -> float:
    """JSON knows no infinity."""
    return float(np.clip(ratio, -_FAR, _FAR)) if not np.isnan(ratio) else _FAR


def _too_few_left(fits: Fitted, sizes: tuple[int, int], n: int) -> Comparison:
    """So few rows that are in kind the champion's are no sample of them: most came as newcomers, or most are gone."""
    words = [each.words for each in fits.newcomers[:TOLD_MAX]]
    listed = f" {'; '.join(words)}." if words else ""
    said = (
        f"Drift: of {sizes[0]:,} rows {len(fits.frame):,} have values that the champion knows, fewer than the {n:,} "
        f"that a comparison with its {sizes[1]:,} takes.{listed}"
    )
    return Comparison(True, said, (Figure("drift.rows", _FAR),), fits.newcomers, sizes)


def _sentence(figures: Sequence[Figure], unlikely: Sequence[Newcomers], fits: Fitted, sizes: tuple[int, int]) -> str:
    against = f"{sizes[0]:,} rows against the champion's {sizes[1]:,}"
    bad = [each for each in figures if each.ratio > 1]
    if not bad:
        few = sum(each.rows for each in fits.newcomers)
        held = "1 row holds a value" if few == 1 else f"{few:,} rows hold values"
        more = f" {held} that the champion never saw, no more than chance brings." if few else ""
        return f"No drift: {against}. Nearest to its limit is {figures[0].words}.{more}"
    words = [f"{each.words}, more than chance brings" for each in unlikely[:TOLD_MAX]]
    words += [each.words for each in bad[:TOLD_MAX]]
    return f"Drift: {against}; figures beyond their limits: {len(bad)} of {len(figures)}. {'; '.join(words)}."
