"""Fit and sample one entry under a clock. Runs in a process of its own, so that memory and imports are its own.

Belongs here: the clock and what it covers. Does not: judging the rows.
"""

from __future__ import annotations

import resource
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from headwater.generators.base import Generator
from headwater.generators.registry import create
from headwater.tables.schema import TableSchema

WARM_UP_ROWS = 1_000
SPEED_ROWS_MAX = 200_000
SPEED_ROWS_MIN = 2_000
SPEED_SECONDS = 1.0
REPETITIONS = 3


@dataclass(frozen=True, eq=False)
class Job:
    """What to fit and how much to draw.

    Attributes:
        kind: of the registry, or the name of a peer.
        settings: of the generator's constructor; peers have none.
        train: conforming rows to learn from.
        schema: of the rows.
        seed: of the fit; the draws take the next ones.
        rows: how many to draw for judging.
    """

    kind: str
    settings: dict[str, Any]
    train: pd.DataFrame
    schema: TableSchema
    seed: int
    rows: int


@dataclass(frozen=True, eq=False)
class Made:
    """Synthetic rows and what they cost.

    Attributes:
        rows: conforming to the schema.
        costs: ``fit_cpu_s``, ``sample_rows_per_cpu_s``, ``file_bytes``, ``speed_rows`` (rows of one timed sample),
            ``peak_mb`` (of the whole process); None or absent where there is nothing to measure.
    """

    rows: pd.DataFrame
    costs: dict[str, float | None]


def make(job: Job) -> Made:
    """Fit the generator, then draw the rows to judge and further ones to time.

    Seconds are CPU seconds of this process and its children, user and system, all threads. A fit on a few rows comes
    first, so that imports are not counted. The rate is the median of three samples of the same size: 200,000 rows, or
    as many as take about one second.

    Raises:
        SettingsError, FitError: as the generator does.
    """
    few = job.train.iloc[:WARM_UP_ROWS].reset_index(drop=True)
    create(job.kind, job.settings).fit(few, job.schema, job.seed).sample(WARM_UP_ROWS, job.seed)
    started = cpu_seconds()
    model = create(job.kind, job.settings).fit(job.train, job.schema, job.seed)
    fit_seconds = cpu_seconds() - started
    synthetic = model.sample(job.rows, job.seed + 1)
    size, rate = _rate(model, job.seed + 2)
    costs: dict[str, float | None] = {
        "fit_cpu_s": fit_seconds,
        "sample_rows_per_cpu_s": rate,
        "speed_rows": size,
        "file_bytes": len(model.save()),
        "peak_mb": peak_mb(),
    }
    return Made(synthetic, costs)


def cpu_seconds() -> float:
    """CPU seconds of this process and of its ended children so far."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_mb() -> float:
    """Peak resident memory of this process in MB.

    Linux hands ``ru_maxrss`` on from the process that started this one, which here is large; its own peak stands in
    ``/proc``.
    """
    status = Path("/proc/self/status")
    if status.exists():
        peak = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(peak.split()[1]) / 2**10
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


def _rate(model: Generator, seed: int) -> tuple[int, float]:
    """Rows of one timed sample, and the median of rows a CPU second."""
    trial = _timed(model, SPEED_ROWS_MIN, seed)
    fitting = int(SPEED_SECONDS * SPEED_ROWS_MIN / trial)
    size = min(SPEED_ROWS_MAX, max(SPEED_ROWS_MIN, fitting))
    return size, statistics.median(size / _timed(model, size, seed + turn) for turn in range(1, 1 + REPETITIONS))


def _timed(model: Generator, rows: int, seed: int) -> float:
    started = cpu_seconds()
    model.sample(rows, seed)
    return max(cpu_seconds() - started, 1e-6)
