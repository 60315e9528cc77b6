"""The battery: all checks in order, run so that one that breaks is a critical failure and stops no other.

Belongs here: which checks there are and what happens when one cannot run. Does not: statistics, the verdict.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from headwater.checks import c2st, category_presence, cell_coverage, knn_coverage, utility_gap
from headwater.checks.reference import ROWS_MIN, Reference
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.result import CheckResult, Direction


@dataclass(frozen=True)
class Check:
    """One check: its name, which way it is judged, and the pure function that judges."""

    name: str
    direction: Direction
    run: Callable[[pd.DataFrame, Reference], CheckResult]


CHECKS = (
    Check(category_presence.NAME, "at_least", category_presence.check),
    Check(knn_coverage.NAME, "at_least", knn_coverage.check),
    Check(cell_coverage.NAME, "at_least", cell_coverage.check),
    Check(c2st.NAME, "at_most", c2st.check),
)
"""The checks of every dataset; ``utility_gap`` joins once for each target."""


def battery(targets: tuple[str, ...]) -> tuple[Check, ...]:
    """All checks of a dataset with these targets, in order."""
    name = utility_gap.NAME
    return (
        *CHECKS,
        *(Check(f"{name}:{target}", "at_most", partial(utility_gap.check, target=target)) for target in targets),
    )


def judge(batch: pd.DataFrame, reference: Reference) -> list[CheckResult]:
    """Every check's result, in order. Never raises for what is in the rows: that is a failed result."""
    return [run(check, batch, reference) for check in battery(reference.targets)]


def run(check: Check, batch: pd.DataFrame, reference: Reference) -> CheckResult:
    """One check's result. A check that raises gives a critical failure whose ``error`` holds no row's value."""
    try:
        _refuse_unfit(batch, reference)
        return check.run(batch, reference)
    except CannotJudgeError as error:
        return _could_not_run(check, len(batch), str(error), f"CannotJudgeError: {error}")
    except Exception as error:  # noqa: BLE001  a check may break in any way, and each of them must fail closed
        return _could_not_run(check, len(batch), "it broke; see the error", _explain(error))


def _refuse_unfit(batch: pd.DataFrame, reference: Reference) -> None:
    """Rows that no check can say anything about."""
    wanted = [column.name for column in reference.schema.learned]
    if not wanted:
        raise CannotJudgeError(
            "no column is learned, so there is nothing to compare; give a column another sdtype than id or pii"
        )
    absent = [name for name in wanted if name not in batch.columns]
    if absent:
        raise CannotJudgeError(f"the batch lacks {len(absent)} of {len(wanted)} columns, first {absent[0]!r}")
    if len(batch) < ROWS_MIN:
        raise CannotJudgeError(f"the batch has {len(batch)} rows; at least {ROWS_MIN} are needed, raise batch.rows")
    if len(reference.anchor) < ROWS_MIN:
        raise CannotJudgeError(
            f"the anchor has {len(reference.anchor)} rows; at least {ROWS_MIN} are needed, so more real rows"
        )
    if not len(reference.train):
        raise CannotJudgeError("there are no training rows to compare with; take a new snapshot")


def _could_not_run(check: Check, rows: int, reason: str, error: str) -> CheckResult:
    return CheckResult(
        name=check.name,
        severity="critical",
        value=None,
        limit=None,
        direction=check.direction,
        limit_origin="spec",
        n=rows,
        passed=False,
        sentence=f"{check.name} could not judge the batch: {reason}.",
        error=error,
    )


def _explain(error: Exception) -> str:
    """The exception's class and place. Its message stays out: libraries put values of rows into theirs."""
    frames = traceback.extract_tb(error.__traceback__)
    places = (
        [f"{Path(frame.filename).name}:{frame.lineno} in {frame.name}" for frame in (frames[1], frames[-1])]
        if len(frames) > 1
        else []
    )
    return (
        f"{type(error).__name__} at {' from '.join(reversed(list(dict.fromkeys(places))))}"
        if places
        else type(error).__name__
    )
