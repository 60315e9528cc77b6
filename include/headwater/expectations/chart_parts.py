"""What the pictures of checks share: colours, the frame, names that may be shown, figures that can be drawn.

Belongs here: parts of Vega-Lite 6. Does not: any whole picture (``charts.py``, ``trend.py``), what may be shown (the
checks leave hidden names out), HTML. A name is data and never part of an expression: pages are drawn without eval.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
REAL, SYNTHETIC, LIMIT = "#98a2b3", "#1f6feb", "#d1242f"
INK, SOFT, LINE = "#1b2430", "#5b6776", "#dfe4ea"
REAL_SIDE, MADE_SIDE = "real rows", "the batch"
WIDTH = 470
"""Of the whole picture in pixels, axes and titles included."""
NAME_MAX = 40
"""Characters of a column's name in a title."""
LETTER = 6.5
"""Pixels of a letter of a label, about."""
LABEL_LIMIT = 130
"""Pixels of a label beside an axis; what is longer ends in an ellipsis."""
BARS_MAX = 25
"""Bars of a picture, at most."""
MISSING = "(missing)"
_CONFIG = {
    "view": {"stroke": None},
    "axis": {
        "grid": False,
        "domainColor": LINE,
        "tickColor": LINE,
        "labelColor": SOFT,
        "titleColor": SOFT,
        "labelFontSize": 11,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "titleLimit": 380,
    },
    "axisQuantitative": {"tickCount": 6},
    "legend": {
        "orient": "top",
        "title": None,
        "labelColor": SOFT,
        "symbolType": "square",
        "symbolOpacity": 1,
        "offset": 4,
    },
}

Chart = dict[str, Any]
Figures = list[float]


def framed(rows: list[dict[str, Any]], layers: list[Chart], height: int, title: str, hint: str = "") -> Chart:
    """A whole picture: layers over the same rows, a title, and a line of what to see in it."""
    headline = {"text": title, "fontSize": 12, "fontWeight": 600, "color": INK}
    second = {"subtitle": hint, "subtitleFontSize": 11, "subtitleColor": SOFT, "subtitlePadding": 4}
    return {
        "$schema": SCHEMA,
        "data": {"values": rows},
        "width": WIDTH,
        "height": height,
        "autosize": {"type": "fit-x", "contains": "padding"},
        "title": {**headline, **(second if hint else {}), "anchor": "start", "frame": "bounds", "limit": WIDTH - 10},
        "layer": layers,
        "config": _CONFIG,
    }


def colour(side: str, *others: tuple[str, str]) -> Chart:
    """The colour of a side and its place in the legend; ``others`` are further sides and their colours."""
    sides = [(REAL_SIDE, REAL), (MADE_SIDE, SYNTHETIC), *others]
    scale = {"domain": [name for name, _ in sides], "range": [drawn for _, drawn in sides]}
    return {"datum": side, "scale": scale}


def named(field: str, **axis: Any) -> Chart:
    """An axis of names or bins, in the order of the rows."""
    look = {"labelLimit": LABEL_LIMIT, "ticks": False, "domain": False, "labelPadding": 5, **axis}
    return {"field": field, "type": "nominal", "sort": None, "title": None, "axis": look}


def told(*fields: tuple[str, str, str | None]) -> list[Chart]:
    """What the pointer is told: field, title and format, None for a name."""
    return [
        {"field": field, "title": title, **({"type": "quantitative", "format": form} if form else {"type": "nominal"})}
        for field, title, form in fields
    ]


def figures(detail: Mapping[str, Any], *keys: str) -> list[Figures] | None:
    """The lists of numbers under ``keys``; None unless all are there, equally long, not empty, and finite."""
    found = [detail.get(key) for key in keys]
    if not all(isinstance(side, list) and side and all(map(is_finite, side)) for side in found):
        return None
    sides: list[Figures] = [list(map(float, side or [])) for side in found]
    return sides if len({len(side) for side in sides}) == 1 else None


def is_finite(value: object) -> bool:
    """Whether JSON can hold it as a number."""
    return isinstance(value, int | float) and math.isfinite(value)


def short(name: str) -> str:
    """A column's name, cut where a title would lose what follows it."""
    return name if len(name) <= NAME_MAX else name[: NAME_MAX - 1] + "…"


def apart(names: Sequence[str]) -> list[str]:
    """The names with equal ones told apart, since an axis draws equal names as one; an empty one is made visible."""
    taken: set[str] = set()
    found = []
    for name in names:
        told_apart, number = name or "(empty)", 2
        while told_apart in taken:
            told_apart, number = f"{name or '(empty)'} ({number})", number + 1
        taken.add(told_apart)
        found.append(told_apart)
    return found


def counted(count: int) -> str:
    """A count in a sentence: ``none`` or ``1,204``."""
    return f"{count:,}" if count else "none"


def hidden(rank: int) -> str:
    """What stands for a name that may not be shown."""
    return f"no. {rank} (not shown)"


def height_of(rows: int, each: int) -> int:
    """Pixels of so many rows."""
    return max(rows * each, 30)
