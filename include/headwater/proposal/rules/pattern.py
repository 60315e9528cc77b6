"""Columns of which some cell is always empty: values missing together, and amounts or flags that rule each other out.

Two columns that are each on or off have four kinds of rows. A kind that never occurs, though it should in 50 rows or
more were they unrelated, is a rule; so ``capital-gain`` and ``capital-loss`` are never both above zero.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.proposal.finding import Finding
from headwater.proposal.rules.rule import COLUMNS_MAX, EVIDENCE_MIN, Found, Rule, named

ZERO_MIN = 0.05
"""Share of rows in which an amount is zero, from which zero means that there is none."""


def look(frame: pd.DataFrame, findings: Sequence[Finding], together: Sequence[set[str]]) -> Found:
    """Expressions; ``together`` are groups of columns whose combinations are kept already."""
    learned = [found for found in findings if found.sdtype not in ("id", "pii") and named(found.name) is not None]
    return Found((*_missing(frame, learned, together), *_ruled_out(frame, learned, together)))


def _missing(frame: pd.DataFrame, findings: Sequence[Finding], together: Sequence[set[str]]) -> list[Rule]:
    masks = {found.name: frame[found.name].isna().to_numpy() for found in findings if found.options.get("nullable")}
    masks = {name: mask for name, mask in list(masks.items())[:COLUMNS_MAX] if 0 < mask.mean() < 1}
    rules: list[Rule] = []
    twins: set[str] = set()
    for first, second in combinations(masks, 2):
        if any({first, second} <= group for group in together) or second in twins:
            continue
        one, other = masks[first], masks[second]
        p, q, rows = one.mean(), other.mean(), len(one)
        if (one == other).all() and rows * 2 * p * (1 - p) >= EVIDENCE_MIN:
            twins.add(second)  # a third one is held against the first alone
            text = f"is_null({named(first)}) == is_null({named(second)})"
            rules.append(_expression(text, rows * 2 * p * (1 - p), "missing together"))
            continue
        for here, there, chance in ((first, second, p * (1 - q)), (second, first, q * (1 - p))):
            if rows * chance >= EVIDENCE_MIN and not (masks[here] & ~masks[there]).any():
                text = f"{named(here)} is not null or {named(there)} is null"
                rules.append(_expression(text, rows * chance, f"where {here!r} is missing, {there!r} is too"))
    return rules


def _ruled_out(frame: pd.DataFrame, findings: Sequence[Finding], together: Sequence[set[str]]) -> list[Rule]:
    switches: dict[str, NDArray[np.float64]] = {}
    for found in findings:
        on = _on(frame[found.name], found.sdtype)
        if on is not None and len(switches) < COLUMNS_MAX:
            switches[found.name] = on
    flags = {found.name for found in findings if found.sdtype == "boolean"}
    rules: list[Rule] = []
    for first, second in combinations(switches, 2):
        if any({first, second} <= group for group in together):
            continue
        known = ~(np.isnan(switches[first]) | np.isnan(switches[second]))
        one, other = switches[first][known] > 0, switches[second][known] > 0
        for a, b in ((True, True), (True, False), (False, True), (False, False)):
            chance = float((one == a).mean() * (other == b).mean()) if known.any() else 0.0
            if len(one) * chance < EVIDENCE_MIN or ((one == a) & (other == b)).any():
                continue
            sides = [_is(name, not on, name in flags) for name, on in ((first, a), (second, b))]
            rules.append(_expression(" or ".join(sides), len(one) * chance, ""))
    return rules


def _on(values: pd.Series, sdtype: str) -> NDArray[np.float64] | None:
    """1 where a flag is set or an amount is not zero, 0 where it is, NaN where missing; None for other columns."""
    if sdtype not in ("boolean", "numerical"):
        return None
    real = values.to_numpy(dtype="float64", na_value=np.nan)
    given = real[~np.isnan(real)]
    if not len(given) or given.min() < 0 or not ZERO_MIN <= (given == 0).mean() < 1:
        return None
    return np.where(np.isnan(real), np.nan, real != 0)


def _is(name: str, on: bool, is_flag: bool) -> str:
    if is_flag:
        return str(named(name)) if on else f"not {named(name)}"
    return f"{named(name)} {'!=' if on else '=='} 0"


def _expression(text: str, evidence: float, told: str) -> Rule:
    return Rule({"kind": "expression", "rule": text}, float(evidence), told)
