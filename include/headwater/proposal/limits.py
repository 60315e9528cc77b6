"""Limits of the contract out of the noise floor: what samples of honest rows do to each other, and some room.

Belongs here: drawing a small noise floor, and the limit that follows. Does not: judging (``checks``), and no limit here
is ever in force more tightly than the noise of the snapshot that a batch is judged by (decision 2).

**The rule.** Between what honest rows do in the worst case and the house's own default, the limit lies in the middle;
where the noise alone goes beyond the default, the limit is the noise. So a large, quiet table is held to more than the
default asks for, and a small one is not promised what its rows cannot tell.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks import battery, cell, joint, neighbours, utility
from headwater.checks.control import Control
from headwater.checks.null import Null
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.checks.sample import Sample, Seen
from headwater.checks.seeds import rng
from headwater.checks.statistic import Statistic
from headwater.sources.anchor import split
from headwater.spec import Contract, DatasetSpec
from headwater.tables.schema import TableSchema

DRAWS, ROWS_MAX = 60, 20_000
STATISTICS: tuple[Statistic, ...] = (cell.MASS, neighbours.COVERAGE, joint.C2ST, utility.SCORE)
_SAYS = {
    "coverage_min": "as a part of what real rows cover of each other, honest rows reach",
    "cell_coverage_min": "honest rows fill cells that hold, of the real rows,",
    "c2st_auc_max": "a classifier tells honest rows from real ones with an AUC of up to",
    "utility_gap_max": "models trained on other honest rows lose up to",
}
Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Limit:
    """One key of the contract.

    Attributes:
        key: of the contract.
        value: proposed.
        honest: what honest rows show in the worst of cases.
    """

    key: str
    value: float
    honest: float

    @property
    def told(self) -> str:
        """What the limit rests on."""
        return f"{_SAYS[self.key]} {self.honest:.3f}"


@dataclass(frozen=True)
class Limits:
    """The contract's limits, and what they were drawn from: ``draws`` samples of ``n`` among ``rows`` real rows."""

    limits: tuple[Limit, ...]
    n: int
    rows: int
    draws: int


def look(
    frame: pd.DataFrame, schema: TableSchema, spec: DatasetSpec, *, draws: int = DRAWS, progress: Progress | None = None
) -> Limits:
    """The limits for batches of the spec's size.

    Args:
        frame: conforms to ``schema``; of more than :data:`ROWS_MAX` rows so many are looked at.
        schema: the frame's.
        spec: names targets, groups, keys and the size of a batch.
        draws: samples of honest rows.
        progress: told how many draws of how many are done.

    Raises:
        CannotJudgeError, SourceError: too few rows for a noise floor.
    """
    some = frame.iloc[np.sort(rng(spec.seed, "propose", "rows").permutation(len(frame))[:ROWS_MAX])]
    key = hashlib.sha256(f"headwater proposal of {spec.dataset}".encode()).digest()
    parts = split(some.reset_index(drop=True), schema, spec, key)
    reference = Reference(
        schema, parts.train, parts.anchor, spec.contract, spec.targets, seed=spec.seed, groups=spec.groups
    )
    prepared = Prepared.of(reference, reference.judge_rows(spec.batch.rows))
    null = _null(prepared, draws, progress or (lambda done, total: None))
    return Limits(tuple(_limits(null, spec.contract)), prepared.n, len(some), draws)


def _null(prepared: Prepared, draws: int, progress: Progress) -> Null:
    """The noise floor of the four statistics that the contract speaks of; the chain draws all, and more often."""
    rows, families = prepared.train, battery.families_of({statistic.name for statistic in STATISTICS})
    none = np.zeros(prepared.scan.total, dtype=np.int64)  # the scan for empty regions has no part in this
    whole, control = prepared.counter.tally(rows, none), Control.of_real(prepared, rows)
    found: dict[str, list[NDArray[np.float64]]] = {}
    for index in range(draws):
        picked = rng(prepared.reference.seed, "propose", index).choice(len(rows), prepared.n, replace=False)
        seen = Seen(rows.take(picked), prepared, known_scan=none)
        measured = battery.drawn(Sample(seen, whole - seen.tally, control, rows.identity), families)
        for statistic in STATISTICS:
            found.setdefault(statistic.name, []).append(measured[statistic.name])
        progress(index + 1, draws)
    n, size = prepared.n, len(rows)
    return Null.of(
        STATISTICS,
        {name: np.stack(values) for name, values in found.items()},
        battery.grains(prepared),
        widening=float(np.sqrt((1 / n + 1 / size) / (1 / n - 1 / size))),
        rate=prepared.reference.contract.false_alarm,
        seed=prepared.reference.seed,
    )


def _limits(null: Null, default: Contract) -> list[Limit]:
    """By key of the contract the limit between noise and default, rounded towards the looser side."""
    found: list[Limit] = []
    for key, statistic in (
        ("coverage_min", neighbours.COVERAGE),
        ("cell_coverage_min", cell.MASS),
        ("c2st_auc_max", joint.C2ST),
        ("utility_gap_max", utility.SCORE),
    ):
        honest = null.statistics.get(statistic.name)
        if honest is None:  # without a target there is nothing to predict
            continue
        mean = np.array(honest.mean)
        reach = (honest.typical + null.family * (honest.limit - honest.typical)) * np.array(honest.sd)
        held = getattr(default, key)
        if key.endswith("_min"):
            worst = float(((mean - reach) / (mean if key == "coverage_min" else 1.0)).min())
            value = min(worst, (worst + held) / 2)
            found.append(Limit(key, max(0.0, math.floor(value * 100) / 100), worst))
        else:
            worst = float((reach if key == "utility_gap_max" else mean + reach).max())
            value = max(worst, (worst + held) / 2)
            found.append(Limit(key, min(1.0, math.ceil(value * 100) / 100), worst))
    return found
