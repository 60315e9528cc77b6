"""The ``logit_trees`` member: regressions learn from the real rows, trees from what the regressions say.

Trees on real rows must choose: small leaves repeat the real rows, large ones lose the many weak influences. Regressions
(``steps``) keep weak influences with few parameters and memorise little, but they draw slowly. So they only teach: they
draw many rows, and trees grow on those (distillation: Buciluă, Caruana and Niculescu-Mizil 2006), told in each row
what to expect there and not only what was drawn (Hinton, Vinyals and Dean 2015). What the trees learn by heart are then
drawn rows, not real ones.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from headwater.generators.base import Capabilities, Conditional, Conditions
from headwater.generators.errors import FitError, SettingsError
from headwater.generators.logit_trees.cascade import Cascade, Drawn, fit_cascade
from headwater.generators.logit_trees.rare import CODES_MAX
from headwater.generators.logit_trees.shapes import DEGREE_MAX
from headwater.generators.logit_trees.steps import Plan
from headwater.generators.made import check_made
from headwater.generators.mixture.coding import learn_code
from headwater.generators.trees import fitting
from headwater.generators.trees.bagging import Growth
from headwater.generators.trees.fitting import Hint
from headwater.generators.trees.model import TableModel
from headwater.generators.trees.settings import check_amount, leaf_for
from headwater.generators.trees.storing import pack_model, unpack_model
from headwater.generators.trees.table import fit_in_order, learn_codecs
from headwater.tables.schema import TableSchema

SETTINGS = ("rows", "teachers", "bins", "degree", "leaf", "pruning", "ridge")

ROWS, ROWS_MIN, ROWS_A_ROW = 200_000, 20_000, 40
"""Drawn rows where the setting is left out: as many, but for small tables, of which each row stands for so many."""

PUPIL_LEAF = 20
"""Fewest drawn rows in a leaf of the trees."""


class LogitTrees:
    """Sequential multinomial logistic regressions, distilled into trees.

    Settings:
        rows: how many rows the regressions draw for the trees to grow on; 200,000 when left out, fewer for a table of
            less than 5,000 rows or of more than some thirty columns. More is closer to the regressions, and a longer
            fit.
        teachers: how many times the regressions are fitted, each on another part of the rows. More learn less by heart,
            and take longer.
        bins: of each column of numbers, up to 100.
        degree: how bent the influences on a column of numbers may be: 1 moves it up and down, 2 narrows and widens it,
            up to 20.
        leaf: fewest real rows in a leaf of a regression's tree; 20, or all of a smaller table, when left out.
        pruning: as of ``trees``, for those trees.
        ridge: how strongly weights are drawn to nothing.
    """

    kind: ClassVar[str] = "logit_trees"
    capabilities: ClassVar[Capabilities] = Capabilities(exact_conditions=False, pickled=False, missing_values=True)

    def __init__(
        self,
        *,
        rows: int | None = None,
        teachers: int = 5,
        bins: int = 64,
        degree: int = 6,
        leaf: int | None = None,
        pruning: float = 8.0,
        ridge: float = 2.0,
    ) -> None:
        if rows is not None:
            _check_whole("rows", rows, 1_000, 10_000_000)
        _check_whole("teachers", teachers, 1, 100)
        _check_whole("bins", bins, 2, CODES_MAX)
        _check_whole("degree", degree, 1, DEGREE_MAX)
        if leaf is not None:
            _check_whole("leaf", leaf, 1, 1_000_000)
        check_amount(self.kind, "pruning", pruning)
        check_amount(self.kind, "ridge", ridge)
        if ridge == 0:
            raise SettingsError("logit_trees: ridge is 0, but regressions need some; set it to 0.01 or more")
        self.rows, self.teachers, self.bins, self.degree, self.leaf = rows, teachers, bins, degree, leaf
        self.pruning, self.ridge = float(pruning), float(ridge)
        self._model: TableModel | None = None

    def fit(self, rows: pd.DataFrame, schema: TableSchema, seed: int) -> Self:
        """Learn from ``rows``, at least 2, conforming to ``schema``. Same input, same model.

        Raises:
            FitError: fewer than 2 rows, infinities, free text, or an id or pii column that cannot be made.
            SettingsError: ``leaf`` is larger than the table.
        """
        from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

        if len(rows) < 2:
            raise FitError(f"the table has {len(rows)} rows to learn from; give at least 2 (in practice 100 or more)")
        leaf = leaf_for(self.kind, self.leaf, len(rows))
        check_made(schema)
        # Sums of several threads differ in their last bits, and the solver makes much of that.
        with threadpool_limits(limits=1):
            code, coded = learn_code(rows, schema, self.bins, None)
            cascade = fit_cascade(code, coded, Plan(leaf, self.pruning, self.ridge, self.degree), self.teachers, seed)
            count = self.rows or max(ROWS_MIN, min(ROWS, ROWS_A_ROW * len(rows), cascade.rows_for_trees))
            self._model = _pupil(cascade, cascade.draw(count, seed), schema, seed)
        return self

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        """``n`` rows conforming to the schema. Same model, n and seed: same rows, in any process.

        Raises:
            ValueError: ``n`` is below 0, or the generator is not fitted.
        """
        return self._fitted().sample(n, seed)

    def sample_where(self, conditions: Conditions, n: int, seed: int) -> Conditional:
        """Up to ``n`` rows that meet ``conditions``, as ``Trees.sample_where``.

        Raises:
            ValueError: a condition names an unknown or unlearned column, or a category that does not exist.
        """
        return self._fitted().where(conditions, n, seed)

    def save(self) -> bytes:
        """The model in a versioned format of arrays and JSON; nothing in it is ever executed."""
        return pack_model(self.kind, {name: getattr(self, name) for name in SETTINGS}, self._fitted())

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

    def _fitted(self) -> TableModel:
        if self._model is None:
            raise ValueError("this logit_trees generator has learned nothing yet; call fit or load first")
        return self._model


def _pupil(cascade: Cascade, drawn: Drawn, schema: TableSchema, seed: int) -> TableModel:
    """Trees on drawn rows, columns in the order in which the cascade drew them."""
    firsts = {columns[0]: place for place, columns in enumerate(cascade.positions)}

    def hint(position: int) -> Hint | None:
        if position not in firsts:  # a joint's further columns each follow from the first
            return Hint(drawn.codes[position].astype(np.float64)[:, None], leaf=1)
        place = firsts[position]
        return Hint(cascade.expected(drawn, place), PUPIL_LEAF) if place else None

    growth = Growth(leaf=PUPIL_LEAF, trees=1, pruning=0.0, shrinkage=0.0, shard_rows=len(drawn.rows))
    plan = fitting.Plan(growth, smoothing=True, seed=seed % 2**32)
    order = [position for columns in cascade.positions for position in columns]
    codecs = learn_codecs(drawn.rows, schema)
    return fit_in_order(drawn.rows, schema, plan, codecs=codecs, order=order, hints=hint)


def _check_whole(name: str, given: Any, least: int, most: int) -> None:
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise SettingsError(f"logit_trees: {name} is a whole number from {least:,} to {most:,}, not {given!r}")
