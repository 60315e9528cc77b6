"""Lead indicators against the anchor as the collapse page shows them: a row each with two pictures, and their tables.

Belongs here: rows and cells. Does not: the state in one sentence and alarms (``collapse_words.py``), pictures
(``anchor_charts.py``), HTML.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from headwater_plugin.anchor_charts import generations_chart, nights_chart
from headwater_plugin.batch_words import STATUS
from headwater_plugin.check_rows import chart_json
from headwater_plugin.indicators import INDICATORS, UNITS

if TYPE_CHECKING:
    from headwater.ledger.collapse_answers import AnchorPoint, Collapse, Generation, JudgedNight

SHORT = 8
"""Characters of a generator's id, where it has no number that is told."""


def indicator_rows(found: Collapse) -> list[dict[str, Any]]:
    """A row for each indicator that was measured at all, in the order of the lead."""
    names, numbers = measured(found), version_numbers(found)
    since = {each.alarm.name: each.alarm.since for each in found.open_alarms if each.alarm.chart == "nights"}
    return [_row(name, found, numbers, since.get(name)) for name in names]


def measured(found: Collapse) -> list[str]:
    """Names of the indicators that some night or generation has."""
    told = [each.points for each in found.nights] + [each.points for each in found.generations]
    known = {point.name for points in told for point in points}
    return [name for name in INDICATORS if name in known]


def version_numbers(found: Collapse) -> dict[str, int]:
    """By generator, the number of the version that it is."""
    return {each.reign.generator_id: each.reign.version for each in found.generations}


def night_lines(found: Collapse, dataset: str) -> list[dict[str, Any]]:
    """Every night with every indicator, the newest first."""
    names, numbers = measured(found), version_numbers(found)
    return [
        {
            "day": night.batch_date.isoformat(),
            "url": f"batches/{dataset}/{night.batch_id}/",
            "word": STATUS[night.status][0],
            "tone": STATUS[night.status][1],
            "by": _by(night.generator_id, numbers),
            "by_url": f"generators/{dataset}/{numbers.get(night.generator_id, night.generator_id)}/",
            "cells": _cells(night.points, names),
        }
        for night in reversed(found.nights)
    ]


def generation_lines(found: Collapse, dataset: str) -> list[dict[str, Any]]:
    """Every generation with every indicator of its trial, the newest first."""
    names = measured(found)
    return [
        {
            "version": each.reign.version,
            "label": each.reign.label,
            "url": f"generators/{dataset}/{each.reign.version}/",
            "is_current": each.reign.is_current,
            "is_withdrawn": each.reign.withdrawn_at is not None,
            "day": each.reign.promoted_at.date().isoformat(),
            "n": f"{each.points[0].n:,}" if each.points else "–",
            "cells": _cells(each.points, names),
        }
        for each in reversed(found.generations)
    ]


def figure(point: AnchorPoint) -> float | None:
    """What is drawn of a point: its value where that is the same figure every night, else its ratio."""
    return point.value if point.name in UNITS else point.ratio


def figure_told(name: str, value: float | None) -> str:
    """``0.951``, or ``43% of the way``; a dash where it could not be measured."""
    if value is None:
        return "–"
    return f"{value:.3f}" if name in UNITS else f"{value:.0%}"


def _row(name: str, found: Collapse, numbers: Mapping[str, int], since: date | None) -> dict[str, Any]:
    label, words = INDICATORS[name]
    nights = [(night, point) for night in found.nights if (point := _of(night.points, name)) is not None]
    trials = [(each, point) for each in found.generations if (point := _of(each.points, name)) is not None]
    last = nights[-1][1] if nights else None
    values = [value for _, point in nights if (value := figure(point)) is not None]
    missed, is_share = sum(not point.passed for _, point in nights), name not in UNITS
    drawn = [_trial_point(each, point) for each, point in trials]
    return {
        "name": name,
        "label": label,
        "words": f"{words[0].upper()}{words[1:]}{f': {UNITS[name]}' if name in UNITS else ''}",
        "last": figure_told(name, figure(last)) if last else "–",
        "is_bad": last is not None and not last.passed,
        "limit": _limit_told(last or (trials[-1][1] if trials else None)),
        "first": _first_told(name, trials),
        "range": f"{figure_told(name, min(values))} to {figure_told(name, max(values))}" if values else "–",
        "missed": f"{missed:,} of {len(nights):,} nights missed the limit" if missed else "",
        "nights": chart_json(nights_chart(_night_points(nights, numbers), since, is_share=is_share)),
        "generations": chart_json(generations_chart(drawn, is_share=is_share)),
    }


def _first_told(name: str, trials: Sequence[tuple[Generation, AnchorPoint]]) -> str:
    if not trials or trials[0][0].reign.version != 1:
        return ""
    return figure_told(name, figure(trials[0][1]))


def _limit_told(point: AnchorPoint | None) -> str:
    """In the unit of the line: a ratio's limit is the whole way."""
    if point is not None and point.name not in UNITS:
        return "of the way to the limit"
    if point is None or point.limit is None:
        return "no limit"
    direction = "at least" if point.direction == "at_least" else "at most"
    return f"{direction} {point.limit:.3f}"


def _limit(point: AnchorPoint) -> float | None:
    return point.limit if point.name in UNITS else 1.0


def _night_points(
    nights: Sequence[tuple[JudgedNight, AnchorPoint]], numbers: Mapping[str, int]
) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    before = nights[0][0].generator_id if nights else ""
    for night, point in nights:
        by = _by(night.generator_id, numbers)
        rows.append(
            {"day": night.batch_date.isoformat(), **_drawn(point), "crowned": night.generator_id != before, "by": by}
        )
        before = night.generator_id
    return rows


def _trial_point(generation: Generation, point: AnchorPoint) -> dict[str, Any]:
    return {"version": generation.reign.version, **_drawn(point)}


def _drawn(point: AnchorPoint) -> dict[str, Any]:
    value, limit = figure(point), _limit(point)
    return {
        "value": None if value is None else float(f"{value:.5g}"),
        "limit": None if limit is None else float(f"{limit:.5g}"),
        "passed": point.passed,
    }


def _cells(points: Sequence[AnchorPoint], names: Sequence[str]) -> list[dict[str, Any]]:
    by_name = {point.name: point for point in points}
    cells = []
    for name in names:
        point = by_name.get(name)
        told = figure_told(name, figure(point)) if point else "–"
        cells.append({"told": told, "is_bad": point is not None and not point.passed, "label": INDICATORS[name][0]})
    return cells


def _of(points: Sequence[AnchorPoint], name: str) -> AnchorPoint | None:
    return next((point for point in points if point.name == name), None)


def _by(generator_id: str, numbers: Mapping[str, int]) -> str:
    return f"version {numbers[generator_id]}" if generator_id in numbers else generator_id[:SHORT]
