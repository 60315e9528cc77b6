"""Pictures of the generator and collapse pages: figures over nights and generations, candidates side by side.

Belongs here: their Vega-Lite. Does not: what they share with Data Docs (``headwater.expectations.chart_parts``), the
words beside them. Names are data and never part of an expression.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from headwater.expectations.chart_parts import LIMIT, REAL, SYNTHETIC, framed, is_finite, told

NIGHTS_WIDTH, GENERATIONS_WIDTH, CANDIDATES_WIDTH = 470, 200, 640
HEIGHT = 96
RATIO_SPAN = (-0.5, 2.0)
"""Beyond these ends a ratio is drawn at the end: one figure that is far off would flatten all others."""
COLOURS = ("#1f6feb", "#c4700c", "#1a7f37", "#8250df", "#bf3989", "#57606a")

Row = dict[str, Any]


def nights_chart(rows: Sequence[Row], since: date | None, *, is_share: bool = False) -> dict[str, Any] | None:
    """A figure night by night: rows of ``day``, ``value``, ``limit``, ``passed``, ``crowned``, ``by``.

    A rule stands where another generator took over, a red ground from ``since`` on, where an open alarm says so.
    ``is_share``: the figure is told in per cent.
    """
    if not any(row["value"] is not None for row in rows):
        return None
    axis = {"format": "%d %b", "labelOverlap": True, "tickCount": 6}
    x: Row = {"field": "day", "type": "temporal", "timeUnit": "utcyearmonthdate", "title": None, "axis": axis}
    clues = told(("day", "night", None), ("by", "made by", None))
    layers = [*_since(since, rows[-1]["day"], x), *_crowned(rows, x), *_course(x, clues, is_share=is_share)]
    return _sized(rows, layers, NIGHTS_WIDTH)


def generations_chart(rows: Sequence[Row], *, is_share: bool = False) -> dict[str, Any] | None:
    """A figure by generation: rows of ``version``, ``value``, ``limit``, ``passed``."""
    if not any(row["value"] is not None for row in rows):
        return None
    x: Row = {
        "field": "version",
        "type": "quantitative",
        "title": None,
        "scale": {"nice": False, "zero": False, "padding": 9},
    }
    x["axis"] = {"format": "d", "tickMinStep": 1, "tickCount": min(6, len(rows))}
    return _sized(rows, _course(x, told(("version", "version", "d")), is_share=is_share), GENERATIONS_WIDTH)


def looks_chart(rows: Sequence[Row]) -> dict[str, Any] | None:
    """Scores of the watch over time: rows of ``day``, ``value``, ``limit``, ``passed``, ``by``."""
    return nights_chart([{**row, "crowned": False} for row in rows], None) if rows else None


def candidates_chart(rows: Sequence[Row], names: Sequence[str]) -> dict[str, Any] | None:
    """How far each candidate (``names``, in order) has gone on each figure: rows of ``figure``, ``who``, ``ratio``."""
    low, high = RATIO_SPAN
    kept = [{**row, "at": min(max(row["ratio"], low), high)} for row in rows if is_finite(row["ratio"])]
    if not kept:
        return None
    x: Row = {
        "field": "at",
        "type": "quantitative",
        "title": "0: as honest rows; 1: the limit",
        "scale": {"domain": [low, high]},
    }
    y: Row = {"field": "figure", "type": "nominal", "sort": None, "title": None}
    y["axis"] = {"labelLimit": 190, "ticks": False, "domain": False, "grid": True}
    scale = {"domain": list(names), "range": [COLOURS[place % len(COLOURS)] for place in range(len(names))]}
    mark = {"type": "point", "filled": True, "size": 70, "opacity": 0.85}
    encoding: Row = {
        "x": x,
        "y": y,
        "color": {"field": "who", "type": "nominal", "scale": scale, "legend": {"labelLimit": 160}},
    }
    encoding["tooltip"] = told(("figure", "figure", None), ("who", "candidate", None), ("ratio", "ratio", ".3~g"))
    rule = {"type": "rule", "strokeDash": [4, 3], "color": LIMIT}
    bound = {"mark": rule, "data": {"values": [{"at": 1}]}, "encoding": {"x": {"field": "at", "type": "quantitative"}}}
    figures = len({row["figure"] for row in kept})
    return _sized(kept, [bound, {"mark": mark, "encoding": encoding}], CANDIDATES_WIDTH, 18 * figures + 20)


def _sized(rows: Sequence[Row], layers: list[dict[str, Any]], width: int, height: int = HEIGHT) -> dict[str, Any]:
    """Without a title: the table's row is one."""
    chart = framed(list(rows), layers, height, "")
    del chart["title"]
    return {**chart, "width": width}


def _course(x: dict[str, Any], clues: list[dict[str, Any]], *, is_share: bool) -> list[dict[str, Any]]:
    """The limit as steps, the line, and a dot a value, red where it failed."""
    form = {"format": ".0%"} if is_share else {}
    y = {"type": "quantitative", "title": None, "scale": {"zero": False}, "axis": {"tickCount": 4, **form}}
    dashed = {"type": "line", "interpolate": "step-after", "color": LIMIT, "strokeDash": [4, 3], "strokeWidth": 1}
    tone = {"condition": {"test": "datum.passed", "value": SYNTHETIC}, "value": LIMIT}
    written = form.get("format", ".4~g")
    clues = [*clues, *told(("value", "value", written), ("limit", "limit", written))]
    dots = {"x": x, "y": {**y, "field": "value"}, "color": tone, "tooltip": clues}
    return [
        {"mark": dashed, "encoding": {"x": x, "y": {**y, "field": "limit"}}},
        {"mark": {"type": "line", "color": REAL, "strokeWidth": 1}, "encoding": {"x": x, "y": {**y, "field": "value"}}},
        {"mark": {"type": "circle", "opacity": 1, "size": 22}, "encoding": dots},
    ]


def _crowned(rows: Sequence[Row], x: dict[str, Any]) -> list[dict[str, Any]]:
    """No layer where there is none: an empty one has no extent, which Vega complains of."""
    days = [{"day": row["day"]} for row in rows if row["crowned"]]
    mark = {"type": "rule", "color": REAL, "opacity": 0.6}
    return [{"data": {"values": days}, "mark": mark, "encoding": {"x": x}}] if days else []


def _since(since: date | None, last: str, x: dict[str, Any]) -> list[dict[str, Any]]:
    if since is None or since.isoformat() > last:
        return []
    ground = {"type": "rect", "color": LIMIT, "opacity": 0.08}
    ends = {"x": {**x, "field": "start"}, "x2": {"field": "end", "timeUnit": "utcyearmonthdate"}}
    return [{"data": {"values": [{"start": since.isoformat(), "end": last}]}, "mark": ground, "encoding": ends}]
