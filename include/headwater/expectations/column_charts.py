"""The pictures of single columns: shares of categories, distributions over bins.

Belongs here: what shows one column on both sides. Does not: several columns at once (``joint_charts.py``), single
values (``charts.py``).
"""

from __future__ import annotations

import math
from typing import Any

from headwater.checks.result import CheckResult
from headwater.expectations.chart_parts import (
    BARS_MAX,
    LABEL_LIMIT,
    LETTER,
    LIMIT,
    MADE_SIDE,
    MISSING,
    REAL_SIDE,
    Chart,
    Figures,
    apart,
    colour,
    counted,
    figures,
    framed,
    height_of,
    hidden,
    named,
    short,
    told,
)

MISSING_MAX = 10
"""Missing categories that keep a bar though others are commoner."""
TICKS_MAX = 8
"""Labels below a distribution, at most; fewer where they are long."""
_AXIS_PIXELS = 400
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


def _category_bars(column: str, names: list[str | None], real: Figures, made: Figures) -> Chart | None:
    found = sorted(zip(names, real, made, strict=True), key=lambda row: (-row[1], 0 if row[1] else -row[2]))
    found = [row for row in found if row[1] > 0 or row[2] > 0]
    if not found:
        return None
    calls = apart([hidden(rank) if name is None else name for rank, (name, _, _) in enumerate(found, 1)])
    rows: list[dict[str, Any]] = [
        {"name": call, "real": r, "synthetic": m, "is_missing": r > 0 and m == 0}
        for call, (_, r, m) in zip(calls, found, strict=True)
    ]
    gone, total = sum(row["is_missing"] for row in rows), sum(row["real"] > 0 for row in rows)
    hint = f"The batch misses {counted(gone)} of {total:,} categories."
    if len(rows) > BARS_MAX:
        hint += f" {BARS_MAX} of {len(rows):,} are drawn."
    rows = _drawn(rows)
    title = f"{short(column)}: share of each category" + ("; its names are not shown" if None in names else "")
    return framed(rows, _paired_bars(rows), height_of(len(rows), 20), title, hint)


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
    x = {**named("name", values=ticks, labelAngle=0, ticks=True, domain=True), "scale": {"padding": 0, "round": True}}
    y = {"type": "quantitative", "title": "share of rows", "axis": {"format": "~%", "tickCount": 5}}

    def layer(mark: Chart, field: str, side: str) -> Chart:
        return {"mark": mark, "encoding": {"x": x, "y": {**y, "field": field}, "color": colour(side), "tooltip": _TOLD}}

    return [
        layer({"type": "bar", "opacity": 0.8}, "real", REAL_SIDE),
        layer({"type": "bar", "opacity": 0.22}, "synthetic", MADE_SIDE),
        layer({"type": "tick", "thickness": 2, "width": {"band": 1}, "opacity": 1}, "synthetic", MADE_SIDE),
    ]


def _ticks(bins: list[str]) -> list[str]:
    """Evenly spaced bins whose labels fit beside each other; "missing" is always among them."""
    wide = max(_wide(name) for name in bins if name != MISSING or len(bins) == 1)
    step = math.ceil(len(bins) / max(1, min(TICKS_MAX, int(_AXIS_PIXELS // wide))))
    found = bins[::step]
    if bins[-1] == MISSING and found[-1] != MISSING:
        room = (len(bins) - 1) % step * _AXIS_PIXELS / len(bins)
        found = [*(found[:-1] if room < (wide + _wide(MISSING)) / 2 else found), MISSING]
    return found


def _wide(label: str) -> float:
    """Pixels of a label with some air, as drawn at most."""
    return min(len(label) * LETTER, LABEL_LIMIT) + 10
