"""The ``trees`` member: sequential CART behind the generator protocol. The method is in the files beside it."""

from __future__ import annotations

from typing import Any, ClassVar, Literal, Self, get_args

import pandas as pd

from headwater.generators.base import Capabilities, Conditional, Conditions
from headwater.generators.errors import FitError, SettingsError
from headwater.generators.made import check_made
from headwater.generators.trees.bagging import Growth
from headwater.generators.trees.fitting import Plan
from headwater.generators.trees.model import TableModel
from headwater.generators.trees.order import Order
from headwater.generators.trees.settings import check_amount, leaf_for
from headwater.generators.trees.storing import pack_model, unpack_model
from headwater.generators.trees.table import fit_table
from headwater.tables.schema import TableSchema

SETTINGS = ("leaf", "trees", "pruning", "shrinkage", "shard_rows", "smoothing", "order")


class Trees:
    """Each column is drawn from a leaf that the columns before it lead to, in one of several trees.

    Method: Reiter 2005; Nowok, Raab and Dibben 2016 (synthpop); see ``fitting`` for what differs.

    Settings:
        leaf: fewest real rows in a leaf; 20, or all of a smaller table, when left out. With fewer than ``2 * leaf``
            rows there is no split, and columns are drawn independently of each other.
        trees: how many trees a column has; each row follows one of them. More trees, less learned by heart, and a
            longer fit. With 1 it is grown on all rows, with more each on a random part of them.
        pruning: twice the log-likelihood that every split must earn, or it is taken back; 0 keeps all. Higher is
            further from single real rows, and further from fine detail.
        shrinkage: a draw stays in a node of ``n`` real rows with chance ``n / (n + shrinkage)`` and otherwise climbs to
            the node above; 0 never climbs.
        shard_rows: most rows that one tree is grown on. A larger table is dealt into shards, one a tree.
        smoothing: draw numbers between real values too; False repeats real values.
        order: ``data`` draws categories of low entropy first, ``spec`` keeps the order of the table.

    The model holds real values of numeric columns (without ``smoothing`` all, with it the bounds of intervals), as
    any tree does: keep it where the snapshot may be kept.
    """

    kind: ClassVar[str] = "trees"
    capabilities: ClassVar[Capabilities] = Capabilities(exact_conditions=False, pickled=False, missing_values=True)

    def __init__(
        self,
        *,
        leaf: int | None = None,
        trees: int = 4,
        pruning: float = 3.0,
        shrinkage: float = 0.0,
        shard_rows: int = 100_000,
        smoothing: bool = True,
        order: Literal["data", "spec"] = "data",
    ) -> None:
        if leaf is not None:
            _check_whole("leaf", leaf, 1, "the fewest real rows in a leaf")
        _check_whole("trees", trees, 1, "how many trees a column has")
        _check_whole("shard_rows", shard_rows, 1_000, "the most rows a tree is grown on")
        check_amount(self.kind, "pruning", pruning)
        check_amount(self.kind, "shrinkage", shrinkage)
        if not isinstance(smoothing, bool):
            raise SettingsError(f"trees: smoothing is true or false, not {smoothing!r}")
        if order not in get_args(Order):
            raise SettingsError(f"trees: order is one of {', '.join(get_args(Order))}, not {order!r}")
        self.leaf = leaf
        self.trees = trees
        self.pruning = float(pruning)
        self.shrinkage = float(shrinkage)
        self.shard_rows = shard_rows
        self.smoothing = smoothing
        self.order: Order = order
        self._model: TableModel | None = None

    def fit(self, rows: pd.DataFrame, schema: TableSchema, seed: int) -> Self:
        """Learn from ``rows``, at least 2, conforming to ``schema``. Same input, same model.

        Raises:
            FitError: fewer than 2 rows, infinities, free text, or an id or pii column that cannot be made.
            SettingsError: ``leaf`` is larger than the table.
        """
        if len(rows) < 2:
            raise FitError(f"the table has {len(rows)} rows to learn from; give at least 2 (in practice 100 or more)")
        growth = self._growth(len(rows))
        check_made(schema)
        self._model = fit_table(rows, schema, Plan(growth, self.smoothing, seed % 2**32), self.order)
        return self

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        """``n`` rows conforming to the schema. Same model, n and seed: same rows, in any process.

        Raises:
            ValueError: ``n`` is below 0, or the generator is not fitted.
        """
        return self.model.sample(n, seed)

    def sample_where(self, conditions: Conditions, n: int, seed: int) -> Conditional:
        """Up to ``n`` rows that meet ``conditions``, from at most ``200 n + 800,000`` candidates.

        Candidates are drawn inside the conditions where a leaf allows it and kept by the chance of that, so kept rows
        follow the exact conditional distribution of the model.

        Raises:
            ValueError: a condition names an unknown or unlearned column, or a category that does not exist.
        """
        return self.model.where(conditions, n, seed)

    def save(self) -> bytes:
        """The model in a versioned format of arrays and JSON; nothing in it is ever executed."""
        return pack_model(self.kind, {name: getattr(self, name) for name in SETTINGS}, self.model)

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model of :meth:`save`.

        Raises:
            ModelFileError: cut short, altered, of another kind, or of a version this code does not know.
        """
        settings, model = unpack_model(cls.kind, data)
        member = cls(**settings)
        member._model = model
        return member

    def _growth(self, rows: int) -> Growth:
        """How trees are grown on a table of ``rows`` rows."""
        leaf = leaf_for(self.kind, self.leaf, rows)
        return Growth(leaf, self.trees, self.pruning, self.shrinkage, self.shard_rows)

    @property
    def model(self) -> TableModel:
        """What was learned. Raises: ValueError before a fit."""
        if self._model is None:
            raise ValueError("this trees generator has learned nothing yet; call fit or load first")
        return self._model


def _check_whole(name: str, given: Any, least: int, meaning: str) -> None:
    if isinstance(given, bool) or not isinstance(given, int) or given < least:
        raise SettingsError(f"trees: {name} is {meaning}, a whole number from {least:,}, not {given!r}")
