"""Columns of numbers: ids, codes, truths and measures, and a range that next week's rows will keep too.

Belongs here: what numbers are. Does not: reading numbers out of texts (``columns.py``), rules between columns.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.proposal.finding import Finding, count, shared_id
from headwater.proposal.wording import names_a_count, names_an_id, sensitive_reason

CODES_MAX, ROWS_A_CODE = 20, 20
"""So many different whole numbers may be codes, where each stands in that many rows on average."""
STEPS_MAX, ROWS_A_STEP, DIGITS = 10, 50, 10
"""The same for numbers that are not whole; of codes from 0 upwards there are seldom more than digits."""
SPARSE_MAX = 1.5
"""Unique whole numbers that fill their span but for a third of it are a count of rows: an id."""
STOP_MAX, TAIL = 1.0, 0.01
"""Where the largest number lies no further beyond the 99 % quantile than that from the median, there is an end."""
FAR, FAR_TAIL = 10.0, 0.05
"""Ten times the way from the median to the 95 % quantile, beyond it: a slip of the pen, or a mark."""
EXACT = 2**53


def look(name: str, numbers: NDArray[np.float64], *, is_truth: bool) -> Finding:
    """What a column of finite numbers is.

    Args:
        name: the column's.
        numbers: its values without the missing ones, at least one: ``(k,)``.
        is_truth: whether the source writes them so that 0 and 1 are read as booleans.
    """
    distinct = np.unique(numbers)
    is_whole = bool((distinct == np.rint(distinct)).all())
    if is_truth and distinct.tolist() == [0, 1]:
        return Finding.of(name, "boolean", "0 and 1")
    if is_whole:
        found = _identifier(name, distinct, len(numbers))
        if found is not None:
            return found
    found = _codes(name, numbers, distinct, is_whole=is_whole)
    return found or _measure(name, numbers, distinct, is_whole=is_whole)


def _identifier(name: str, distinct: NDArray[np.float64], rows: int) -> Finding | None:
    span = float(distinct[-1] - distinct[0]) + 1
    is_unique, is_named = len(distinct) == rows, names_an_id(name)
    if rows < ROWS_A_CODE:
        return Finding.of(name, "id", "called like an id, every row has its own") if is_unique and is_named else None
    if is_unique and is_named:
        return Finding.of(name, "id", "called like an id, every row has its own")
    if is_unique and span <= SPARSE_MAX * rows:
        unsure = ["every row has its own whole number, without great gaps: taken for an id; numerical if it measures"]
        return Finding.of(name, "id", unsure=unsure)
    if is_unique and np.abs(distinct).max() > EXACT:
        unsure = ["every row has its own number above 2^53, which is not kept to the last digit: taken for an id"]
        return Finding.of(name, "id", unsure=unsure)
    return shared_id(name, len(distinct), rows) if is_named else None


def _codes(name: str, numbers: NDArray[np.float64], distinct: NDArray[np.float64], *, is_whole: bool) -> Finding | None:
    """Few different numbers: codes of something, or too little to be measured."""
    most, rows_each = (CODES_MAX, ROWS_A_CODE) if is_whole else (STEPS_MAX, ROWS_A_STEP)
    if len(distinct) > most or len(numbers) < rows_each * len(distinct) or names_a_count(name):
        return None
    if distinct[0] == 0 and len(distinct) > DIGITS and distinct[-1] < 2 * len(distinct):
        return None  # from nothing upwards: a count
    if len(distinct) == 1:
        return Finding.of(name, "categorical", unsure=["always the same number: is the column needed?"])
    unsure = [f"{len(distinct)} different numbers only: taken for codes; numerical if they count or measure"]
    return Finding.of(name, "categorical", unsure=unsure)


def _measure(name: str, numbers: NDArray[np.float64], distinct: NDArray[np.float64], *, is_whole: bool) -> Finding:
    told = f"{len(distinct):,} different {'whole ' if is_whole else ''}numbers"
    unsure: list[str] = []
    if len(distinct) == 1:
        unsure.append("always the same number: is the column needed?")
    if len(distinct) == len(numbers) and is_whole and len(numbers) >= ROWS_A_CODE:
        unsure.append("every row has its own whole number: an id, if it measures nothing")
    if is_whole and np.abs(distinct).max() > EXACT:
        unsure.append("numbers above 2^53, which are not kept to the last digit: an id, if they are one")
    if is_whole and _is_calendar(distinct):
        unsure.append("whole numbers that read like days (YYYYMMDD): cast them to dates in the source, then: datetime")
    low, high, about = _range(numbers, is_whole=is_whole)
    return Finding.of(name, "numerical", told, unsure=[*unsure, *about], min=low, max=high)


def _is_calendar(distinct: NDArray[np.float64]) -> bool:
    if distinct[0] < 19000101 or distinct[-1] > 21001231 or len(distinct) < 3:
        return False
    texts = pd.Series(distinct.astype(np.int64).astype(str))
    return bool(pd.to_datetime(texts, format="%Y%m%d", errors="coerce").notna().all())


def _range(numbers: NDArray[np.float64], *, is_whole: bool) -> tuple[float | int | None, float | int | None, list[str]]:
    """Smallest and largest number to allow, each None where there is no natural end; and what is odd about them.

    A bound stops every later retraining whose rows lie beyond it. So bounds stand off from the real rows, and there
    is none where the real rows thin out slowly.
    """
    least, most = float(numbers.min()), float(numbers.max())
    if least == most:
        return None, None, []
    if least >= 0 and most <= 1:
        return 0, 1, []
    step = 10 ** math.floor(math.log10(most - least)) / 2
    unsure: list[str] = []
    far = _far(numbers)
    if far:
        unsure.append(
            f"{count(far, 'value')} far beyond all others: slips of the pen, or marks? Set min or max, and clean the "
            "source of such rows, unless they are meant"
        )
    low = _rounded(least - 0.05 * (most - least), step, math.floor, is_whole) if _excess(-numbers) <= STOP_MAX else None
    high = _rounded(most + 0.05 * (most - least), step, math.ceil, is_whole) if _excess(numbers) <= STOP_MAX else None
    if least >= 0:
        low = max(low or 0, 0)
    elif 0 < float((numbers < 0).mean()) < TAIL:
        below = count(int((numbers < 0).sum()), "value")
        unsure.append(f"{below} below zero among others that are not: meant?")
    if most <= 0:
        high = min(high or 0, 0)
    return low, high, unsure


def _excess(numbers: NDArray[np.float64]) -> float:
    """How far the largest number lies beyond the 99 % quantile, in distances of that from the median."""
    middle, tail = np.quantile(numbers, [0.5, 1 - TAIL])
    most = float(numbers.max())
    if tail == most:
        return 0.0
    return float((most - tail) / (tail - middle)) if tail > middle else math.inf


def _far(numbers: NDArray[np.float64]) -> int:
    """How many values lie :data:`FAR` ways beyond a 95 % quantile, on either side."""
    low, middle, high = np.quantile(numbers, [FAR_TAIL, 0.5, 1 - FAR_TAIL])
    above = (numbers > high + FAR * (high - middle)).sum() if high > middle else 0
    below = (numbers < low - FAR * (middle - low)).sum() if middle > low else 0
    return int(above + below)


def _rounded(bound: float, step: float, towards: Callable[[float], int], is_whole: bool) -> float | int:
    found = towards(bound / step) * step
    return int(towards(found)) if is_whole else float(f"{found:.12g}")


def says_sensitive(finding: Finding) -> Finding:
    """The finding marked sensitive where its name speaks of something protected."""
    reason = sensitive_reason(finding.name)
    if reason is None or finding.is_sensitive:
        return finding
    return finding.also(f"sensitive: its name speaks of {reason}", sensitive=True).hushed()
