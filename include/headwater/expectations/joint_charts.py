"""The pictures of joint findings: a table of two columns, and cells of whole rows.

Belongs here: what shows several columns at once. Does not: pictures of single columns and of values (``charts.py``).
"""

from __future__ import annotations

from typing import Any

from headwater.checks.result import CheckResult
from headwater.expectations.chart_parts import (
    INK,
    LETTER,
    LIMIT,
    MADE_SIDE,
    REAL_SIDE,
    SYNTHETIC,
    Chart,
    Figures,
    apart,
    colour,
    counted,
    figures,
    framed,
    hidden,
    named,
    short,
    told,
)

WRITTEN_MAX = 12
"""Columns of a table up to which its figures are written into it."""
POINTS_MIN = 0.1
"""Percentage points that have the full colour at least: chance alone is not painted red."""
THIN = "real rows, too few in the batch"
_ACROSS_PIXELS = 300


def pair_table(check: CheckResult) -> Chart | None:
    """Synthetic minus real share of every pair of bins of two columns: red too few, blue too many."""
    detail = check.detail
    real, made = (_table(detail.get(side)) for side in ("real", "synthetic"))
    columns, labels = detail.get("columns"), detail.get("labels")
    if not real or not made or not columns or not labels:
        return None
    sizes = len(real), len(real[0])
    if (len(made), len(made[0])) != sizes or len(columns) != 2 or len(labels) != 2:
        return None
    if any(side is not None and len(side) != size for side, size in zip(labels, sizes, strict=True)):
        return None
    names = [apart(side or list(map(hidden, range(1, size + 1)))) for side, size in zip(labels, sizes, strict=True)]
    rows = _pairs(names, real, made)
    if not rows:
        return None
    title = f"{short(columns[0])} (down) by {short(columns[1])} (across)"
    hint = "Batch minus real rows, percentage points. Red: too few rows. Blue: too many."
    across, down = (len({row[side] for row in rows}) for side in ("across", "down"))
    return framed(rows, _heat(rows, across), max(down * 26, 40), title, hint)


def cells(check: CheckResult) -> Chart | None:
    """A bar a cell for the real share, red where the batch keeps too little of it; a tick for the synthetic share."""
    sides, kept = figures(check.detail, "real", "synthetic"), check.detail.get("kept")
    if sides is None or not isinstance(kept, list) or len(kept) != len(sides[0]):
        return None
    ordered = sorted(zip(*sides, kept, strict=True), key=lambda cell: -cell[0])
    rows = [
        {"cell": place, "real": r, "synthetic": m, "is_kept": bool(keeps)}
        for place, (r, m, keeps) in enumerate(ordered, 1)
    ]
    x = named("cell", labels=False)
    x = {**x, "type": "ordinal", "title": "cells of real rows, largest first"}
    y = {"type": "quantitative", "title": "share of rows", "axis": {"format": "~%", "tickCount": 5}}
    clues = told(("cell", "cell", None), ("real", "real share", ".3%"), ("synthetic", "synthetic share", ".3%"))
    missed = sum(not row["is_kept"] for row in rows)
    others = [(THIN, LIMIT)] if missed else []
    bars = {
        "mark": {"type": "bar"},
        "encoding": {
            "x": x,
            "y": {**y, "field": "real"},
            "color": {**colour(REAL_SIDE, *others), "condition": {"test": "!datum.is_kept", "value": LIMIT}},
            "tooltip": clues,
        },
    }
    ticks = {
        "mark": {"type": "tick", "thickness": 2, "width": {"band": 0.9}, "opacity": 1},
        "encoding": {"x": x, "y": {**y, "field": "synthetic"}, "color": colour(MADE_SIDE, *others), "tooltip": clues},
    }
    return framed(rows, [bars, ticks], 150, f"The batch misses {counted(missed)} of {len(rows):,} cells of real rows")


def _table(found: object) -> list[Figures] | None:
    """A matrix of finite shares; None where it is none."""
    if not isinstance(found, list) or not found:
        return None
    rows = [figures({"row": row}, "row") for row in found]
    whole = [row[0] for row in rows if row is not None]
    return whole if len(whole) == len(found) and len({len(row) for row in whole}) == 1 else None


def _pairs(names: list[list[str]], real: list[Figures], made: list[Figures]) -> list[dict[str, Any]]:
    """A row a pair of bins, without bins that hold nothing on either side; ``points`` is what is too many."""
    both = [[r + m for r, m in zip(*lines, strict=True)] for lines in zip(real, made, strict=True)]
    down = [i for i, line in enumerate(both) if any(line)]
    across = [j for j in range(len(both[0])) if any(line[j] for line in both)]
    return [
        {
            "down": names[0][i],
            "across": names[1][j],
            "real": real[i][j],
            "synthetic": made[i][j],
            "points": round((made[i][j] - real[i][j]) * 100, 6),
        }
        for i in down
        for j in across
    ]


def _heat(rows: list[dict[str, Any]], across: int) -> list[Chart]:
    clues = told(
        ("down", "down", None),
        ("across", "across", None),
        ("real", "real share", ".3%"),
        ("synthetic", "synthetic share", ".3%"),
        ("points", "percentage points", "+.3f"),
    )
    most = max(POINTS_MIN, *(abs(row["points"]) for row in rows))
    longest = max(len(row["across"]) for row in rows)
    x = named("across", labelAngle=0 if longest * LETTER * across < _ACROSS_PIXELS else -40, labelLimit=100)
    y = named("down")
    scale = {"domain": [-most, 0, most], "range": [LIMIT, "#f5f7f9", SYNTHETIC], "interpolate": "rgb"}
    rects = {
        "mark": {"type": "rect", "stroke": "#fff", "strokeWidth": 1},
        "encoding": {
            "x": x,
            "y": y,
            "color": {"field": "points", "type": "quantitative", "scale": scale, "legend": None},
            "tooltip": clues,
        },
    }
    if across > WRITTEN_MAX:
        return [rects]
    strong = f"datum.points > {most * 0.55} || datum.points < {-most * 0.55}"
    figure = {"field": "points", "type": "quantitative", "format": "+.1f"}
    written = {
        "transform": [{"filter": "datum.points >= 0.05 || datum.points <= -0.05"}],
        "mark": {"type": "text", "fontSize": 10},
        "encoding": {
            "x": x,
            "y": y,
            "text": figure,
            "tooltip": clues,
            "color": {"condition": {"test": strong, "value": "#fff"}, "value": INK},
        },
    }
    return [rects, written]
