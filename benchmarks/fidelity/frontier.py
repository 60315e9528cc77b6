"""The frontier as an SVG: nearness against C2ST AUC, a panel a table, a point an entry. Drawn by hand.

Belongs here: the picture. Does not: choosing what is in it (every measured row is). No library of the lock writes SVG
without a browser (Altair needs vl-convert), and a scatter needs none. A light ground is part of the picture, so that
it reads on dark pages too.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from benchmarks.fidelity.labels import Box, place_labels
from benchmarks.fidelity.report import title

WIDTH, HEIGHT, TOP, GAP = 620, 470, 84, 16
LEFT, RIGHT, ABOVE, BELOW = 62, 18, 34, 52
C2ST_TARGETS = {"census": 0.53}
"""AUC of a score of .94; for every other table :data:`C2ST_TARGET`."""
C2ST_TARGET = 0.56
NEARNESS_TARGET = 0.51
_FLOOR = 0.004
"""An AUC this far above .5, or nearer, is drawn at the left edge: the axis is logarithmic in AUC - .5."""
_TICKS = (0.51, 0.52, 0.53, 0.56, 0.6, 0.7, 0.8, 1.0)
_COLOURS = {
    "real": "#111111",
    "independent": "#6b7280",
    "trees": "#15803d",
    "logit_trees": "#65a30d",
    "mixture": "#1d4ed8",
    "ensemble": "#0e7490",
    "gaussian_copula": "#c2410c",
    "ctgan": "#be185d",
    "tvae": "#7e22ce",
    "copula_gan": "#a16207",
}
_OTHER = "#475569"
_STYLE = (
    "text{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif;fill:#1f2937;font-size:12px}"
    ".head{font-size:17px;font-weight:600}.name{font-size:14px;font-weight:600}.axis{fill:#4b5563;font-size:11px}"
    ".grid{stroke:#e5e7eb}.frame{stroke:#9ca3af;fill:none}.ideal{stroke:#6b7280;stroke-dasharray:2 3}"
    ".target{stroke:#dc2626;stroke-dasharray:6 4}.aim{fill:#b91c1c;font-size:11px}.good{fill:#dcfce7}"
    ".link{stroke:#9ca3af;stroke-width:.8}"
)
_HOW_TO_READ = (
    "Left: rows cannot be told from real ones. Dotted line: as near to held-out as to training rows.",
    "Green: both targets met. Dots are medians over the seeds, crosses their ranges.",
)
Row = dict[str, Any]


@dataclass(frozen=True)
class Panel:
    """One table's part of the picture: its corner, its rows, and the ends of the nearness axis."""

    x: float
    y: float
    rows: list[Row]
    low: float
    high: float

    def across(self, auc: float) -> float:
        """Place of an AUC, in pixels."""
        reach = math.log(0.5 / _FLOOR)
        share = math.log(max(auc - 0.5, _FLOOR) / _FLOOR) / reach
        return self.x + LEFT + share * (WIDTH - LEFT - RIGHT)

    def down(self, nearness: float) -> float:
        """Place of a nearness share, in pixels."""
        share = (self.high - nearness) / (self.high - self.low)
        return self.y + ABOVE + share * (HEIGHT - ABOVE - BELOW)


def frontier(rows: list[Row]) -> str:
    """The picture of all measured rows: SVG text. The census table, which has the targets, comes first."""
    rows = [row for row in rows if row.get("nearness_share") is not None and row.get("c2st_gb_auc") is not None]
    tables = sorted(dict.fromkeys(row["table"] for row in rows), key=lambda table: table not in C2ST_TARGETS)
    columns = min(2, max(1, len(tables)))
    lines = -(-len(tables) // columns)
    width = columns * WIDTH + (columns + 1) * GAP
    height = TOP + lines * (HEIGHT + GAP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'role="img" aria-label="Nearness share against C2ST AUC of every generator and setting measured">',
        f"<style>{_STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text class="head" x="{GAP + 4}" y="30">Fidelity against memory: every generator and setting measured</text>',
        *(f'<text class="axis" x="{GAP + 4}" y="{50 + 17 * n}">{line}</text>' for n, line in enumerate(_HOW_TO_READ)),
    ]
    for place, table in enumerate(tables):
        x, y = GAP + place % columns * (WIDTH + GAP), TOP + place // columns * (HEIGHT + GAP)
        parts.extend(_panel(table, [row for row in rows if row["table"] == table], x, y))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _panel(table: str, rows: list[Row], x: float, y: float) -> Iterator[str]:
    every = [row.get("ranges", {}).get("nearness_share", [row["nearness_share"]]) for row in rows]
    low, high = _ends([float(share) for shares in every for share in shares])
    panel = Panel(x, y, rows, low, high)
    aim = C2ST_TARGETS.get(table, C2ST_TARGET)
    yield f'<g><text class="name" x="{x + LEFT}" y="{y + 20}">{escape(table)}</text>'
    yield from _good_region(panel, aim)
    yield from _axes(panel)
    yield from _targets(panel, aim)
    yield from _points(panel, aim)
    yield "</g>"


def _good_region(panel: Panel, aim: float) -> Iterator[str]:
    """Where both targets are met."""
    left, right, y = panel.across(0.5), panel.across(aim), panel.down(NEARNESS_TARGET)
    size = f'width="{right - left:.1f}" height="{panel.down(panel.low) - y:.1f}"'
    yield f'<rect class="good" x="{left:.1f}" y="{y:.1f}" {size}/>'


def _targets(panel: Panel, aim: float) -> Iterator[str]:
    """The targets and the ideal as lines."""
    left, right = panel.across(0.5), panel.across(1.0)
    top, bottom = panel.down(panel.high), panel.down(panel.low)
    x, y, ideal = panel.across(aim), panel.down(NEARNESS_TARGET), panel.down(0.5)
    yield f'<line class="target" x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}"/>'
    yield f'<line class="target" x1="{left:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}"/>'
    yield f'<line class="ideal" x1="{left:.1f}" y1="{ideal:.1f}" x2="{right:.1f}" y2="{ideal:.1f}"/>'
    yield f'<text class="aim" x="{x + 4:.1f}" y="{top + 13:.1f}">target: AUC ≤ {_short(aim)}</text>'
    words = f"target: nearness ≤ {_short(NEARNESS_TARGET)}"
    yield f'<text class="aim" x="{left + 4:.1f}" y="{y - 4:.1f}">{words}</text>'


def _short(value: float) -> str:
    """Without the leading zero, as in .53."""
    return f"{value:g}".replace("0.", ".", 1)


def _axes(panel: Panel) -> Iterator[str]:
    left, right = panel.across(0.5), panel.across(1.0)
    top, bottom = panel.down(panel.high), panel.down(panel.low)
    yield f'<text class="axis" x="{left:.1f}" y="{bottom + 16:.1f}" text-anchor="middle">≤ .504</text>'
    for tick in _TICKS:
        x = panel.across(tick)
        yield f'<line class="grid" x1="{x:.1f}" y1="{top:.1f}" x2="{x:.1f}" y2="{bottom:.1f}"/>'
        yield f'<text class="axis" x="{x:.1f}" y="{bottom + 16:.1f}" text-anchor="middle">{_short(tick)}</text>'
    for tick in _steps(panel.low, panel.high):
        y = panel.down(tick)
        yield f'<line class="grid" x1="{left:.1f}" y1="{y:.1f}" x2="{right:.1f}" y2="{y:.1f}"/>'
        text = f"{tick:.2f}".replace("0.", ".", 1)
        yield f'<text class="axis" x="{left - 6:.1f}" y="{y + 4:.1f}" text-anchor="end">{text}</text>'
    size = f'width="{right - left:.1f}" height="{bottom - top:.1f}"'
    yield f'<rect class="frame" x="{left:.1f}" y="{top:.1f}" {size}/>'
    middle, centre = (left + right) / 2, (top + bottom) / 2
    words = "C2ST AUC, gradient boosting (.5 is best; logarithmic above .5)"
    yield f'<text class="axis" x="{middle:.1f}" y="{bottom + 36:.1f}" text-anchor="middle">{words}</text>'
    x, words = panel.x + 18, "nearness share (.5 is best)"
    turned = f'text-anchor="middle" transform="rotate(-90 {x:.1f} {centre:.1f})"'
    yield f'<text class="axis" x="{x:.1f}" y="{centre:.1f}" {turned}>{words}</text>'


def _points(panel: Panel, aim: float) -> Iterator[str]:
    """A dot each, hollow for the references, with its name beside it."""
    places = [(panel.across(row["c2st_gb_auc"]), panel.down(row["nearness_share"])) for row in panel.rows]
    frame = Box(panel.across(0.5), panel.down(panel.high), panel.across(1.0), panel.down(panel.low))
    labels = place_labels(places, [title(row) for row in panel.rows], frame, _occupied(panel, aim, frame))
    for row, (x, y), label in zip(panel.rows, places, labels, strict=True):
        colour = _COLOURS.get(row["generator"], _OTHER)
        yield _spread(panel, row, x, y, colour)
        hollow = row["generator"] in ("real", "independent")
        fill = "#ffffff" if hollow else colour
        if label.far:
            yield f'<line class="link" x1="{x:.1f}" y1="{y:.1f}" x2="{label.to_x:.1f}" y2="{label.y - 4:.1f}"/>'
        told = f"{title(row)}: C2ST AUC {row['c2st_gb_auc']:.3f}, nearness {row['nearness_share']:.3f}"
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{fill}" stroke="{colour}" stroke-width="2">'
        yield f"<title>{escape(told)}</title></circle>"
        yield f'<text x="{label.x:.1f}" y="{label.y:.1f}" style="fill:{colour}">{escape(title(row))}</text>'


def _occupied(panel: Panel, aim: float, frame: Box) -> list[Box]:
    """The target lines and their words, which names must not cover."""
    x, y = panel.across(aim), panel.down(NEARNESS_TARGET)
    lines = [Box(x - 1, frame.top, x + 1, frame.bottom), Box(frame.left, y - 1, frame.right, y + 1)]
    words = [Box(x + 2, frame.top, x + 104, frame.top + 18), Box(frame.left, y - 16, frame.left + 132, y)]
    return lines + words


def _spread(panel: Panel, row: Row, x: float, y: float, colour: str) -> str:
    """A thin cross from least to greatest over the seeds."""
    ranges = row.get("ranges", {})
    left, right = (panel.across(end) for end in ranges.get("c2st_gb_auc", [row["c2st_gb_auc"]] * 2))
    bottom, top = (panel.down(end) for end in ranges.get("nearness_share", [row["nearness_share"]] * 2))
    across = f"M{left:.1f} {y:.1f}H{right:.1f}"
    return f'<path d="{across}M{x:.1f} {top:.1f}V{bottom:.1f}" stroke="{colour}" stroke-opacity=".45"/>'


def _ends(shares: list[float]) -> tuple[float, float]:
    """The axis holds every point, .5 and the target, and is no narrower than .47 to .56; whole hundredths."""
    low = min([0.47, *(share - 0.005 for share in shares)])
    high = max([0.56, *(share + 0.005 for share in shares)])
    return math.floor(low * 100) / 100, math.ceil(high * 100) / 100


def _steps(low: float, high: float) -> list[float]:
    """Ticks between the ends: at most about ten."""
    step = next(step for step in (0.01, 0.02, 0.05, 0.1, 0.2) if (high - low) / step <= 10)
    first = math.ceil(low / step - 1e-9)
    return [round(step * count, 2) for count in range(first, math.floor(high / step + 1e-9) + 1)]
