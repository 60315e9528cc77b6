"""The protocol every generator keeps, and what its members may be asked. No generator lives here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, Self, runtime_checkable

if TYPE_CHECKING:
    import pandas as pd

    from headwater.tables.schema import TableSchema

Conditions = Mapping[str, Any]
"""Column name to a value (equality) or to a ``(low, high)`` tuple (closed range; None is open)."""


@dataclass(frozen=True)
class Capabilities:
    """What a member can do, so that callers need not try.

    Attributes:
        exact_conditions: ``sample_where`` draws from the exact conditional, never by rejection.
        pickled: its model file is a pickle and may only be loaded when its hash is the ledger's.
        missing_values: it learns where values are missing.
    """

    exact_conditions: bool
    pickled: bool
    missing_values: bool


@dataclass(frozen=True)
class Conditional:
    """Rows that meet the conditions, and how many of the wanted rows could not be found."""

    rows: pd.DataFrame
    missing: int


@runtime_checkable
class Generator(Protocol):
    """Learns from real rows; makes synthetic rows. Settings are keyword arguments of the constructor."""

    kind: ClassVar[str]
    capabilities: ClassVar[Capabilities]

    def fit(self, rows: pd.DataFrame, schema: TableSchema, seed: int) -> Self:
        """Learn from ``rows`` (conforming to ``schema``, never anchor rows). Same input, same model.

        Raises:
            FitError: the rows cannot be learned from; names the column or the number of rows, and the cure.
        """
        ...

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        """``n`` rows conforming to the schema. Same model, n and seed: same rows, in any process."""
        ...

    def sample_where(self, conditions: Conditions, n: int, seed: int) -> Conditional:
        """Up to ``n`` rows that meet ``conditions``, in bounded time.

        Raises:
            ValueError: a condition names an unknown column or a category that does not exist.
        """
        ...

    def save(self) -> bytes:
        """The model as bytes of a versioned format."""
        ...

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model of :meth:`save`.

        Where ``capabilities.pickled`` holds, this runs code of the file: the caller has compared the file's SHA-256
        with the ledger's before.

        Raises:
            ModelFileError: cut short, altered, or of a version this code does not know.
        """
        ...
