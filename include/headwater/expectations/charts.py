"""The pictures of the checks' findings, drawn from the figures that the checks put into ``detail``.

Belongs here: one function a kind of finding, whose own are those of single values; each gives a Vega-Lite 6
specification, or None where the result lacks what it needs. Does not: colours and frame (``chart_parts.py``), the
last batches (``trend.py``).
"""

from __future__ import annotations

from typing import Any

from headwater.checks.result import CheckResult
from headwater.expectations.chart_parts import (
    BARS_MAX,
    LIMIT,
    MADE_SIDE,
    REAL,
    REAL_SIDE,
    SOFT,
    SYNTHETIC,
    Chart,
    apart,
    figures,
    framed,
    height_of,
    is_finite,
    named,
    told,
)
from headwater.expectations.column_charts import category_shares, column_distribution
from headwater.expectations.joint_charts import cells, pair_table

__all__ = (
    "against_limit",
    "category_shares",
    "cells",
    "column_distribution",
    "column_gaps",
    "pair_table",
    "two_scores",
)

HONEST, LIMIT_SIDE = "honest real rows, on average", "the limit"


def column_gaps(check: CheckResult) -> Chart | None:
    """A bar a column: what the other columns tell of it, against real rows; most negative first."""
    found, columns = figures(check.detail, "gaps"), check.detail.get("columns")
    if found is None or not isinstance(columns, list) or len(columns) != len(found[0]):
        return None
    widest = sorted(zip(apart(columns), found[0], strict=True), key=lambda pair: -abs(pair[1]))[:BARS_MAX]
    rows = [{"name": name, "gap": gap} for name, gap in sorted(widest, key=lambda pair: pair[1])]
    x = {"field": "gap", "type": "quantitative", "title": None}
    bars = {
        "mark": {"type": "bar", "height": {"band": 0.7}},
        "encoding": {
            "y": named("name"),
            "x": x,
            "color": {"condition": {"test": "datum.gap < 0", "value": LIMIT}, "value": SYNTHETIC},
            "tooltip": told(("name", "column", None), ("gap", "nats a row", "+.4f")),
        },
    }
    zero = {"mark": {"type": "rule", "color": SOFT}, "encoding": {"x": {"datum": 0}}}
    most = f" The {BARS_MAX} largest of {len(columns)}." if len(columns) > BARS_MAX else ""
    hint = f"Red: the column follows less from the others than in real rows. Blue: more.{most}"
    title = "How each column's relation to the others changed, nats a row"
    return framed(rows, [bars, zero], height_of(len(rows), 18), title, hint)


def two_scores(check: CheckResult) -> Chart | None:
    """The score on the anchor of a model trained on real and on synthetic rows."""
    detail = check.detail
    keys = ("trained_on_real", "trained_on_synthetic")
    if "score" not in detail or not all(is_finite(detail.get(key)) for key in keys):
        return None
    sides = ((REAL_SIDE, REAL), (MADE_SIDE, SYNTHETIC))
    rows = [
        {"name": f"trained on {side}", "score": detail[key], "colour": drawn}
        for (side, drawn), key in zip(sides, keys, strict=True)
    ]
    y = named("name")
    x = {
        "field": "score",
        "type": "quantitative",
        "title": f"{detail['score']} on the anchor",
        "scale": _room(rows, "score"),
    }
    bars = {
        "mark": {"type": "bar", "height": {"band": 0.65}},
        "encoding": {
            "y": y,
            "x": x,
            "color": {"field": "colour", "type": "nominal", "scale": None},
            "tooltip": told(("name", "model", None), ("score", "score", ".4f")),
        },
    }
    figure = {"field": "score", "type": "quantitative", "format": ".3f"}
    written = {
        "mark": {"type": "text", "align": "left", "dx": 5, "color": SOFT, "fontSize": 11},
        "encoding": {"y": y, "x": x, "text": figure},
    }
    return framed(rows, [bars, written], 56, "The same model trained on either side, tested on the anchor")


def against_limit(check: CheckResult) -> Chart | None:
    """The value with its interval on a line, what honest rows show, the limit, and the side where it fails."""
    value, limit = check.value, check.limit
    if value is None or limit is None:
        return None
    low, high = check.interval or (value, value)
    row = {"value": value, "limit": limit, "low": low, "high": high}
    if check.noise is not None:
        row["noise"] = check.noise
    start, end = _span(list(row.values()))
    hint = "It fails in the red part." + (" The line through the dot: its 95 % interval." if low < high else "")
    x = {"type": "quantitative", "title": check.name, "scale": {"domain": [start, end], "nice": False, "zero": False}}
    bad = {"x": {**x, "field": "start"}, "x2": {"field": "limit"}}
    if check.direction == "at_most":
        bad = {"x": {**x, "field": "limit"}, "x2": {"field": "end"}}
    layers = [{"mark": {"type": "rect", "color": LIMIT, "opacity": 0.07}, "encoding": bad}, *_marks(row, x)]
    return framed([{**row, "start": start, "end": end}], layers, 44, "The batch against its limit", hint)


def _marks(row: dict[str, float], x: Chart) -> list[Chart]:
    """Rules for honest rows and for the limit, and the dot on its interval."""
    has_noise, has_interval = "noise" in row, row["low"] < row["high"]
    sides = [(MADE_SIDE, SYNTHETIC), *([(HONEST, REAL)] if has_noise else []), (LIMIT_SIDE, LIMIT)]
    scale = {"domain": [side for side, _ in sides], "range": [drawn for _, drawn in sides]}
    titles = {"value": "value", **({"low": "from", "high": "to"} if has_interval else {})}
    titles |= {**({"noise": "honest rows"} if has_noise else {}), "limit": "limit"}
    clues = told(*((field, title, ".4~g") for field, title in titles.items()))
    middle = {"y": {"value": 22}}

    def layer(mark: Chart, side: str, field: str, **encoding: Any) -> Chart:
        drawn = {"x": {**x, "field": field}, "color": {"datum": side, "scale": scale}, "tooltip": clues}
        return {"mark": mark, "encoding": {**drawn, **encoding}}

    rule = {"type": "rule", "strokeWidth": 2}
    dot = {"type": "point", "filled": True, "shape": "circle", "size": 110, "opacity": 1}
    whisker = {"type": "rule", "strokeWidth": 3, "opacity": 0.5}
    return [
        *([layer(rule, HONEST, "noise")] if has_noise else []),
        layer({**rule, "strokeDash": [4, 3]}, LIMIT_SIDE, "limit"),
        *([layer(whisker, MADE_SIDE, "low", x2={"field": "high"}, **middle)] if has_interval else []),
        layer(dot, MADE_SIDE, "value", **middle),
    ]


def _room(rows: list[dict[str, Any]], field: str) -> Chart:
    """From zero to a little above the largest, so that a figure fits behind its bar."""
    values = [row[field] for row in rows]
    top, bottom = max(*values, 0.0), min(*values, 0.0)
    return {"domain": [bottom, (top or 1.0) * 1.12], "nice": False}


def _span(values: list[float]) -> tuple[float, float]:
    """The values' range with some air on both sides."""
    low, high = min(values), max(values)
    air = (high - low) * 0.1 or abs(high) * 0.1 or 1.0
    return low - air, high + air
