"""Whether constraints fit the columns of their dataset and each other. Reads no rows."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence

from pydantic import ValidationError
from pydantic_core import InitErrorDetails

from headwater.spec.columns import Column
from headwater.spec.constraints import (
    Constraint,
    Expression,
    Inequality,
    Range,
    Sign,
    describe,
)
from headwater.spec.cured import cured
from headwater.spec.rule import Compare, Constant, Name, Node, OneOf, RuleError, nodes
from headwater.spec.rule_kinds import Kind, check_rule
from headwater.spec.rule_parser import parse_rule

Problem = tuple[tuple[str, ...], str, str]
"""The key within the constraint, what is wrong, and the cure."""

_FITTING: dict[str, tuple[str, ...]] = {
    "inequality": ("numerical", "datetime"),
    "range": ("numerical", "datetime"),
    "fixed_combinations": ("categorical", "boolean", "numerical"),
    "one_hot": ("numerical", "boolean"),
    "positive": ("numerical",),
    "negative": ("numerical",),
    "unique": ("numerical", "datetime", "categorical", "boolean"),
    "expression": ("numerical", "datetime", "categorical", "boolean"),
}


def check_constraints(constraints: Sequence[Constraint], columns: Mapping[str, Column]) -> None:
    """Raise pydantic's error, located at each constraint's key, for all that do not fit ``columns`` or each other."""
    found: list[InitErrorDetails] = []
    for index, constraint in enumerate(constraints):
        for place, *said in _problems(constraint, columns) or _problems_with(constraint, constraints[:index]):
            found.append(InitErrorDetails(type=cured(*said), loc=(index, *place), input=None))
    if found:
        raise ValidationError.from_exception_data("constraints", found)


def _problems(constraint: Constraint, columns: Mapping[str, Column]) -> list[Problem]:
    if isinstance(constraint, Expression):
        return list(_problems_of_rule(constraint, columns))
    wrong: list[Problem] = []
    for name in constraint.columns:
        place = _place(constraint, name)
        if name not in columns:
            close = difflib.get_close_matches(name, columns, n=1)
            cure = f"did you mean {close[0]!r}?" if close else f"name one of: {', '.join(columns)}"
            wrong.append((place, f"there is no column {name!r}", cure))
        elif columns[name].sdtype not in _FITTING[constraint.kind]:
            cure = f"name a {' or '.join(_FITTING[constraint.kind])} column"
            said = f"column {name!r} is {columns[name].sdtype}, which {constraint.kind} does not take"
            wrong.append((place, said, cure))
    return wrong or list(_problems_of_types(constraint, columns))


def _problems_of_types(constraint: Constraint, columns: Mapping[str, Column]) -> Iterator[Problem]:
    """What is wrong with columns that all exist and fit one by one."""
    if isinstance(constraint, Inequality | Range) and len({columns[name].sdtype for name in constraint.columns}) > 1:
        yield (), "it orders numbers and dates", "name columns that are all numerical or all datetime"
    if isinstance(constraint, Sign):
        is_positive = constraint.kind == "positive"
        bound = columns[constraint.column].max if is_positive else columns[constraint.column].min
        if isinstance(bound, int | float) and (bound < 0 if is_positive else bound > 0):
            yield (
                ("column",),
                f"the bounds of column {constraint.column!r} leave no {constraint.kind} value",
                "correct one",
            )


def _problems_of_rule(constraint: Expression, columns: Mapping[str, Column]) -> Iterator[Problem]:
    rule = parse_rule(constraint.rule)
    if not constraint.columns:
        yield ("rule",), "the rule names no column", "compare a column with something"
    for name in constraint.columns:
        if name in columns and columns[name].sdtype in ("id", "pii"):
            yield ("rule",), f"column {name!r} is {columns[name].sdtype} and made anew", "name learned columns alone"
            return
    kinds = {name: _kind(column) for name, column in columns.items() if column.sdtype not in ("id", "pii")}
    try:
        check_rule(rule, kinds)
        for node in nodes(rule):
            _check_values(node, columns)
    except RuleError as error:
        yield ("rule",), error.problem, error.cure


def _check_values(node: Node, columns: Mapping[str, Column]) -> None:
    """Raise :class:`RuleError` where a column is compared with a value that its spec does not list."""
    compared: tuple[Node, ...] = node.operands if isinstance(node, Compare) else ()
    if isinstance(node, OneOf):
        compared = (node.operand, *node.values)
    lists = [(one.column, columns[one.column].values) for one in compared if isinstance(one, Name)]
    for name, allowed in lists:
        for one in compared:
            if allowed is not None and isinstance(one, Constant) and one.value not in allowed:
                close = difflib.get_close_matches(str(one.value), map(str, allowed), n=1)
                cure = f"did you mean {close[0]!r}?" if close else f"use one of: {', '.join(map(str, allowed))}"
                raise RuleError(one.at, f"column {name!r} has no value {one.value!r}", cure)


def _problems_with(constraint: Constraint, others: Sequence[Constraint]) -> Iterator[Problem]:
    """What is wrong with a constraint beside those before it."""
    if constraint in others:
        yield (), f"the constraint {describe(constraint)} stands twice", "remove one"
        return
    if isinstance(constraint, Sign):
        for other in others:
            if isinstance(other, Sign) and other.column == constraint.column and other.kind != constraint.kind:
                yield ("kind",), f"column {constraint.column!r} is already {other.kind}", "remove one of the two"
    if isinstance(constraint, Inequality | Range):
        above: dict[str, set[str]] = {}
        for one in (*others, constraint):
            for low, high in edges(one):
                above.setdefault(low, set()).add(high)
        circle = next((name for name in constraint.columns if _reaches(name, name, above)), None)
        if circle is not None:
            yield (), f"with the constraints before it, it puts column {circle!r} below itself", "remove one of them"


def edges(constraint: Constraint) -> tuple[tuple[str, str], ...]:
    """The pairs of columns (low, high) that an inequality or a range orders; none for other kinds."""
    if isinstance(constraint, Inequality):
        return ((constraint.low, constraint.high),)
    if isinstance(constraint, Range):
        low, middle, high = constraint.columns
        return ((low, middle), (middle, high), (low, high))
    return ()


def _reaches(start: str, goal: str, above: Mapping[str, set[str]]) -> bool:
    seen: set[str] = set()
    left = [start]
    while left:
        for name in above.get(left.pop(), ()):
            if name == goal:
                return True
            if name not in seen:
                seen.add(name)
                left.append(name)
    return False


def _place(constraint: Constraint, name: str) -> tuple[str, ...]:
    """The key of the constraint that names a column."""
    keys = ("column", "low", "middle", "high")
    return (next((key for key in keys if getattr(constraint, key, None) == name), "columns"),)


def _kind(column: Column) -> Kind:
    if column.sdtype == "categorical" and column.values is not None:
        first = column.values[0]
        return "boolean" if isinstance(first, bool) else "text" if isinstance(first, str) else "number"
    known: dict[str, Kind] = {"numerical": "number", "boolean": "boolean", "datetime": "time"}
    return known.get(column.sdtype, "unknown")
