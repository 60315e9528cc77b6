"""Which rows keep a constraint: one function for every kind. Changes no row; ``unique`` speaks of several rows."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from headwater.generators.constraints.evaluation import column_values, holds, kinds_of
from headwater.generators.errors import FitError
from headwater.spec.constraint_columns import edges
from headwater.spec.constraints import (
    Constraint,
    Expression,
    Inequality,
    OneHot,
    Range,
    Sign,
    Unique,
    describe,
)
from headwater.spec.rule import RuleError
from headwater.spec.rule_kinds import check_rule
from headwater.spec.rule_parser import parse_rule
from headwater.tables.schema import TableSchema


def keeps(constraint: Constraint, rows: pd.DataFrame) -> np.ndarray:
    """Which conforming rows keep ``constraint``: bool, shape ``(rows,)``; missing values break nothing.

    ``fixed_combinations`` and ``unique`` are kept by any one row.
    """
    match constraint:
        case Inequality() | Range():
            return _ordered(constraint, rows)
        case OneHot():
            return _one_hot(constraint, rows)
        case Sign():
            values = column_values(rows[constraint.column])
            numbers = values.data if constraint.kind == "positive" else -values.data
            return (numbers > 0 if constraint.strict else numbers >= 0) | values.missing
        case Expression():
            return holds(parse_rule(constraint.rule), rows)
        case _:
            return np.ones(len(rows), dtype=bool)


def check_schema(constraints: Sequence[Constraint], schema: TableSchema) -> None:
    """Raise :class:`FitError` for a constraint that names a column the table lacks, or that its type does not fit."""
    kinds = kinds_of(schema)
    for constraint in constraints:
        for name in constraint.columns:
            if name not in kinds:
                cure = "name learned columns of the table in constraints"
                raise FitError(
                    f"the constraint {describe(constraint)} names column {name!r}, which is not learned; {cure}"
                )
        wanted = {"number": "numerical", "time": "datetime"}
        found = [kinds[name] if schema[name].categories is None else "category" for name in constraint.columns]
        if isinstance(constraint, Inequality | Range) and (len(set(found)) > 1 or found[0] not in wanted):
            cure = "all its columns must be numerical, or all datetime"
            raise FitError(f"the constraint {describe(constraint)} cannot order its columns; {cure}")
        if isinstance(constraint, Expression):
            try:
                check_rule(parse_rule(constraint.rule), kinds)
            except RuleError as error:
                raise FitError(f"the constraint {describe(constraint)} does not fit the table: {error}") from error


def check_real_rows(constraints: Sequence[Constraint], rows: pd.DataFrame) -> None:
    """Raise :class:`FitError` for the first constraint that real rows break; says how many rows, and no value."""
    for constraint in constraints:
        if isinstance(constraint, Unique):
            known = rows[list(constraint.columns)].dropna()
            broken = int(known.duplicated().sum())
        else:
            broken = int((~keeps(constraint, rows)).sum())
        if broken:
            cure = "correct the source, or the rule under constraints in the spec"
            share = f"{broken:,} of {len(rows):,} real rows"
            raise FitError(f"{share} break the constraint {describe(constraint)}; {cure}")


def _ordered(constraint: Inequality | Range, rows: pd.DataFrame) -> np.ndarray:
    met = np.ones(len(rows), dtype=bool)
    values = {name: column_values(rows[name]) for name in constraint.columns}
    for low, high in edges(constraint):
        one, other = values[low], values[high]
        in_order = one.data < other.data if constraint.strict else one.data <= other.data
        met &= in_order | one.missing | other.missing
    return met


def _one_hot(constraint: OneHot, rows: pd.DataFrame) -> np.ndarray:
    ones, unknown, foreign = (np.zeros(len(rows), dtype=int) for _ in range(3))
    for name in constraint.columns:
        values = column_values(rows[name])
        ones += (values.data == 1) & ~values.missing
        unknown += values.missing
        foreign += (values.data != 0) & (values.data != 1) & ~values.missing
    met: np.ndarray = (foreign == 0) & ((ones == 1) | ((ones == 0) & (unknown > 0)))
    return met
