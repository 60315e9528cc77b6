"""What is asked of columns as intervals of their normal scores. Draws nothing; the draws are in ``conditional``."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from headwater.generators.bridge import Bridge
from headwater.generators.columns import Codec
from headwater.generators.conditions import Wanted
from headwater.generators.copula.marginals import Curve, Marginal, Steps
from headwater.generators.missing_patterns import NAME


def regions(
    asked: Mapping[int, Wanted], marginals: Mapping[str, Marginal], bridge: Bridge
) -> dict[str, np.ndarray] | None:
    """The scores that meet every condition, by the bridge's names; None when no row can.

    A condition on a value that is sometimes missing is one on the pattern too, and one on the column that leads the
    patterns is one on the pattern alone; one on a constant is met or not.

    Returns:
        for each conditioned name closed intervals, float64, shape ``(intervals, 2)``, at least one, rising and apart.
    """
    found: dict[str, np.ndarray] = {}
    gaps, leader = bridge.gaps, bridge.patterns.leader if bridge.patterns else None
    if bridge.patterns and (leader in asked or not asked.keys().isdisjoint(gaps)):
        pattern = marginals[NAME]
        assert isinstance(pattern, Steps)  # noqa: S101 - so compiled, and so checked when loaded
        found[NAME] = pattern.region(bridge.patterns.allowed(asked)[pattern.values])
    for position, one in asked.items():
        codec = bridge.codec(f"c{position}")
        if one.missing and codec.form != "null" and position not in gaps:
            return None
        if codec.form == "null" and not one.missing:
            return None
        if one.missing or position == leader:
            continue
        region = _of_value(one, codec, marginals.get(f"c{position}"), bridge.constants.get(position))
        if region is not None:
            found[f"c{position}"] = region
    return found if all(len(region) for region in found.values()) else None


def within(numbers: np.ndarray, one: Wanted, codec: Codec) -> np.ndarray:
    """Numbers cut off at the range asked for: drawn scores meet it up to rounding, numbers meet it exactly."""
    if codec.form in ("codes", "null") or one.missing:
        return numbers
    low, high = _range(one, codec)
    return np.clip(numbers, low, high)


def _of_value(one: Wanted, codec: Codec, marginal: Marginal | None, constant: Any) -> np.ndarray | None:
    """The region of a value; for a constant None when it meets the condition, else no interval."""
    if marginal is None:
        met = one.holds(np.array([constant]), None)[0]
        return None if met else np.zeros((0, 2))
    if codec.form == "codes":
        assert isinstance(marginal, Steps)  # noqa: S101 - so compiled, and so checked when loaded
        return marginal.region(one.holds(marginal.values, None))
    low, high = _range(one, codec)
    if low > high:
        return np.zeros((0, 2))
    if isinstance(marginal, Steps):
        return marginal.region((marginal.values >= low) & (marginal.values <= high))
    return _on_curve(low, high, codec, marginal)


def _on_curve(low: Any, high: Any, codec: Codec, marginal: Curve) -> np.ndarray:
    half = 0.5 if codec.form == "lattice" else 0.0  # half a step each way is rounded to the number
    reach = codec.high / 2 - codec.low / 2 if codec.form == "real" else codec.high - codec.low
    scale = 0.5 if codec.form == "real" else 1  # real numbers are halved, so that no range overflows float64
    begin = -1.0 if low <= codec.low else (low * scale - codec.low * scale - half) / reach
    end = 2.0 if high >= codec.high else (high * scale - codec.low * scale + half) / reach
    return marginal.region(float(begin), float(end))


def _range(one: Wanted, codec: Codec) -> tuple[Any, Any]:
    """What is asked, cut off at the range of the fitted rows; plain ints on a lattice."""
    return max(one.low, codec.low), min(one.high, codec.high)
