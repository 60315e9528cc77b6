"""The rows of a batch that break rules of its table, as CSV for a person who looks for the cause.

Rows are synthetic, but a value in them may be a real one. So ids are always told (they are made, not learned), other
values only of columns that may be shown; that decision is :func:`headwater.expectations.suite.is_hidden`.
Belongs here: which rows and columns are told, and how a cell is written. Does not: writing the file (the chain does).
"""

from __future__ import annotations

import csv
import io
import logging
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from great_expectations.core.expectation_validation_result import ExpectationValidationResult

from headwater.checks.result import CheckResult
from headwater.expectations.breaking_rows import positions
from headwater.expectations.results import config_of, is_mode
from headwater.expectations.suite import is_hidden
from headwater.spec import Column, DatasetSpec
from headwater.tables.schema import TableSchema

log = logging.getLogger(__name__)

ROWS_MAX = 10_000
"""Lines of the file, over all rules."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a cell may begin with that a spreadsheet would run, or cut off before it looks."""
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")

Pairs = Sequence[tuple[ExpectationValidationResult, CheckResult]]
Positions = npt.NDArray[np.intp]


@dataclass(frozen=True)
class FailingRows:
    """A CSV in UTF-8 with one line a breach: ``written`` of the ``found`` ones."""

    document: bytes
    written: int
    found: int


def failing_rows(batch: pd.DataFrame, pairs: Pairs, spec: DatasetSpec, schema: TableSchema) -> FailingRows | None:
    """The rows that break a failed rule, in the suite's order; None where no row does.

    ``row`` is the position in the batch, from 0. With more than :data:`ROWS_MAX` breaches each rule gets its share,
    and what a rule does not use goes to the others.
    """
    broken = {check.name: rows for result, check in pairs if len(rows := _broken_rows(batch, result, check))}
    if not broken:
        return None
    told = _shared_out(broken, ROWS_MAX)
    columns = [name for name in _columns(spec, schema) if list(batch.columns).count(name) == 1]
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["rule", "row", *map(cell, columns)])
    for rule, rows in told.items():
        writer.writerows(_lines(rule, rows, batch[columns]))
    written, found = sum(map(len, told.values())), sum(map(len, broken.values()))
    return FailingRows(text.getvalue().encode(), written, found)


def cell(value: Any) -> str:
    """A value as text that no spreadsheet takes for a formula; empty where it is missing."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    text = value.isoformat() if isinstance(value, pd.Timestamp) else str(value)
    is_number = isinstance(value, int | float | np.number) or _NUMBER.fullmatch(text)
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text


def _broken_rows(batch: pd.DataFrame, result: ExpectationValidationResult, check: CheckResult) -> Positions:
    if check.passed or check.error is not None or is_mode(result):
        return np.empty(0, dtype=np.intp)
    config = config_of(result)
    try:
        return positions(batch, config.type, config.kwargs)
    except Exception as error:  # noqa: BLE001  the rule is judged already; a list that cannot be made stops no verdict
        log.warning("the rows that break %s could not be listed: %s", check.name, type(error).__name__)
        return np.empty(0, dtype=np.intp)


def _shared_out(broken: Mapping[str, Positions], most: int) -> dict[str, Positions]:
    """The first rows of each rule, ``most`` together: rules with few rows are told whole."""
    left, shares = most, {}
    for waiting, rule in enumerate(sorted(broken, key=lambda rule: len(broken[rule]))):
        shares[rule] = min(len(broken[rule]), left // (len(broken) - waiting))
        left -= shares[rule]
    return {rule: rows[: shares[rule]] for rule, rows in broken.items() if shares[rule]}


def _columns(spec: DatasetSpec, schema: TableSchema) -> list[str]:
    """Ids first, then the key, then all else that may be shown. A key that is learned has no right of its own."""
    unknown = Column(sdtype="id")
    ids = [column.name for column in schema.columns if column.sdtype == "id"]
    shown = [column.name for column in schema.columns if not is_hidden(spec.columns.get(column.name, unknown))]
    key = [name for name in spec.keys.primary if name in shown]
    return list(dict.fromkeys([*ids, *key, *shown]))


def _lines(rule: str, rows: Positions, shown: pd.DataFrame) -> Iterator[list[str]]:
    cut = shown.iloc[rows]
    values = [[cell(value) for value in cut[name]] for name in cut.columns]
    for place, row in enumerate(rows):
        yield [cell(rule), str(row), *(column[place] for column in values)]
