"""A rule's nodes evaluated over the rows of a frame, all rows at once. Nothing of the rule is ever executed.

Three values, as in SQL (ISO/IEC 9075-2, Kleene 1952): a comparison with a missing value is unknown, ``unknown and
false`` is false, ``unknown or true`` is true. Numbers that are reckoned with are float64; a result that is no finite
number (a division by zero) is unknown.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from headwater.spec.rule import Compare, Constant, IsNull, Join, Name, Negative, Node, Not, OneOf, Sum, parts
from headwater.spec.rule_kinds import Kind, parse_instant
from headwater.tables.schema import ColumnSchema, TableSchema

_DAY = 86_400_000_000
_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_RECKONED: dict[str, Callable[[Any, Any], Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.divide,
}


@dataclass(frozen=True)
class Values:
    """A value for each row, or one for all (shape ``()``).

    Attributes:
        data: bool, int64 (also instants, as microseconds), float64 or object (texts); anything where missing.
        missing: bool; for conditions: unknown.
        is_time: whether ``data`` are instants.
    """

    data: np.ndarray
    missing: np.ndarray
    is_time: bool = False


def kinds_of(schema: TableSchema) -> dict[str, Kind]:
    """What a rule may do with each learned column (see ``spec.rule_kinds``), now that the data is known."""
    return {column.name: _kind_of(column) for column in schema.learned}


def holds(rule: Node, rows: pd.DataFrame) -> np.ndarray:
    """Which rows meet the rule, those counted in which it is unknown: bool, shape ``(rows,)``.

    Args:
        rule: checked against :func:`kinds_of` the rows' schema.
        rows: conforming rows.
    """
    found = _evaluate(rule, rows)
    met: np.ndarray = np.broadcast_to(found.data | found.missing, len(rows))
    return met


def column_values(values: pd.Series) -> Values:
    """A conforming column as :class:`Values`."""
    missing = values.isna().to_numpy()
    if isinstance(values.dtype, pd.CategoricalDtype):
        pool = values.cat.categories.to_numpy()
        if not len(pool):
            return Values(np.zeros(len(values)), missing)
        return Values(pool[values.cat.codes.to_numpy()], missing)  # -1 takes the last one; it is missing anyway
    if values.dtype.kind == "M":
        instants = values.to_numpy(dtype="datetime64[us]").astype(np.int64)
        return Values(np.where(missing, 0, instants), missing, is_time=True)
    if values.dtype == "boolean":
        return Values(values.to_numpy(dtype=bool, na_value=False), missing)
    if values.dtype == "Int64":
        return Values(values.to_numpy(dtype=np.int64, na_value=0), missing)
    return Values(np.where(missing, 0.0, values.to_numpy(dtype=np.float64)), missing)


def _evaluate(node: Node, rows: pd.DataFrame) -> Values:
    match node:
        case Constant():
            return _constant(node)
        case Name():
            return column_values(rows[node.column])
        case Negative() | Sum():
            return _reckon(node, [_evaluate(part, rows) for part in parts(node)])
        case IsNull():
            missing = column_values(rows[node.operand.column]).missing
            return Values(~missing if node.is_negated else missing, np.zeros(len(rows), dtype=bool))
        case _:
            return _condition(node, [_evaluate(part, rows) for part in parts(node)])


def _condition(node: Not | Join | Compare | OneOf, values: list[Values]) -> Values:
    """Three-valued: from the values of the nodes below."""
    match node:
        case Not():
            return _contrary(values[0])
        case Join():
            return reduce(_both if node.word == "and" else _either, values)
        case Compare():
            pairs = zip(pairwise(values), node.signs, strict=True)
            return reduce(_both, (_compare(*pair, sign) for pair, sign in pairs))
        case OneOf():
            found = reduce(_either, (_compare(values[0], _constant(value), "==") for value in node.values))
            return _contrary(found) if node.is_negated else found


def _constant(node: Constant) -> Values:
    return Values(np.array(node.value, dtype=object if isinstance(node.value, str) else None), np.array(False))


def _compare(left: Values, right: Values, sign: str) -> Values:
    if left.is_time != right.is_time:
        left, right = _instants(left), _instants(right)
    data = np.asarray(_COMPARED[sign](left.data, right.data), dtype=bool)
    return Values(data, left.missing | right.missing)


def _instants(values: Values) -> Values:
    """A quoted date as an instant; instants as they are."""
    if values.is_time:
        return values
    instant = np.datetime64(parse_instant(str(values.data)), "us")
    return Values(np.asarray(instant).astype(np.int64), values.missing, is_time=True)


def _reckon(node: Negative | Sum, values: list[Values]) -> Values:
    numbers = [one.data.astype(np.float64) for one in values]
    missing = reduce(np.logical_or, (one.missing for one in values))
    if isinstance(node, Negative):
        return Values(-numbers[0], missing)
    if values[0].is_time:
        data = np.asarray((values[0].data - values[1].data) / _DAY)
    else:
        with np.errstate(all="ignore"):
            data = np.asarray(_RECKONED[node.sign](*numbers))
    return Values(data, missing | ~np.isfinite(data))


def _contrary(one: Values) -> Values:
    return Values(~one.data, one.missing)


def _both(one: Values, other: Values) -> Values:
    is_false = (~one.data & ~one.missing) | (~other.data & ~other.missing)
    return Values(~is_false, (one.missing | other.missing) & ~is_false)


def _either(one: Values, other: Values) -> Values:
    return _contrary(_both(_contrary(one), _contrary(other)))


def _kind_of(column: ColumnSchema) -> Kind:
    if column.storage in ("date", "timestamp"):
        return "time"
    known: dict[str, Kind] = {"boolean": "boolean", "text": "text"}
    return known.get(column.storage, "number")
