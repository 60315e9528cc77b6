"""The ``logit_trees`` member: regressions learn from the real rows, trees from rows that the regressions draw.

Trees on real rows must choose: small leaves repeat the real rows, large ones lose the many weak influences. Regressions
(``steps``) keep weak influences with few parameters and memorise little, but they draw slowly. So they only teach: they
draw many rows, and trees with small leaves grow on those (distillation: Buciluă, Caruana and Niculescu-Mizil 2006).
What the trees learn by heart are then drawn rows, not real ones.
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from headwater.generators.base import Capabilities, Conditional, Conditions
from headwater.generators.errors import FitError, SettingsError
from headwater.generators.logit_trees.cascade import CODES_MAX, fit_cascade
from headwater.generators.logit_trees.steps import Plan
from headwater.generators.made import check_made
from headwater.generators.mixture.coding import learn_code
from headwater.generators.trees.bagging import BAG_ROWS_MIN, IN_BAG
from headwater.generators.trees.generator import Trees
from headwater.generators.trees.model import TableModel
from headwater.generators.trees.settings import check_amount, leaf_for
from headwater.generators.trees.storing import pack_model, unpack_model
from headwater.tables.schema import TableSchema

SETTINGS = ("rows", "teachers", "bins", "cells", "leaf", "pruning", "ridge")
_BINS_MIN, _ROWS_A_BIN = 4, 20


class LogitTrees:
    """Sequential multinomial logistic regressions, distilled into trees.

    Settings:
        rows: how many rows the regressions draw for the trees to grow on. More is closer to the regressions, and a
            longer fit.
        teachers: how many times the regressions are fitted, each on another part of the rows; each draws its part of
            ``rows``. More learn less by heart, and take longer.
        bins: of each column of numbers, up to 100, and no more than one for 20 rows.
        cells: columns that are tied closely are learned as one variable of at most so many combinations, up to 100.
        leaf: fewest real rows in a leaf of a regression's tree; 20, or all of a smaller table, when left out.
        pruning: as of ``trees``, for those trees.
        ridge: how strongly weights are drawn to nothing.
    """

    kind: ClassVar[str] = "logit_trees"
    capabilities: ClassVar[Capabilities] = Capabilities(exact_conditions=False, pickled=False, missing_values=True)

    def __init__(
        self,
        *,
        rows: int = 200_000,
        teachers: int = 3,
        bins: int = 64,
        cells: int = 32,
        leaf: int | None = None,
        pruning: float = 2.0,
        ridge: float = 1.0,
    ) -> None:
        _check_whole("rows", rows, 1_000, 10_000_000)
        _check_whole("teachers", teachers, 1, 100)
        _check_whole("bins", bins, 2, CODES_MAX)
        _check_whole("cells", cells, 1, CODES_MAX)
        if leaf is not None:
            _check_whole("leaf", leaf, 1, 1_000_000)
        check_amount(self.kind, "pruning", pruning)
        check_amount(self.kind, "ridge", ridge)
        if ridge == 0:
            raise SettingsError("logit_trees: ridge is 0, but regressions need some; set it to 0.01 or more")
        self.rows, self.teachers, self.bins, self.cells, self.leaf = rows, teachers, bins, cells, leaf
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
            taught = self._taught(rows, schema, Plan(leaf, self.pruning, self.ridge), seed)
        self._model = Trees(trees=1, shard_rows=len(taught)).fit(taught, schema, seed).model
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

    def _taught(self, rows: pd.DataFrame, schema: TableSchema, plan: Plan, seed: int) -> pd.DataFrame:
        """The rows that the trees learn from: as many of each teacher."""
        code, coded = learn_code(rows, schema, min(self.bins, max(_BINS_MIN, len(rows) // _ROWS_A_BIN)), self.cells)
        rng = np.random.Generator(np.random.PCG64([seed, 2]))
        parts = []
        for seed_of in rng.integers(0, 2**32, self.teachers).tolist():
            known = coded
            if self.teachers > 1 and len(coded) >= BAG_ROWS_MIN:
                known = coded[np.sort(rng.permutation(len(coded))[: round(IN_BAG * len(coded))])]
            parts.append(fit_cascade(code, known, plan, seed_of).draw(-(-self.rows // self.teachers), seed_of))
        return pd.concat(parts, ignore_index=True)

    def _fitted(self) -> TableModel:
        if self._model is None:
            raise ValueError("this logit_trees generator has learned nothing yet; call fit or load first")
        return self._model


def _check_whole(name: str, given: Any, least: int, most: int) -> None:
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise SettingsError(f"logit_trees: {name} is a whole number from {least:,} to {most:,}, not {given!r}")
