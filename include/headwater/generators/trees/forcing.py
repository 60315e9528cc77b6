"""Draws from the donors of a leaf that meet a condition, and how likely that is in each leaf.

A row is drawn inside the condition and kept with the chance that its leaf meets the condition, as a part of the best
leaf's chance. Kept rows follow the exact conditional distribution, as those of plain rejection do, with fewer draws.
"""

from __future__ import annotations

import numpy as np

from headwater.generators.conditions import Wanted
from headwater.generators.trees.donors import Donors

Forced = tuple[np.ndarray, np.ndarray]
"""The forced values, and the chance to keep each row: both of shape ``(rows,)``. Values kept at 0 may be any."""


def force_codes(donors: Donors, nodes: np.ndarray, uniform: np.ndarray, wanted: Wanted) -> Forced:
    """A code that ``wanted`` allows for each row."""
    codes = donors.low.astype(np.int32)
    chosen, _, keep = _choose(donors, nodes, uniform, wanted.holds(codes, None).astype(np.float64))
    return codes[chosen], keep


def force_numbers(donors: Donors, nodes: np.ndarray, uniform: np.ndarray, wanted: Wanted, base: int) -> Forced:
    """A number within ``wanted`` for each row; an interval may be met in part. Donors count from ``base``."""
    step = 0.0 if donors.low.dtype.kind == "f" else 1.0
    low = donors.low.astype(np.float64)
    length = (np.zeros(len(low)) if donors.span is None else donors.span.astype(np.float64)) + step
    begin, end = np.maximum(low, wanted.low - base), np.minimum(low + length, wanted.high - base + step)
    overlap = np.clip(end - begin, 0.0, None)
    safe = np.where(length > 0, length, 1.0)
    part = np.where(length > 0, overlap / safe, (begin <= end).astype(np.float64))
    chosen, within, keep = _choose(donors, nodes, uniform, part)
    place = (begin[chosen] - low[chosen] + within * overlap[chosen]) / safe[chosen]
    return donors.at(chosen, np.clip(place, 0.0, np.nextafter(1.0, 0.0))), keep


def _choose(
    donors: Donors, nodes: np.ndarray, uniform: np.ndarray, part: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A donor for each row by ``part`` (in [0, 1], the part of each donor that meets the condition).

    Returns:
        the donor, the place in its part (in [0, 1)), and the chance to keep the row.
    """
    total = np.append(0.0, np.cumsum(part))
    mass = total[donors.start + donors.count] - total[donors.start]
    share = mass / np.maximum(donors.count, 1)
    top = share.max()
    begin = total[donors.start[nodes]]
    target = begin + uniform * mass[nodes]
    last = donors.start[nodes] + donors.count[nodes] - 1
    chosen = np.clip(np.searchsorted(total, target, side="right") - 1, donors.start[nodes], last)
    within = np.clip((target - total[chosen]) / np.where(part[chosen] > 0, part[chosen], 1.0), 0.0, 1.0)
    return chosen, within, (share[nodes] / top if top > 0 else np.zeros(len(nodes)))
