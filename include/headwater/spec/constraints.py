"""What a spec says of several columns at once: rules that every real and every synthetic row keeps.

Belongs here: one model a kind of constraint. Whether the columns it names exist and fit is ``constraint_columns``'
work; how generators keep it is in ``generators.constraints``.

A value that is missing breaks no constraint, as in a CHECK of SQL: what cannot be decided counts as met.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, StrictBool, StrictStr, field_validator, model_validator

from headwater.spec.cured import cured
from headwater.spec.model import Model
from headwater.spec.rule import RuleError, columns_of
from headwater.spec.rule_parser import LENGTH_MAX, parse_rule

ColumnName = Annotated[StrictStr, Field(min_length=1)]


class Inequality(Model):
    """``low <= high`` (``strict``: ``low < high``), of two numerical or two datetime columns."""

    kind: Literal["inequality"]
    low: ColumnName
    high: ColumnName
    strict: StrictBool = Field(False, description="Whether equal values break it.")

    @model_validator(mode="after")
    def _two_columns(self) -> Self:
        _each_once(self.columns)
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it speaks of."""
        return (self.low, self.high)


class Range(Model):
    """``low <= middle <= high``, and ``low <= high`` where the middle is missing (``strict``: ``<``)."""

    kind: Literal["range"]
    low: ColumnName
    middle: ColumnName
    high: ColumnName
    strict: StrictBool = Field(False, description="Whether equal values break it.")

    @model_validator(mode="after")
    def _three_columns(self) -> Self:
        _each_once(self.columns)
        return self

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it speaks of."""
        return (self.low, self.middle, self.high)


class _Several(Model):
    columns: tuple[ColumnName, ...] = Field(min_length=2, description="The columns, two or more.")

    @model_validator(mode="after")
    def _columns_once(self) -> Self:
        _each_once(self.columns)
        return self


class FixedCombinations(_Several):
    """Only the combinations of values that real rows have; a missing value counts as a value here."""

    kind: Literal["fixed_combinations"]


class OneHot(_Several):
    """Exactly one of the columns (numbers 0 and 1, or booleans) is 1 or true."""

    kind: Literal["one_hot"]


class Unique(Model):
    """No two rows of a batch have the same values here; rows in which one of them is missing are not compared."""

    kind: Literal["unique"]
    columns: tuple[ColumnName, ...] = Field(min_length=1, description="The columns that make the key.")

    @model_validator(mode="after")
    def _columns_once(self) -> Self:
        _each_once(self.columns)
        return self


class Sign(Model):
    """Numbers at or above zero (``positive``), or at or below it (``negative``); ``strict``: never zero."""

    kind: Literal["positive", "negative"]
    column: ColumnName
    strict: StrictBool = Field(False, description="Whether zero breaks it.")

    @property
    def columns(self) -> tuple[str, ...]:
        """The column it speaks of."""
        return (self.column,)


class Expression(Model):
    """A condition over columns, such as ``smoker or cigarettes == 0``: parsed, never executed."""

    kind: Literal["expression"]
    rule: Annotated[StrictStr, Field(min_length=1, max_length=LENGTH_MAX, description="See docs/constraints.md.")]

    @field_validator("rule")
    @classmethod
    def _can_be_read(cls, rule: str) -> str:
        try:
            parse_rule(rule)
        except RuleError as error:
            raise cured(error.problem, error.cure) from None
        return rule

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns it speaks of."""
        return columns_of(parse_rule(self.rule))


Constraint = Annotated[
    Inequality | Range | FixedCombinations | OneHot | Unique | Sign | Expression, Field(discriminator="kind")
]


def describe(constraint: Constraint) -> str:
    """A constraint in one line, for messages: its kind and its columns, or the rule."""
    match constraint:
        case Inequality():
            return f"inequality {constraint.low} {_sign(constraint)} {constraint.high}"
        case Range():
            sign = _sign(constraint)
            return f"range {constraint.low} {sign} {constraint.middle} {sign} {constraint.high}"
        case Expression():
            return f"expression {constraint.rule!r}"
        case _:
            strict = "strictly " if isinstance(constraint, Sign) and constraint.strict else ""
            return f"{strict}{constraint.kind} {', '.join(constraint.columns)}"


def _sign(constraint: Inequality | Range) -> str:
    return "<" if constraint.strict else "<="


def _each_once(names: tuple[str, ...]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise cured(f"it names column {name!r} twice", "name each column once")
