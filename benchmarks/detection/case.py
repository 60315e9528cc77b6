"""One case of the detection bench: a table at one size. Honest batches are judged, then batches with planted faults.

Belongs here: what is measured in a case. Does not: faults, worlds, how cases are put together (``__main__.py``).

A *deployment* is what an installation has: training rows, an anchor, the null drawn from them. Its honest batches and
those with faults are new rows of the same world, each with new spare rows; yesterday's batch is one more.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.detection.faults import FAULTS, Fault, Honest
from benchmarks.detection.worlds import World, world
from headwater.checks import baseline, battery
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.checks.sample import Seen
from headwater.spec.contract import Contract

TRAIN_FACTOR = 4
"""Training rows for each anchor row: an anchor is a fifth of a snapshot."""
SMALLEST_LOSS = 0.01
"""Smaller lost modes are planted only in large batches; in 2,000 rows they are ten rows."""
LARGE = 10_000

Say = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Deployment:
    """A world, an anchor and training rows of it, and the null that was drawn."""

    world: World
    number: int
    prepared: Prepared
    train: pd.DataFrame
    floor: baseline.Baseline
    yesterday: pd.DataFrame

    @cached_property
    def _last_batch(self) -> NDArray[np.uint64]:
        return self.prepared.yardstick.coder.code(self.yesterday).identity

    @cache  # noqa: B019  a deployment lives as long as its case; every fault is planted in the same honest rows
    def honest(self, repetition: int) -> Honest:
        """The honest rows of a repetition."""
        batch, spare = self.world.split((self.prepared.n, self.prepared.n), self.seed(repetition))
        target = self.world.targets[0] if self.world.targets else None
        return Honest(batch, spare, self.train, self.yesterday, self.world.schema, target)

    def seed(self, repetition: int) -> int:
        """Of a repetition's rows."""
        return 500_000 + 1_000 * self.number + repetition

    def judge(self, batch: pd.DataFrame) -> tuple[bool, str, float]:
        """Whether the verdict is "failed", the statistic with the largest ratio, and that ratio."""
        yardstick = self.prepared.yardstick
        seen = Seen(yardstick.code(batch), self.prepared, self._last_batch)
        found, broken = battery.measure(self.floor.sample(seen))
        if broken:
            raise RuntimeError(f"families broke: {broken}")
        null = self.floor.null
        ratios = {name: null.ratio(name, value) for name, value in found.items() if name in null.statistics}
        worst = max(ratios, key=lambda name: ratios[name])
        return ratios[worst] > null.family, worst, ratios[worst]


def deploy(of: World, n: int, number: int, say: Say) -> Deployment:
    """Set a deployment up: draw its rows and its null."""
    anchor, train = of.split((n, TRAIN_FACTOR * n), seed=1_000 + number)
    reference = Reference(of.schema, train, anchor, Contract(), of.targets, number, of.groups)
    prepared = Prepared.of(reference, n)
    floor = baseline.draw(
        prepared,
        prepared.train,
        kind="noise_floor",
        subject=of.name,
        progress=lambda done, total: _tell(say, done, total),
    )
    return Deployment(of, number, prepared, train, floor, of.draw(n, seed=900_000 + number))


def measure_case(table: str, n: int, *, deployments: int, honest: int, repetitions: int, say: Say) -> dict[str, Any]:
    """Everything about a table at a size: false alarms, and each fault's detections."""
    of, started = world(table), time.process_time()
    alarms: Counter[str] = Counter()
    found: dict[tuple[str, float], list[tuple[bool, str]]] = {}
    skipped: dict[tuple[str, float], str] = {}
    nulls = []
    for number in range(deployments):
        deployment = deploy(of, n, number, say)
        null = deployment.floor.null
        nulls.append(
            {"draws": null.draws, "family": null.family, "detection_limits": deployment.floor.detection_limits}
        )
        for index in range(honest // deployments):
            is_failed, worst, _ = deployment.judge(of.draw(n, seed=10_000 * (number + 1) + index))
            alarms[worst] += is_failed
        say(f"honest batches judged, {sum(alarms.values())} false alarms so far")
        for fault, dose in _doses(n):
            reason = _plant(deployment, (fault, dose), repetitions // deployments, found)
            if reason:
                skipped[fault.name, dose] = reason
        say("faults planted and judged")
    return {
        "table": table,
        "n": n,
        "honest_batches": honest // deployments * deployments,
        "false_alarms": dict(+alarms),
        "nulls": nulls,
        "rows": [_row(table, n, key, outcomes) for key, outcomes in found.items()],
        "skipped": [
            {"table": table, "n": n, "fault": fault, "dose": dose, "reason": reason}
            for (fault, dose), reason in skipped.items()
            if (fault, dose) not in found
        ],
        "cpu_seconds": time.process_time() - started,
    }


def _doses(n: int) -> list[tuple[Fault, float]]:
    return [
        (fault, dose)
        for fault in FAULTS
        for dose in fault.doses
        if n >= LARGE or fault.name != "cluster_dropped" or dose >= SMALLEST_LOSS
    ]


def _plant(
    deployment: Deployment,
    what: tuple[Fault, float],
    repetitions: int,
    found: dict[tuple[str, float], list[tuple[bool, str]]],
) -> str | None:
    """Plant a fault at a dose so many times and note what is found; the reason where the table cannot have it."""
    (fault, dose), reason = what, None
    for repetition in range(repetitions):
        draw = np.random.default_rng([deployment.seed(repetition), FAULTS.index(fault), round(dose * 10_000)])
        planted = fault.plant(deployment.honest(repetition), dose, draw)
        if planted is None:
            reason = f"the table has no such thing: {fault.needs}"
            continue
        is_failed, worst, _ = deployment.judge(planted)
        found.setdefault((fault.name, dose), []).append((is_failed, worst))
    return reason


def _row(table: str, n: int, key: tuple[str, float], outcomes: list[tuple[bool, str]]) -> dict[str, Any]:
    first = Counter(worst for is_failed, worst in outcomes if is_failed)
    return {
        "table": table,
        "fault": key[0],
        "dose": key[1],
        "n": n,
        "detected": sum(is_failed for is_failed, _ in outcomes),
        "repetitions": len(outcomes),
        "first_check": first.most_common(1)[0][0] if first else None,
    }


def _tell(say: Say, done: int, total: int) -> None:
    if done % 100 == 0 or done == total:
        say(f"null: {done} of {total} samples drawn")
