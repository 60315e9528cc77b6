"""Coverage and TSTR by generation as an SVG: a row of panels a table and generator, a line a regime. Drawn by hand.

Belongs here: the picture. Does not: choosing what is in it (every measured chain is; lines are medians over seeds). As
in ``benchmarks/fidelity/frontier.py`` no library draws it, and a light ground is part of it.
"""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from benchmarks.collapse.regimes import WORDS
from benchmarks.collapse.summary import chains, first_alarm

Row = dict[str, Any]
Line = list[tuple[int, float]]
WIDTH, HEIGHT, TOP, GAP = 560, 300, 96, 16
LEFT, RIGHT, ABOVE, BELOW = 56, 14, 34, 44
SHOWN = {"coverage": "k-NN coverage of held-out rows", "tstr": "TSTR AUC on held-out rows"}
_COLOURS = dict(zip(WORDS, ("#dc2626", "#ea580c", "#1d4ed8", "#15803d", "#0e7490", "#7e22ce", "#65a30d"), strict=True))
_DASHED = {"guarded_no_new_real": ' stroke-dasharray="6 5"'}
"""Mostly the same nights as those of ``guarded``, which lies below and shows through."""
_STYLE = (
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:#1f2937;font-size:12px}"
    ".head{font-size:17px;font-weight:600}.name{font-size:13px;font-weight:600}.axis{fill:#4b5563;font-size:11px}"
    ".grid{stroke:#e5e7eb}.frame{stroke:#9ca3af;fill:none}.line{fill:none;stroke-width:2}"
)


@dataclass(frozen=True)
class Panel:
    """One figure of one table and generator: its corner, its lines, the ends of its axes."""

    x: float
    y: float
    lines: dict[str, Line]
    alarms: dict[str, int]
    last: int
    low: float
    high: float

    def across(self, generation: float) -> float:
        """Place of a generation, in pixels."""
        share = (generation - 1) / max(self.last - 1, 1)
        return self.x + LEFT + share * (WIDTH - LEFT - RIGHT)

    def down(self, value: float) -> float:
        """Place of a value, in pixels."""
        share = (self.high - value) / (self.high - self.low)
        return self.y + ABOVE + share * (HEIGHT - ABOVE - BELOW)


def picture(rows: list[Row]) -> str:
    """The picture of all measured chains: SVG text."""
    groups = list(dict.fromkeys((row["table"], row["generator"]) for row in rows))
    width, height = 2 * WIDTH + 3 * GAP, TOP + max(len(groups), 1) * (HEIGHT + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-label="Coverage and TSTR by generation, a line a regime">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text class="head" x="{GAP + 4}" y="30">Generations that learn from generations</text>',
        f'<text class="axis" x="{GAP + 4}" y="50">Medians over the seeds. A ring: the first alarm of the watch.</text>',
        *_legend(list(dict.fromkeys(row["regime"] for row in rows))),
    ]
    for place, group in enumerate(groups):
        own = [row for row in rows if (row["table"], row["generator"]) == group]
        for column, name in enumerate(SHOWN):
            panel = _panel(own, name, GAP + column * (WIDTH + GAP), TOP + place * (HEIGHT + GAP))
            if panel is not None:
                parts.extend(_drawn(panel, f"{group[0]}, {group[1]}: {SHOWN[name]}"))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _legend(regimes: list[str]) -> Iterator[str]:
    x = float(GAP + 4)
    for regime in regimes:
        yield f'<line class="line" x1="{x:.0f}" y1="72" x2="{x + 22:.0f}" y2="72" {_stroke(regime)}/>'
        yield f'<text x="{x + 28:.0f}" y="76">{escape(regime)}</text>'
        x += 48 + 7 * len(regime)


def _panel(rows: list[Row], name: str, x: float, y: float) -> Panel | None:
    lines: dict[str, Line] = {}
    alarms: dict[str, int] = {}
    for regime in dict.fromkeys(row["regime"] for row in rows):
        by_generation: dict[int, list[float]] = {}
        own = [row for row in rows if row["regime"] == regime]
        for row in own:
            if row[name] is not None:
                by_generation.setdefault(row["generation"], []).append(row[name])
        if by_generation:
            lines[regime] = [(at, statistics.median(found)) for at, found in sorted(by_generation.items())]
        seen = [at for chain in chains(own) if (at := first_alarm(chain)) is not None]
        if seen:
            alarms[regime] = round(statistics.median(seen))
    values = [value for line in lines.values() for _, value in line]
    if not values:
        return None
    margin = max(0.02 * (max(values) - min(values)), 0.002)
    last = max(at for line in lines.values() for at, _ in line)
    return Panel(x, y, lines, alarms, last, min(values) - margin, max(values) + margin)


def _stroke(regime: str) -> str:
    return f'stroke="{_COLOURS[regime]}"{_DASHED.get(regime, "")}'


def _drawn(panel: Panel, title: str) -> Iterator[str]:
    yield f'<g><text class="name" x="{panel.x + LEFT}" y="{panel.y + 22}">{escape(title)}</text>'
    left, right = panel.across(1), panel.across(max(panel.last, 2))
    top, bottom = panel.down(panel.high), panel.down(panel.low)
    for step in range(5):
        value = panel.low + step * (panel.high - panel.low) / 4
        y = panel.down(value)
        text = f"{value:.3f}".replace("0.", ".", 1)
        yield f'<line class="grid" x1="{left:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}"/>'
        yield f'<text class="axis" x="{left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
    for generation in range(1, panel.last + 1, max(1, panel.last // 10)):
        x = panel.across(generation)
        yield f'<text class="axis" x="{x:.1f}" y="{bottom + 16:.1f}" text-anchor="middle">{generation}</text>'
    size = f'width="{right - left:.1f}" height="{bottom - top:.1f}"'
    yield f'<rect class="frame" x="{left:.1f}" y="{top:.1f}" {size}/>'
    yield f'<text class="axis" x="{(left + right) / 2:.1f}" y="{bottom + 33:.1f}" text-anchor="middle">'
    yield "generation</text>"
    for regime, line in panel.lines.items():
        points = " ".join(f"{panel.across(at):.1f},{panel.down(value):.1f}" for at, value in line)
        yield f'<polyline class="line" points="{points}" {_stroke(regime)}><title>{regime}</title></polyline>'
        alarm = panel.alarms.get(regime)
        for at, value in line:
            if at == alarm:
                place = f'cx="{panel.across(at):.1f}" cy="{panel.down(value):.1f}"'
                yield f'<circle {place} r="5" fill="#ffffff" stroke="{_COLOURS[regime]}" stroke-width="2"/>'
    yield "</g>"
