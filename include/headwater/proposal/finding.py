"""What was found about one column: its keys in the spec, and what a person is told beside it. Nothing looks here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Self

from headwater.proposal.wording import names_a_person
from headwater.spec import Column


class ProposalError(ValueError):
    """Nothing can be proposed; the message names the thing, the place and the cure, and shows no value of a row."""

    def __init__(self, what: str, cure: str) -> None:
        # Both go to the base class, so that the error survives pickling between processes.
        super().__init__(what, cure)
        self.what, self.cure = what, cure

    def __str__(self) -> str:
        return f"{self.what} Cure: {self.cure}"


def shared_id(name: str, distinct: int, rows: int) -> Finding | None:
    """A column called like an id whose values repeat: made anew, or learned where it is one of a few things.

    Args:
        name: the column's, which says that it is an id.
        distinct: its different values.
        rows: in how many rows.
    """
    if distinct <= ID_DISTINCT_MIN:
        return None
    said = f"called like an id; {distinct:,} different in {rows:,} rows"
    if names_a_person(name) or distinct > LEARNED_MAX or rows < ROWS_EACH_MIN * distinct:
        return Finding.of(name, "id", said)
    return Finding.of(name, "categorical", unsure=[f"{said}: learned as categories; id, if each is somebody"])


ID_DISTINCT_MIN, LEARNED_MAX, ROWS_EACH_MIN = 50, 1_000, 20
"""Different ids from which they are ids; those that stand in many rows each, and are no person, up to which they are
categories."""


def count(number: int, noun: str) -> str:
    """A number with its noun, which is regular: ``1 row``, ``2,000 rows``."""
    return f"{number:,} {noun}" + ("" if number == 1 else "s")


@dataclass(frozen=True)
class Finding:
    """One column of the proposal.

    Attributes:
        name: the column's.
        options: its keys in the spec, as :class:`headwater.spec.Column` takes them.
        told: why, in words that hold no value.
        shown: the same with values of rows; never filled for a sensitive column.
        unsure: what a person should look at, without values.
    """

    name: str
    options: dict[str, Any]
    told: tuple[str, ...] = ()
    shown: tuple[str, ...] = ()
    unsure: tuple[str, ...] = field(default=())

    @classmethod
    def of(cls, name: str, sdtype: str, *told: str, unsure: Sequence[str] = (), **options: Any) -> Self:
        """A finding with these keys; keys that are None are left out."""
        given = {key: value for key, value in options.items() if value is not None}
        return cls(name, {"sdtype": sdtype, **given}, tuple(told), (), tuple(unsure))

    @property
    def column(self) -> Column:
        """As the spec has it."""
        return Column.model_validate(self.options)

    @property
    def sdtype(self) -> str:
        """SDV's word for what it holds."""
        return str(self.options["sdtype"])

    @property
    def is_sensitive(self) -> bool:
        """Whether no value of it may be shown."""
        return bool(self.options.get("sensitive")) or self.sdtype in ("id", "pii")

    def also(self, *told: str, unsure: Sequence[str] = (), shown: Sequence[str] = (), **options: Any) -> Self:
        """The same with more keys and words."""
        return replace(
            self,
            options={**self.options, **options},
            told=(*self.told, *told),
            shown=(*self.shown, *shown),
            unsure=(*self.unsure, *unsure),
        )

    def hushed(self) -> Self:
        """A sensitive column without values: no range, no list, nothing shown."""
        if not self.is_sensitive:
            return self
        kept = {key: value for key, value in self.options.items() if key not in VALUED}
        return replace(self, options=kept, shown=())


VALUED = ("min", "max", "values")
"""Keys of a column that hold values of rows, or something close to them."""
