"""Judging a batch: what the battery measured, held against what honest rows and the generator itself showed.

Belongs here: from measured statistics to check results. Does not: statistics, drawing baselines, the verdict.

Before a generator is promoted it has no certificate: then the contract of the spec, loosened to what noise alone
does, and the copies of training rows decide; all else is shown beside the noise floor. Afterwards each of its batches
must look like those it was promoted with, and keep the contract.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks import battery, duplicates
from headwater.checks.baseline import Baseline, Kind
from headwater.checks.battery import Broken
from headwater.checks.contract import promise
from headwater.checks.prepared import Prepared
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.result import CheckResult, Direction, LimitOrigin, Severity
from headwater.checks.sample import Sample, Seen
from headwater.checks.seeds import rng
from headwater.checks.statistic import Measured, Statistic
from headwater.checks.telling import Bound, Told

WHOSE: dict[Kind, str] = {"noise_floor": "honest rows", "certificate": "rows of its generator"}


@dataclass(frozen=True, eq=False)
class Judge:
    """All that a batch is judged with.

    Attributes:
        prepared: the anchor and what follows from it.
        floor: real against real.
        certificate: what the batch's generator showed when it was promoted; None while it is a candidate.
        last_batch: identities of the rows of the batch before; None where there is none.
        same_as: the date of another batch with the very same rows, as text; None where there is none.
        look: how often the night was judged, this time included; later looks have narrower limits (``null.py``).
    """

    prepared: Prepared
    floor: Baseline
    certificate: Baseline | None = None
    last_batch: NDArray[np.uint64] | None = None
    same_as: str | None = None
    look: int = 1
    _done: list[tuple[pd.DataFrame, dict[str, CheckResult]]] = field(default_factory=list, repr=False)

    def __post_init__(self) -> None:
        """Narrow the limits; of the first look they stay as they are."""
        for name, held in (("floor", self.floor), ("certificate", self.certificate)):
            if held is not None:
                object.__setattr__(self, name, replace(held, null=held.null.at_look(self.look)))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The checks of this dataset, in order; those without any component here are left out."""
        known = self.floor.null.statistics
        return tuple(
            statistic.name
            for statistic in battery.STATISTICS
            if statistic.name in known and (statistic is not duplicates.REPEATED or self._knows_earlier)
        )

    @property
    def _knows_earlier(self) -> bool:
        return self.last_batch is not None or self.same_as is not None

    def results(self, batch: pd.DataFrame) -> list[CheckResult]:
        """Every check's result, in order. Never raises for what is in the rows: that is a failed result."""
        return list(self.by_name(batch).values())

    def by_name(self, batch: pd.DataFrame) -> dict[str, CheckResult]:
        """The same by the check's name; the same frame is judged once."""
        # The frame itself is held: the address of one that is gone is soon that of another.
        if not self._done or self._done[0][0] is not batch:
            self._done[:] = [(batch, self._judge(batch))]
        return self._done[0][1]

    def _judge(self, batch: pd.DataFrame) -> dict[str, CheckResult]:
        try:
            seen = self._see(batch)
            floor = self.floor.sample(seen)
            held = floor if self.certificate is None else self.certificate.sample(seen)
        except Exception as error:  # noqa: BLE001  rows may be wrong in any way, and each must fail closed
            broken = battery.explain(error)
            return {name: self._could_not_run(name, len(batch), broken) for name in self.names}
        found, broken_families = battery.measure(floor)
        if held is not floor:
            own, more = battery.measure(held)
            broken_families.update(more)
        else:
            own = found
        results = {}
        for name in self.names:
            family = battery.FAMILY_OF[name].NAME
            if name == duplicates.REPEATED.name and self.same_as is not None:
                results[name] = self._same_again(len(batch))
                continue
            if family in broken_families:
                results[name] = self._could_not_run(name, len(batch), broken_families[family])
                continue
            try:
                results[name] = self._result(battery.BY_NAME[name], (floor, found), (held, own))
            except Exception as error:  # noqa: BLE001  telling may break too
                results[name] = self._could_not_run(name, len(batch), battery.explain(error))
        return results

    def _see(self, batch: pd.DataFrame) -> Seen:
        """The judged rows, seeded.

        Raises:
            CannotJudgeError: nothing can be said about such rows.
        """
        reference, n = self.prepared.reference, self.prepared.n
        wanted = [column.name for column in reference.schema.columns if column.is_learned or column.sdtype == "pii"]
        absent = [name for name in wanted if name not in batch.columns]
        if absent:
            raise CannotJudgeError(f"the batch lacks {len(absent)} of {len(wanted)} columns, first {absent[0]!r}")
        reference.judge_rows(len(batch))
        if len(batch) < n:
            raise CannotJudgeError(
                f"the batch has {len(batch):,} rows; the limits were drawn for {n:,}, so raise batch.rows"
            )
        picked = rng(reference.seed, "judged rows").choice(len(batch), n, replace=False)
        return Seen(
            rows=self.prepared.yardstick.code(batch.iloc[picked]),
            prepared=self.prepared,
            last_batch=self.last_batch,
            whole=self.prepared.counter.whole(batch),
            personal=tuple(column.hits(batch) for column in self.prepared.personal),
        )

    def _result(
        self, statistic: Statistic, floor: tuple[Sample, Measured], held: tuple[Sample, Measured]
    ) -> CheckResult:
        name, (sample, found) = statistic.name, held
        if not all(np.isfinite(measured[name]).all() for _, measured in (floor, held)):
            raise CannotJudgeError("what was measured is no number")
        baseline = self.certificate or self.floor
        place, bound = baseline.null.worst(name, found[name])
        bound = replace(bound, whose=WHOSE[baseline.kind])
        ratio = baseline.null.ratio(name, found[name]) / baseline.null.family
        promised = promise(name, self.floor.null, floor[1][name], self.prepared, self.look)
        is_gate = self.certificate is not None or promised is not None or statistic.is_tripwire
        passed = ratio <= 1 if self.certificate is not None or statistic.is_tripwire else True
        origin: LimitOrigin = "exact" if statistic.is_exact else baseline.kind
        if promised is not None and (self.certificate is None or (passed and not promised.is_kept)):
            place, bound, origin, sample = promised.place, promised.bound, promised.origin, floor[0]
            passed = promised.is_kept
        told = battery.FAMILY_OF[name].tell(name, sample, place, bound)
        severity: Severity = "critical" if is_gate else "info"
        return CheckResult(
            name=name,
            severity=severity,
            value=_finite(bound.value if told.value is None else told.value),
            limit=_finite(bound.limit if told.limit is None else told.limit) if is_gate else None,
            direction=_direction(statistic, bound, told),
            limit_origin=origin,
            interval=_interval(told, bound),
            n=int(sample.margins.n) if statistic.is_whole else self.prepared.n,
            passed=bool(passed),
            sentence=told.words,
            detail=told.detail,
            family=battery.FAMILY_OF[name].NAME,
            noise=told.noise if statistic.is_exact else self._noise(statistic, floor, place),
            effect=_finite(self.floor.null.score(name, floor[1][name])),
            ratio=_finite(ratio),
            detection_limit=baseline.detection_limits.get(name),
        )

    def _noise(self, statistic: Statistic, floor: tuple[Sample, Measured], place: int) -> float:
        """What real rows show of the same component, in the unit that is told."""
        bound = self.floor.null.bound(statistic.name, floor[1][statistic.name], place)
        told = battery.FAMILY_OF[statistic.name].tell(statistic.name, floor[0], place, bound)
        return bound.mean if told.noise is None else told.noise

    def _same_again(self, rows: int) -> CheckResult:
        """A generator that always makes the same rows shows them in its certificate too: only their hash tells."""
        return CheckResult(
            name=duplicates.REPEATED.name,
            severity="critical",
            value=float(rows),
            limit=0.0,
            direction="at_most",
            limit_origin="exact",
            n=rows,
            passed=False,
            sentence=f"The batch has exactly the rows of the batch of {self.same_as}.",
            family=duplicates.NAME,
        )

    def _could_not_run(self, name: str, rows: int, broken: Broken) -> CheckResult:
        return CheckResult(
            name=name,
            severity="critical",
            value=None,
            limit=None,
            direction="at_least" if battery.BY_NAME[name].side == "lower" else "at_most",
            limit_origin="spec",
            n=rows,
            passed=False,
            sentence=f"{name} could not judge the batch: {broken.reason}.",
            error=broken.error,
            family=battery.FAMILY_OF[name].NAME,
        )


def _direction(statistic: Statistic, bound: Bound, told: Told) -> Direction:
    """Which side of the limit is good. Exact tests tell counts: too few of them, or too many."""
    if statistic.is_exact and told.limit is not None and told.noise is not None:
        return "at_least" if told.limit <= told.noise else "at_most"
    return "at_most" if bound.is_upper else "at_least"


def _interval(told: Told, bound: Bound) -> tuple[float, float] | None:
    """The finding's own interval, or the spread of honest samples around the value."""
    low, high = told.interval or (bound.value - 1.96 * bound.sd, bound.value + 1.96 * bound.sd)
    return (float(low), float(high)) if np.isfinite([low, high]).all() else None


def _finite(value: float) -> float | None:
    """JSON and Postgres know no infinity; a value that is none stands for "beyond every limit" in ``passed``."""
    return float(value) if np.isfinite(value) else None
