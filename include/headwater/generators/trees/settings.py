"""Checks of settings that members made of trees share. Each error names kind, setting and cure."""

from __future__ import annotations

import math
from typing import Any

from headwater.generators.errors import SettingsError

LEAF = 20
"""Fewest real rows in a leaf when the setting is left out."""


def leaf_for(kind: str, leaf: int | None, rows: int) -> int:
    """Fewest real rows in a leaf of a table of ``rows`` rows. Raises: SettingsError, where that is more than all."""
    if leaf is None:
        return min(LEAF, rows)
    if leaf > rows:
        cure = f"set leaf to at most {rows // 2}, or leave it out"
        raise SettingsError(f"{kind}: leaf is {leaf}, but the table has {rows} rows to learn from; {cure}")
    return leaf


def check_amount(kind: str, name: str, given: Any) -> None:
    """SettingsError unless ``given`` is a finite number from 0."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not 0 <= given < math.inf:
        raise SettingsError(f"{kind}: {name} is a number from 0, not {given!r}")
