"""How a check's value went over the last batches: a small picture under its row on the page.

Belongs here: the points and their Vega-Lite specification. Does not: where the points come from (the ledger's
``trend``), the check's own picture (``charts.py``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from headwater.checks.result import CheckResult
from headwater.expectations.chart_parts import LIMIT, REAL, SYNTHETIC, framed

BATCHES = 30
"""Batches in the picture, the page's own the last of them."""


@dataclass(frozen=True)
class Point:
    """What a check found in one batch; ``value`` is None where it could not run."""

    batch_date: date
    value: float | None
    limit: float | None
    passed: bool


History = Mapping[str, Sequence[Point]]
"""Of each check, by its name: the batches before the one that is judged, oldest first."""


def trend(check: CheckResult, earlier: Sequence[Point], batch_date: date) -> dict[str, Any] | None:
    """The check's value over the last batches, its limit as steps; None where there is nothing to compare with."""
    own = Point(batch_date, check.value, check.limit, check.passed)
    points = [_drawn(point, is_own=False) for point in earlier[-(BATCHES - 1) :]] + [_drawn(own, is_own=True)]
    if len(points) < 2 or not any(point["value"] is not None for point in points):
        return None
    x = {
        "field": "day",
        "type": "temporal",
        "timeUnit": "utcyearmonthdate",
        "title": None,
        "axis": {"format": "%d %b", "labelOverlap": True, "tickCount": 6},
    }
    y = {"type": "quantitative", "title": None, "scale": {"zero": False}, "axis": {"tickCount": 5}}
    layers = [_limit_steps(x, y), _line(x, y), _dots(x, y)]
    hint = "Red dashes: the limit. Red dots: failed. Large: this batch."
    return {**framed(points, layers, 110, f"The last {len(points)} batches", hint), "description": check.name}


def _limit_steps(x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    return {
        "mark": {"type": "line", "interpolate": "step-after", "color": LIMIT, "strokeDash": [4, 3], "strokeWidth": 1},
        "encoding": {"x": x, "y": {**y, "field": "limit"}},
    }


def _line(x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    return {
        "mark": {"type": "line", "color": REAL, "strokeWidth": 1},
        "encoding": {"x": x, "y": {**y, "field": "value"}},
    }


def _dots(x: dict[str, Any], y: dict[str, Any]) -> dict[str, Any]:
    return {
        "mark": {"type": "circle", "opacity": 1},
        "encoding": {
            "x": x,
            "y": {**y, "field": "value"},
            "size": {"condition": {"test": "datum.is_own", "value": 110}, "value": 34},
            "color": {"condition": {"test": "datum.passed", "value": SYNTHETIC}, "value": LIMIT},
            "tooltip": [
                {"field": "day", "title": "batch"},
                {"field": "value", "format": ".4~g"},
                {"field": "limit", "format": ".4~g"},
                {"field": "outcome"},
            ],
        },
    }


def _drawn(point: Point, *, is_own: bool) -> dict[str, Any]:
    """A point as data of the picture. What is no finite number is left out of the line: JSON cannot hold it."""
    numbers = {
        name: value if value is not None and math.isfinite(value) else None
        for name, value in asdict(point).items()
        if name in ("value", "limit")
    }
    outcome = "passed" if point.passed else "failed"
    return {
        "day": point.batch_date.isoformat(),
        **numbers,
        "passed": point.passed,
        "is_own": is_own,
        "outcome": outcome,
    }
