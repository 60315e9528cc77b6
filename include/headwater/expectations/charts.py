"""The pictures of the checks' findings, drawn from the figures that the checks put into ``detail``.

Belongs here: one function a kind of finding; each gives a Vega-Lite 6 specification, or None where the result lacks
what it needs. Does not: colours and frame (``chart_parts.py``), pictures of tables of two columns and of cells
(``joint_charts.py``), the last batches (``trend.py``).
"""

from __future__ import annotations

import math
from typing import Any

from headwater.checks.result import CheckResult
from headwater.expectations.chart_parts import (
    LIMIT,
    MADE_SIDE,
    MISSING,
    REAL,
    REAL_SIDE,
    SOFT,
    SYNTHETIC,
    Chart,
    Figures,
    apart,
    colour,
    figures,
    framed,
    hidden,
    is_finite,
    named,
    short,
    told,
)

BARS_MAX = 25
"""Bars of a picture, at most."""
MISSING_MAX = 10
"""Missing categories that keep a bar though others are commoner."""
TICKS_MAX = 8
"""Labels below a distribution, at most; fewer where they are long."""
HONEST, LIMIT_SIDE = "honest real rows, on average", "the limit"
_AXIS_PIXELS, _LETTER_PIXELS = 400, 6.5
_TOLD = told(("name", "value", None), ("real", "real share", ".3%"), ("synthetic", "synthetic share", ".3%"))


def category_shares(check: CheckResult) -> Chart | None:
    """A pair of bars a category, commonest first; red where the batch has none of it."""
    detail = check.detail
    sides = figures(detail, "real", "synthetic")
    if sides is None or "column" not in detail or "names" not in detail:
        return None
    names = detail["names"]
    if names is not None and len(names) != len(sides[0]):
        return None
    return _category_bars(detail["column"], names or [None] * len(sides[0]), *sides)


def column_distribution(check: CheckResult) -> Chart | None:
    """The shares of a column's bins: a number's as two overlaid histograms, a category's as bars."""
    detail = check.detail
    sides = figures(detail, "real", "synthetic")
    if sides is None or not {"column", "labels", "is_number"} <= detail.keys():
        return None
    real, made = sides
    labels = detail["labels"]
    if (labels is not None and len(labels) != len(real)) or not any(real + made):
        return None
    if not detail["is_number"]:
        return _category_bars(detail["column"], labels or [*[None] * (len(real) - 1), MISSING], real, made)
    bins = apart(labels or [*(f"bin {place}" for place in range(1, len(real))), MISSING])
    if real[-1] == made[-1] == 0:
        bins, real, made = bins[:-1], real[:-1], made[:-1]
    rows = [{"name": name, "real": r, "synthetic": m} for name, r, m in zip(bins, real, made, strict=True)]
    unseen = "" if labels else "; its values are not shown"
    hint = "Bins hold about equally many real rows, unless one value fills a bin."
    return framed(
        rows, _histograms(_ticks(bins)), 150, f"{short(detail['column'])}: share of rows in each bin{unseen}", hint
    )


def column_gaps(check: CheckResult) -> Chart | None:
    """A bar a column: what the other columns tell of it, against real rows; most negative first."""
    found, columns = figures(check.detail, "gaps"), check.detail.get("columns")
    if found is None or not isinstance(columns, list) or len(columns) != len(found[0]):
        return None
    widest = sorted(zip(apart(columns), found[0], strict=True), key=lambda pair: -abs(pair[1]))[:BARS_MAX]
    rows = [{"name": name, "gap": gap} for name, gap in sorted(widest, key=lambda pair: pair[1])]
    x = {"field": "gap", "type": "quantitative", "title": "nats a row"}
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
    title = "How much each column's relation to the others changed, nats a row"
    return framed(rows, [bars, zero], _height(len(rows), 18), title, hint)


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
            "tooltip": told(("name", "model", None), ("score", str(detail["score"]), ".4f")),
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
    if value is None or limit is None or not (is_finite(value) and is_finite(limit)):
        return None
    low, high = check.interval if check.interval and all(map(is_finite, check.interval)) else (value, value)
    noise = check.noise if is_finite(check.noise) else None
    start, end = _span([value, limit, low, high, *([] if noise is None else [noise])])
    row = {"value": value, "limit": limit, "noise": noise, "low": low, "high": high, "start": start, "end": end}
    x = {"type": "quantitative", "title": check.name, "scale": {"domain": [start, end], "nice": False, "zero": False}}
    others = ((HONEST, REAL), (LIMIT_SIDE, LIMIT))[int(noise is None) :]
    scale = {"domain": [MADE_SIDE, *(n for n, _ in others)], "range": [SYNTHETIC, *(c for _, c in others)]}
    clues = told(
        ("value", "value", ".4~g"),
        ("low", "from", ".4~g"),
        ("high", "to", ".4~g"),
        ("limit", "limit", ".4~g"),
        *([] if noise is None else [("noise", "honest rows", ".4~g")]),
    )

    def layer(mark: Chart, side: str, **encoding: Any) -> Chart:
        return {"mark": mark, "encoding": {**encoding, "color": {"datum": side, "scale": scale}, "tooltip": clues}}

    bad = {"x": {**x, "field": "start"}, "x2": {"field": "limit"}}
    if check.direction == "at_most":
        bad = {"x": {**x, "field": "limit"}, "x2": {"field": "end"}}
    layers: list[Chart] = [{"mark": {"type": "rect", "color": LIMIT, "opacity": 0.07}, "encoding": bad}]
    if noise is not None:
        layers.append(layer({"type": "rule", "strokeWidth": 2}, HONEST, x={**x, "field": "noise"}))
    rule = {"type": "rule", "strokeWidth": 2, "strokeDash": [4, 3]}
    layers.append(layer(rule, LIMIT_SIDE, x={**x, "field": "limit"}))
    middle = {"y": {"value": 22}}
    if low < high:
        whisker = {"type": "rule", "strokeWidth": 3, "opacity": 0.5}
        layers.append(layer(whisker, MADE_SIDE, x={**x, "field": "low"}, x2={"field": "high"}, **middle))
    dot = {"type": "point", "filled": True, "shape": "circle", "size": 110, "opacity": 1}
    layers.append(layer(dot, MADE_SIDE, x={**x, "field": "value"}, **middle))
    ranged = " The line through the dot: its 95 % interval." if low < high else ""
    return framed([row], layers, 44, "The batch against its limit", f"It fails in the red part.{ranged}")


def _category_bars(column: str, names: list[str | None], real: Figures, made: Figures) -> Chart | None:
    found = sorted(zip(names, real, made, strict=True), key=lambda row: (-row[1], -row[2]))
    found = [row for row in found if row[1] > 0 or row[2] > 0]
    if not found:
        return None
    calls = apart([hidden(rank) if name is None else name for rank, (name, _, _) in enumerate(found, 1)])
    rows: list[dict[str, Any]] = [
        {"name": call, "real": r, "synthetic": m, "is_missing": r > 0 and m == 0}
        for call, (_, r, m) in zip(calls, found, strict=True)
    ]
    gone, total = sum(row["is_missing"] for row in rows), sum(row["real"] > 0 for row in rows)
    hint = f"{gone:,} of {total:,} categories {'is' if gone == 1 else 'are'} missing from the batch."
    if len(rows) > BARS_MAX:
        hint += f" {BARS_MAX} of {len(rows):,} are drawn."
    rows = _drawn(rows)
    title = f"{short(column)}: share of each category" + ("; some names are not shown" if None in names else "")
    return framed(rows, _paired_bars(rows), _height(len(rows), 20), title, hint)


def _drawn(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The commonest categories and the commonest missing ones, in their order."""
    first = [place for place, row in enumerate(rows) if row["is_missing"]][:MISSING_MAX]
    rest = [place for place in range(len(rows)) if place not in set(first)]
    return [rows[place] for place in sorted([*first, *rest[: BARS_MAX - len(first)]])]


def _paired_bars(rows: list[dict[str, Any]]) -> list[Chart]:
    top = max(max(row["real"], row["synthetic"]) for row in rows)
    y = named("name")
    x = {"type": "quantitative", "title": "share of rows", "scale": {"domain": [0, top * 1.14], "nice": False}}
    sides = {"real": REAL_SIDE, "synthetic": MADE_SIDE}
    bars: list[Chart] = [
        {
            "mark": {"type": "bar"},
            "encoding": {
                "y": y,
                "yOffset": {"datum": side, "scale": {"paddingOuter": 0.15}},
                "x": {**x, "field": field, "axis": {"format": "~%"}},
                "color": {**colour(side), "condition": {"test": "datum.is_missing", "value": LIMIT}},
                "tooltip": _TOLD,
            },
        }
        for field, side in sides.items()
    ]
    word = {
        "transform": [{"filter": "datum.is_missing"}],
        "mark": {"type": "text", "align": "left", "dx": 4, "color": LIMIT, "fontSize": 10},
        "encoding": {"y": y, "x": {**x, "field": "real"}, "text": {"value": "missing"}, "tooltip": _TOLD},
    }
    return [*bars, word]


def _histograms(ticks: list[str]) -> list[Chart]:
    x = {**named("name", values=ticks, labelAngle=0, ticks=True, domain=True), "scale": {"padding": 0}}
    y = {"type": "quantitative", "title": "share of rows", "axis": {"format": "~%", "tickCount": 5}}

    def layer(mark: Chart, field: str, side: str) -> Chart:
        return {"mark": mark, "encoding": {"x": x, "y": {**y, "field": field}, "color": colour(side), "tooltip": _TOLD}}

    return [
        layer({"type": "bar", "opacity": 0.65}, "real", REAL_SIDE),
        layer({"type": "bar", "opacity": 0.35}, "synthetic", MADE_SIDE),
        layer({"type": "tick", "thickness": 2, "width": {"band": 1}}, "synthetic", MADE_SIDE),
    ]


def _ticks(bins: list[str]) -> list[str]:
    """Evenly spaced bins whose labels fit beside each other; "missing" is always among them."""
    wide = max(map(len, bins)) * _LETTER_PIXELS + 10
    step = math.ceil(len(bins) / max(1, min(TICKS_MAX, int(_AXIS_PIXELS // wide))))
    found = bins[::step]
    if bins[-1] == MISSING and found[-1] != MISSING:
        near = (len(bins) - 1) % step * _AXIS_PIXELS / len(bins) < wide
        found = [*(found[:-1] if near else found), MISSING]
    return found


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


def _height(rows: int, each: int) -> int:
    return max(rows * each, 30)
