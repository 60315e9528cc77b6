"""Rows that meet conditions, from the tables or from SDV's sampler. The exact draws are in ``conditional``."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from headwater.generators.base import Conditional
from headwater.generators.bridge import Bridge
from headwater.generators.conditions import Wanted
from headwater.generators.copula.compiled import Compiled, joined
from headwater.generators.copula.conditional import draw_where
from headwater.generators.copula.regions import regions, within

_ROUND_ROWS = 2_000
_ROUNDS = 20


def numbers_where(
    compiled: Compiled, bridge: Bridge, asked: Mapping[int, Wanted], n: int, seed: int
) -> tuple[dict[str, np.ndarray], int]:
    """Numbers of up to ``n`` rows of the exact conditional distribution, by the bridge's names, and how many rows."""
    rng = np.random.Generator(np.random.PCG64(seed))
    asked_of = regions(asked, compiled.marginals, bridge)
    slots = {name: slot for slot, name in enumerate(compiled.marginals)}
    chunks = [np.zeros((len(slots), 0))]
    if asked_of is not None:
        chunks += draw_where(compiled.correlation, {slots[name]: one for name, one in asked_of.items()}, n, rng)
    numbers = joined([compiled.numbers(chunk, bridge) for chunk in chunks])
    for position, one in asked.items():
        if f"c{position}" in numbers:
            numbers[f"c{position}"] = within(numbers[f"c{position}"], one, bridge.codec(f"c{position}"))
    return numbers, sum(chunk.shape[1] for chunk in chunks)


def rejected(
    sample: Callable[[int, int], pd.DataFrame], bridge: Bridge, asked: Mapping[int, Wanted], n: int, seed: int
) -> Conditional:
    """Up to ``n`` rows of ``sample(rows, seed)`` that meet what is asked: at most 20 rounds of ``max(n, 2,000)``."""
    found = [sample(0, seed)]
    count = 0
    for round_seed in np.random.SeedSequence(seed).generate_state(_ROUNDS, np.uint64).tolist():
        if count >= n:
            break
        rows = sample(max(n, _ROUND_ROWS), round_seed)
        found.append(rows[bridge.meets(rows, asked)].iloc[: n - count])
        count += len(found[-1])
    return Conditional(pd.concat([part for part in found if len(part)] or found, ignore_index=True), n - count)
