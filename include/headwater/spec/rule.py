"""A rule between columns as a tree of frozen nodes: what the text of an ``expression`` constraint means.

Belongs here: the nodes, and which columns a rule speaks of. Does not: reading the text (``rule_parser``), whether its
parts fit together (``rule_kinds``), or evaluating it over rows (the generators do). Nothing is ever executed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Comparison = Literal["==", "!=", "<", "<=", ">", ">="]
Arithmetic = Literal["+", "-", "*", "/"]
Scalar = bool | int | float | str


class RuleError(ValueError):
    """A rule that cannot be used: what is wrong, at which character, and what would cure it."""

    def __init__(self, at: int, problem: str, cure: str) -> None:
        self.problem, self.cure = f"the rule is wrong at character {at + 1}: {problem}", cure
        super().__init__(f"{self.problem}; {cure}")


@dataclass(frozen=True)
class Constant:
    """A number, a quoted text, true or false. ``at`` is the place in the rule's text, from 0, here and below."""

    at: int
    value: Scalar


@dataclass(frozen=True)
class Name:
    """The value of a column."""

    at: int
    column: str


@dataclass(frozen=True)
class Negative:
    """Minus a number."""

    at: int
    operand: Node


@dataclass(frozen=True)
class Sum:
    """Two operands joined by one of + - * /."""

    at: int
    sign: Arithmetic
    left: Node
    right: Node


@dataclass(frozen=True)
class Compare:
    """A chain such as ``a <= b < c``: each neighbouring pair must hold."""

    at: int
    operands: tuple[Node, ...]
    signs: tuple[Comparison, ...]


@dataclass(frozen=True)
class OneOf:
    """``operand in [values]``, or ``not in``."""

    at: int
    operand: Node
    values: tuple[Constant, ...]
    is_negated: bool


@dataclass(frozen=True)
class IsNull:
    """``operand is null``, or ``is not null``."""

    at: int
    operand: Name
    is_negated: bool


@dataclass(frozen=True)
class Not:
    """The contrary of a condition."""

    at: int
    operand: Node


@dataclass(frozen=True)
class Join:
    """Two or more conditions joined by ``and`` or by ``or``."""

    at: int
    word: Literal["and", "or"]
    operands: tuple[Node, ...]


Node = Constant | Name | Negative | Sum | Compare | OneOf | IsNull | Not | Join


def parts(node: Node) -> tuple[Node, ...]:
    """The nodes right below ``node``."""
    match node:
        case Constant() | Name():
            return ()
        case Sum():
            return (node.left, node.right)
        case Compare() | Join():
            return node.operands
        case Negative() | OneOf() | IsNull() | Not():
            return (node.operand,)


def nodes(node: Node) -> Iterator[Node]:
    """``node`` and all nodes below it."""
    yield node
    for part in parts(node):
        yield from nodes(part)


def depth(node: Node) -> int:
    """How many nodes stand below each other at most; counted without recursion, so that no text can exhaust it."""
    level, count = [node], 0
    while level:
        level, count = [part for one in level for part in parts(one)], count + 1
    return count


def columns_of(node: Node) -> tuple[str, ...]:
    """The columns that a rule names, each once, in the order of the text."""
    return tuple(dict.fromkeys(one.column for one in nodes(node) if isinstance(one, Name)))
