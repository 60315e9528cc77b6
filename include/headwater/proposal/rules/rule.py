"""A rule that was found, and how it is written. Nothing looks for one here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from headwater.spec.rule import RuleError, columns_of
from headwater.spec.rule_parser import parse_rule

EVIDENCE_MIN = 50.0
"""Rows that would have broken a rule by chance, at least."""
COLUMNS_MAX = 60
"""Columns of which pairs are looked at, the first of the table."""


@dataclass(frozen=True)
class Rule:
    """A rule between columns.

    Attributes:
        constraint: as the spec has it.
        evidence: rows that would have broken it, had its columns nothing to do with each other.
        told: what that is based on.
    """

    constraint: dict[str, Any]
    evidence: float
    told: str = ""

    @property
    def because(self) -> str:
        """Why it is no chance, in words."""
        rows = f"unrelated columns would have broken it in about {round(self.evidence):,} rows"
        return f"{self.told}; {rows}" if self.told else rows


@dataclass(frozen=True)
class Found:
    """Rules to write down, and what is only told."""

    rules: tuple[Rule, ...] = ()
    unsure: tuple[str, ...] = ()


def named(column: str) -> str | None:
    """The column within an expression, or None where no expression can name it."""
    for text in (column, f'col("{column}")', f"col('{column}')"):
        if not re.search(r"[\\\n]", column) and _names_only(text, column):
            return text
    return None


def _names_only(text: str, column: str) -> bool:
    try:
        return columns_of(parse_rule(f"{text} == 0")) == (column,)
    except RuleError:
        return False
