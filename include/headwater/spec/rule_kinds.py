"""Whether the parts of a rule fit together: numbers with numbers, dates with dates, known columns only.

| kind    | columns                                  | may be                                                        |
|---------|------------------------------------------|---------------------------------------------------------------|
| number  | numerical, categories that are numbers   | compared, reckoned with                                       |
| text    | categories that are text                 | compared by == != in                                          |
| boolean | boolean                                  | compared by == != in; joined by and, or, not                  |
| time    | datetime                                 | compared with each other or an ISO text; subtracted (days)    |
| unknown | categories before the data has been seen | as text; compared with a number where the data turns out so   |
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from headwater.spec.rule import (
    Compare,
    Constant,
    IsNull,
    Join,
    Name,
    Negative,
    Node,
    Not,
    OneOf,
    RuleError,
    Sum,
    parts,
)

Kind = Literal["number", "text", "boolean", "time", "unknown"]
_UNORDERED = ("text", "boolean")


def check_rule(rule: Node, kinds: Mapping[str, Kind]) -> None:
    """Raise :class:`RuleError` unless ``rule`` is a condition over the columns of ``kinds``."""
    _need(rule, "boolean", kinds)


def parse_instant(text: str) -> datetime | None:
    """An ISO date or time without zone, or None."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo is None else None


def _need_all(given: tuple[Node, ...], wanted: Kind, kinds: Mapping[str, Kind]) -> None:
    for node in given:
        _need(node, wanted, kinds)


def _need(node: Node, wanted: Kind, kinds: Mapping[str, Kind]) -> None:
    found = _kind(node, kinds)
    if found == wanted:
        return
    thing = f"column {node.column!r} is {_said(found)}" if isinstance(node, Name) else f"this is {_said(found)}"
    if wanted == "boolean":
        raise RuleError(node.at, f"{thing}, not true or false", "compare it with something, such as == or >")
    raise RuleError(node.at, f"{thing}, not a number", "reckon with numerical columns and numbers alone")


def _kind(node: Node, kinds: Mapping[str, Kind]) -> Kind:
    match node:
        case Constant():
            return _kind_of_value(node)
        case Name():
            return _kind_of_column(node, kinds)
        case Negative() | Sum():
            # The difference of two instants is a number of days.
            if not (isinstance(node, Sum) and node.sign == "-" and {_kind(p, kinds) for p in parts(node)} == {"time"}):
                _need_all(parts(node), "number", kinds)
            return "number"
        case Not() | Join():
            _need_all(parts(node), "boolean", kinds)
        case IsNull():
            _kind_of_column(node.operand, kinds)
        case Compare():
            for left, right, sign in zip(node.operands[:-1], node.operands[1:], node.signs, strict=True):
                _comparable(left, right, kinds, ordered=sign not in ("==", "!="))
        case OneOf():
            for value in node.values:
                _comparable(node.operand, value, kinds, ordered=False)
    return "boolean"


def _comparable(left: Node, right: Node, kinds: Mapping[str, Kind], *, ordered: bool) -> None:
    first, second = _kind(left, kinds), _kind(right, kinds)
    for one, other, text in ((first, second, right), (second, first, left)):
        if one == "time" and other == "text":
            if not (isinstance(text, Constant) and parse_instant(str(text.value))):
                raise RuleError(text.at, "a date is compared with text that is none", "write dates as '2024-01-31'")
            return
    pair = {first, second} - {"unknown"}
    if len(pair) > 1 or ("time" in pair and "unknown" in (first, second)):
        cure = "compare like with like; quote texts and dates, and nothing else"
        raise RuleError(right.at, f"{_said(first)} is compared with {_said(second)}", cure)
    if ordered and (pair & set(_UNORDERED) or not pair):
        raise RuleError(right.at, f"{_said(first)} has no order", "compare it by ==, != or in")


def _kind_of_value(node: Constant) -> Kind:
    if isinstance(node.value, bool):
        return "boolean"
    return "text" if isinstance(node.value, str) else "number"


def _kind_of_column(node: Name, kinds: Mapping[str, Kind]) -> Kind:
    if node.column in kinds:
        return kinds[node.column]
    close = difflib.get_close_matches(node.column, kinds, n=1)
    known = f"use one of: {', '.join(kinds)}"
    cure = f"did you mean {close[0]!r}?" if close else known
    raise RuleError(node.at, f"there is no learned column {node.column!r}", cure)


def _said(kind: Kind) -> str:
    return {"unknown": "categorical", "time": "a date", "number": "a number", "boolean": "true or false"}.get(
        kind, "text"
    )
