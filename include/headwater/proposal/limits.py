"""Limits of the contract out of the noise floor: what samples of honest rows do to each other, and some room.

Belongs here: drawing a small noise floor, and the limit that follows. Does not: judging (``checks``), and no limit here
is ever in force more tightly than the noise of the snapshot that a batch is judged by (decision 2).

**The rule.** Between what honest rows do in the worst case and the house's own default, the limit lies in the middle.
So a large, quiet table is held to more than the default asks for. Where the noise alone goes beyond the default, the
default stands: it is loosened while the table is small, and holds when the table has grown.
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
from headwater.sources.anchor import Split, split
from headwater.sources.errors import SourceError
from headwater.spec import Contract, DatasetSpec
from headwater.tables.schema import TableSchema

DRAWS, ROWS_MAX, SPLITS = 60, 20_000, 10
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
        value: proposed; None where the default stands.
        honest: what honest rows show in the worst of cases.
    """

    key: str
    value: float | None
    honest: float

    @property
    def told(self) -> str:
        """What the limit rests on."""
        said = f"{_SAYS[self.key]} {self.honest:.3f}"
        return said if self.value is not None else f"{self.key}: the default stands, though {said}"


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
    parts = _split(some.reset_index(drop=True), schema, spec)
    reference = Reference(
        schema, parts.train, parts.anchor, spec.contract, spec.targets, seed=spec.seed, groups=spec.groups
    )
    prepared = Prepared.of(reference, reference.judge_rows(spec.batch.rows))
    null = _null(prepared, draws, progress or (lambda done, total: None))
    return Limits(tuple(_limits(null, spec.contract)), prepared.n, len(some), draws)


def _split(rows: pd.DataFrame, schema: TableSchema, spec: DatasetSpec) -> Split:
    """Rows set aside as an anchor is; of a small table by the first of some keys that sets enough aside."""
    for attempt in range(SPLITS):
        key = hashlib.sha256(f"headwater proposal of {spec.dataset}, {attempt}".encode()).digest()
        try:
            return split(rows, schema, spec, key)
        except SourceError as error:
            refused = error
    raise refused


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
        is_least = key.endswith("_min")
        if key == "coverage_min" and not mean.all():  # where hardly two rows differ, there are no neighbours
            continue
        if is_least:
            worst = float(((mean - reach) / (mean if key == "coverage_min" else 1.0)).min())
        else:
            worst = float((reach if key == "utility_gap_max" else mean + reach).max())
        middle = 100 * (worst + held) / 2
        value = (math.floor(middle) if is_least else math.ceil(middle)) / 100  # rounded to the looser side
        leaves_room = value >= held if is_least else value <= held
        found.append(Limit(key, value if leaves_room else None, worst))
    return found
