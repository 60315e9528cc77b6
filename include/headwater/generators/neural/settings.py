"""Checks of the settings of the neural members: each names the setting, what it takes, and the cure. Trains nothing."""

from __future__ import annotations

import math
from typing import Any

from headwater.generators.errors import SettingsError

DISTRIBUTIONS = ("norm", "beta", "truncnorm", "uniform", "gamma", "gaussian_kde")
"""Names of the marginal distributions that ``copula_gan`` takes; SDV's own names."""


def whole(kind: str, name: str, value: Any, least: int) -> int:
    """``value`` if it is a whole number from ``least``, else SettingsError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise SettingsError(f"{kind}: {name} is a whole number from {least}, not {value!r}; correct it in the settings")
    return value


def real(kind: str, name: str, value: Any, *, zero: bool) -> float:
    """``value`` as float if it is finite and above 0 (or 0 itself, where ``zero``), else SettingsError."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value) or value < 0 or (value == 0 and not zero):
        takes = "a number from 0" if zero else "a number above 0"
        # YAML 1.1 reads 2e-4 as a text: the point is what makes it a number.
        cure = f"write it as {float(value):.1e}" if _reads_as_number(value) else "correct it in the settings"
        raise SettingsError(f"{kind}: {name} is {takes}, not {value!r}; {cure}")
    return float(value)


def flag(kind: str, name: str, value: Any) -> bool:
    """``value`` if it is true or false, else SettingsError."""
    if not isinstance(value, bool):
        raise SettingsError(f"{kind}: {name} is true or false, not {value!r}; correct it in the settings")
    return value


def sizes(kind: str, name: str, value: Any) -> tuple[int, ...]:
    """``value`` as a tuple if it is a list of at least one whole number from 1, else SettingsError."""
    is_list = isinstance(value, list | tuple) and len(value) > 0
    if not is_list or any(isinstance(one, bool) or not isinstance(one, int) or one < 1 for one in value):
        takes = "a list with the size of each hidden layer, whole numbers from 1"
        raise SettingsError(f"{kind}: {name} is {takes}, not {value!r}; write it as [256, 256]")
    return tuple(value)


def distribution(kind: str, name: str, value: Any) -> str:
    """``value`` if it is one of :data:`DISTRIBUTIONS`, else SettingsError."""
    if not isinstance(value, str) or value not in DISTRIBUTIONS:
        raise SettingsError(f"{kind}: {name} is one of {', '.join(DISTRIBUTIONS)}, not {value!r}; choose one of these")
    return value


def batch(kind: str, batch_size: Any, pac: Any) -> None:
    """SettingsError unless ``batch_size`` is even and a multiple of ``pac``, as CTGAN's critic needs it."""
    whole(kind, "pac", pac, 1)
    whole(kind, "batch_size", batch_size, 2)
    step = math.lcm(2, pac)
    if batch_size % step:
        near = max(step, round(batch_size / step) * step)
        rule = f"a multiple of 2 and of pac ({pac})"
        raise SettingsError(f"{kind}: batch_size is {rule}, not {batch_size}; use {near}, or another pac")


def _reads_as_number(value: Any) -> bool:
    try:
        return isinstance(value, str) and float(value) > 0 and math.isfinite(float(value))
    except ValueError:
        return False
