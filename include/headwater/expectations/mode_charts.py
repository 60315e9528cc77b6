"""Small Vega-Lite pictures of the mode checks' findings. Only figures that the checks put into ``detail``.

Belongs here: dicts of Vega-Lite 6. Does not: what may be shown (the checks leave hidden names out), HTML.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from headwater.checks.result import CheckResult

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
REAL, SYNTHETIC, LIMIT = "#98a2b3", "#1f6feb", "#d1242f"
SHARE_MIN = 0.001
"""Real share below which a category's dot would be noise."""
DOTS_MAX = 400
KEPT_MAX = 2.0
"""Dots above twice the real share are drawn at its edge."""
_CONFIG = {"view": {"stroke": None}, "axis": {"grid": False, "labelFontSize": 11, "titleFontSize": 11}}

Chart = dict[str, Any]


def categories(check: CheckResult) -> Chart | None:
    """A dot a category: its real share against the part of it that the batch kept."""
    dots = [dot for column in check.detail.get("columns", []) for dot in _dots(column)]
    if not dots or check.limit is None:
        return None
    dots = sorted(dots, key=lambda dot: dot["kept"])[:DOTS_MAX]
    y = {"field": "drawn", "type": "quantitative", "title": "kept part of it", "scale": {"domain": [0, KEPT_MAX]}}
    marks = {
        "mark": {"type": "circle", "size": 60, "opacity": 0.75, "tooltip": {"content": "encoding"}},
        "encoding": {
            "x": {
                "field": "real",
                "type": "quantitative",
                "scale": {"type": "log"},
                "axis": {"format": "~%"},
                "title": "real share",
            },
            "y": {**y, "axis": {"format": ".0%"}},
            "color": {
                "condition": {"test": f"datum.kept < {check.limit}", "value": LIMIT},
                "value": SYNTHETIC,
            },
            "tooltip": [
                {"field": "column", "title": "column"},
                {"field": "name", "title": "category"},
                {"field": "real", "title": "real share", "format": ".2%"},
                {"field": "made", "title": "synthetic share", "format": ".2%"},
            ],
        },
    }
    layers = [_rule("y", 1.0, REAL), _rule("y", check.limit, LIMIT), marks]
    return _chart(dots, layers, "Each dot is a category; at 100 % it is as common as in the real rows.", height=170)


def joint_cells(check: CheckResult) -> Chart | None:
    """A bar a cell for the real share, a tick for the synthetic one."""
    real, made = check.detail.get("real", []), check.detail.get("synthetic", [])
    if not real:
        return None
    rows = [{"cell": i + 1, "real": r, "made": m} for i, (r, m) in enumerate(zip(real, made, strict=True))]
    x = {"field": "cell", "type": "ordinal", "title": "cell of the anchor, largest first", "axis": {"labels": False}}
    y = {"type": "quantitative", "title": "share of rows", "axis": {"format": ".1%"}}
    tooltip = [
        {"field": "real", "title": "real share", "format": ".2%"},
        {"field": "made", "title": "synthetic share", "format": ".2%"},
    ]
    layers = [
        {"mark": {"type": "bar", "color": REAL}, "encoding": {"x": x, "y": {**y, "field": "real"}, "tooltip": tooltip}},
        {
            "mark": {"type": "tick", "color": SYNTHETIC, "thickness": 2},
            "encoding": {"x": x, "y": {**y, "field": "made"}, "tooltip": tooltip},
        },
    ]
    return _chart(rows, layers, "Grey bars: real rows. Blue ticks: the batch.", height=150)


def repeats(check: CheckResult) -> Chart | None:
    """The statistic of each repeat on a line, with the limit in red and what real rows reach in grey."""
    values = check.detail.get("repeats") or check.detail.get("fold_aucs") or []
    if not values or check.limit is None:
        return None
    real = check.detail.get("real_mean")
    marks = {
        "mark": {"type": "circle", "size": 70, "color": SYNTHETIC, "opacity": 0.7},
        "encoding": {
            "x": {"field": "value", "type": "quantitative", "title": check.name, "scale": {"zero": False}},
            "tooltip": [{"field": "value", "format": ".4f"}],
        },
    }
    layers = [_rule("x", check.limit, LIMIT), marks, *([] if real is None else [_rule("x", real, REAL)])]
    title = "Blue: each repeat. Red: the limit."
    if real is not None:
        title += " Grey: what two samples of real rows reach."
    return _chart([{"value": value} for value in values], layers, title, height=50)


def two_scores(check: CheckResult) -> Chart | None:
    """The score on the anchor of a model trained on real and on synthetic rows."""
    detail = check.detail
    if "trained_on_real" not in detail:
        return None
    rows = [
        {"trained on": "real rows", "score": detail["trained_on_real"], "colour": REAL},
        {"trained on": "the batch", "score": detail["trained_on_synthetic"], "colour": SYNTHETIC},
    ]
    bars = {
        "mark": {"type": "bar", "height": 14},
        "encoding": {
            "y": {"field": "trained on", "type": "nominal", "sort": None, "title": None},
            "x": {"field": "score", "type": "quantitative", "title": f"{detail['score']} on the anchor"},
            "color": {"field": "colour", "type": "nominal", "scale": None},
            "tooltip": [{"field": "score", "format": ".4f"}],
        },
    }
    return _chart(rows, [bars], "A model trained on either side, tested on the anchor.", height=50)


def _dots(column: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One column's categories; hidden ones go by their rank."""
    real, made = column["real"], column["synthetic"]
    real_rows, made_rows = max(sum(real), 1), max(sum(made), 1)
    names = column["names"] or [f"no. {rank} (not shown)" for rank in range(1, len(real) + 1)]
    dots = []
    for name, real_count, made_count in zip(names, real, made, strict=True):
        share, made_share = real_count / real_rows, made_count / made_rows
        if share >= SHARE_MIN:
            kept = made_share / share
            dot = {"column": column["column"], "name": name, "real": share, "made": made_share, "kept": kept}
            dots.append({**dot, "drawn": min(kept, KEPT_MAX)})
    return dots


def _rule(axis: str, at: float, colour: str) -> Chart:
    return {
        "data": {"values": [{"at": at}]},
        "mark": {"type": "rule", "color": colour, "strokeDash": [4, 3]},
        "encoding": {axis: {"field": "at", "type": "quantitative"}},
    }


def _chart(rows: list[dict[str, Any]], layers: list[Chart], title: str, height: int) -> Chart:
    return {
        "$schema": SCHEMA,
        "data": {"values": rows},
        "width": 420,
        "height": height,
        "title": {"text": title, "fontSize": 11, "fontWeight": "normal", "anchor": "start"},
        "layer": layers,
        "config": _CONFIG,
    }
