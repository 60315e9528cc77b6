"""Rows that meet conditions, by drawing and keeping: bounded in rows and therefore in time. Draws nothing itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from headwater.generators.bridge import Bridge
from headwater.generators.columns import encode
from headwater.generators.conditions import Wanted

CANDIDATES_A_ROW = 50
CANDIDATES = 200_000
"""At most ``50 n + 200,000`` candidates for ``n`` rows. Not seconds: the same seed must find the same rows."""

_FIRST, _MOST = 2_000, 20_000


def search(
    draw: Callable[[int, int], pd.DataFrame], meets: Callable[[pd.DataFrame], np.ndarray], n: int, seed: int
) -> pd.DataFrame:
    """Up to ``n`` rows that meet a condition.

    Args:
        draw: makes candidates from a number of rows and a seed.
        meets: bool of shape ``(rows,)`` for candidates.
        n: rows wanted, 1 or more.
        seed: decides the candidates.
    """
    found: list[pd.DataFrame] = []
    count, drawn, most = 0, 0, CANDIDATES_A_ROW * n + CANDIDATES
    seeds = np.random.SeedSequence(seed)
    size = _FIRST
    while count < n and drawn < most:
        size = min(size, most - drawn)
        rows = draw(size, int(seeds.spawn(1)[0].generate_state(1, np.uint64)[0] >> 1))
        kept = rows[meets(rows)].iloc[: n - count]
        found.append(kept)
        count, drawn = count + len(kept), drawn + size
        # As many as the rate so far asks for, with a tenth to spare; more and more while nothing is found.
        needed = (n - count) * drawn / count * 1.1 if count else size * 4
        size = int(min(max(needed, _FIRST), _MOST))
    return pd.concat([part for part in found if len(part)] or found[:1], ignore_index=True)


def seen_codes(rows: pd.DataFrame, bridge: Bridge) -> dict[int, np.ndarray]:
    """Position of each column of categories to the codes that real rows hold, ascending; -1 is missing."""
    columns = [(codec, bridge.schema.columns[codec.position]) for codec in bridge.codecs if codec.form == "codes"]
    return {codec.position: np.unique(encode(rows[column.name], column, codec)) for codec, column in columns}


def cannot_be_met(asked: dict[int, Wanted], bridge: Bridge, seen: dict[int, np.ndarray]) -> bool:
    """Whether no row that the member can make meets the conditions: then nothing need be drawn.

    Args:
        asked: the conditions by position.
        bridge: of the table.
        seen: as of :func:`seen_codes`.
    """
    if bridge.patterns and not bridge.patterns.allowed(asked).any():
        return True
    for codec in bridge.codecs:
        if codec.position not in asked:
            continue
        one = asked[codec.position]
        if codec.form == "null":
            possible = one.missing
        elif codec.form == "codes":
            possible = bool(one.holds(seen[codec.position], seen[codec.position] < 0).any())
        elif one.missing:
            possible = codec.position in bridge.gaps
        else:
            possible = one.low <= codec.high and one.high >= codec.low and one.low <= one.high
        if not possible:
            return True
    return False
