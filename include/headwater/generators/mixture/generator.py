"""The ``mixture`` member: a latent-class model behind the generator protocol. The method is in the files beside it."""

from __future__ import annotations

import math
from typing import Any, ClassVar, Literal, Self

import numpy as np
import pandas as pd

from headwater.generators.base import Capabilities, Conditional, Conditions
from headwater.generators.conditions import wanted
from headwater.generators.errors import FitError, SettingsError
from headwater.generators.made import check_made
from headwater.generators.mixture.em import Plan
from headwater.generators.mixture.fitting import Shape, fit_model, refit_model
from headwater.generators.mixture.model import TableModel
from headwater.generators.mixture.storing import pack_model, unpack_model
from headwater.tables.schema import TableSchema


class Mixture:
    """Every row belongs to a class that nobody sees; within a class the columns are independent.

    Method: latent class analysis (Lazarsfeld and Henry 1968) fitted by EM (Dempster, Laird and Rubin 1977), as a maker
    of tables Dunson and Xing 2009, Si and Reiter 2013; see ``joints`` and ``smoothing`` for what differs.

    Settings:
        classes: how many; ``auto`` chooses on held-out likelihood (see ``selection``). More classes follow the real
            rows more closely and remember them better.
        bins: of each column of numbers; values as frequent have one of their own, as missing values have.
        cells: most combinations of codes of columns that are tied so closely that they are learned as one; 1 ties none.
        smoothing: factor on the strength with which a class is drawn towards the table (see ``smoothing``): 0 takes
            each class as counted, 1 is as strong as the classes speak for; ``auto`` takes the likeliest for held-out
            rows.
        iterations: most passes of EM over the rows.
        tolerance: EM ends when a pass gains less than this many nats of log-likelihood a row.

    The model holds bounds of intervals between real numbers, and values that at least 5 rows share.
    """

    kind: ClassVar[str] = "mixture"
    capabilities: ClassVar[Capabilities] = Capabilities(exact_conditions=True, pickled=False, missing_values=True)

    def __init__(
        self,
        *,
        classes: int | Literal["auto"] = "auto",
        bins: int = 64,
        cells: int = 128,
        smoothing: float | Literal["auto"] = 0.05,
        iterations: int = 30,
        tolerance: float = 2e-3,
    ) -> None:
        self.classes = "auto" if classes == "auto" else _count("classes", classes, "or auto")
        self.bins = _count("bins", bins, "32 to 128 suit most tables", least=2)
        self.cells = _count("cells", cells, "1 learns every column on its own")
        self.smoothing = "auto" if smoothing == "auto" else _number("smoothing", smoothing, "or auto")
        self.iterations = _count("iterations", iterations, "10 to 50 suit most tables")
        self.tolerance = _number("tolerance", tolerance, "0 runs through all iterations")
        self._model: TableModel | None = None

    def fit(self, rows: pd.DataFrame, schema: TableSchema, seed: int) -> Self:
        """Learn from ``rows``, at least 2, conforming to ``schema``. Same input, same model.

        Raises:
            FitError: fewer than 2 rows or fewer than classes, infinities, free text, or an id or pii column that
                cannot be made.
        """
        _check_rows(rows, schema)
        self._model = fit_model(
            rows,
            schema,
            seed,
            classes=None if isinstance(self.classes, str) else self.classes,
            auto=isinstance(self.smoothing, str),
            shape=Shape(self.bins, self.cells),
            plan=self._plan(),
        )
        return self

    def refit(self, rows: pd.DataFrame, schema: TableSchema) -> Self:
        """Learn from newer rows of the same table, beginning with what is known: several times faster than ``fit``.

        The number of classes stays; categories, ranges and bins are those of the new rows. Nothing is drawn, so there
        is no seed: same model and rows, same model again.

        Args:
            rows: conforming to ``schema``, at least 2.
            schema: of the new rows: the same columns, of the same kinds. Its categories may differ.

        Raises:
            FitError: as :meth:`fit`, or a column is new, gone, or of another kind.
            ValueError: the generator is not fitted.
        """
        model = self._fitted()
        _check_rows(rows, schema)
        self._model = refit_model(model, rows, schema, shape=Shape(self.bins, self.cells), plan=self._plan())
        return self

    @property
    def fitted_classes(self) -> int:
        """Number of classes of the fitted model. Raises: ValueError: the generator is not fitted."""
        return len(self._fitted().shares)

    @property
    def passes(self) -> int:
        """Passes over the rows that the last fit or refit took. Raises: ValueError: the generator is not fitted."""
        return self._fitted().passes

    def density(self, rows: pd.DataFrame) -> np.ndarray:
        """The exact log-density of each row under the model, in nats: float64, shape ``(rows,)``.

        The base measure is the product of one measure a learned column: it counts categories, missing values and the
        points of a lattice (integers, dates, fixed decimals: a point is one unit in the last place), and for reals is
        length, plus a count at each atom. Ids and pii are not learned and count nothing. A row that is never drawn has
        minus infinity: a category never seen, a number between the intervals, a combination within a joint that never
        occurred.

        Args:
            rows: conforming to the schema of the fit.

        Raises:
            ValueError: the rows do not conform, or the generator is not fitted.
        """
        model = self._fitted()
        if not model.code.conforms(rows):
            raise ValueError("the rows do not conform to the schema of the fit; conform them with tables.frames first")
        return model.log_density(rows)

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        """``n`` rows conforming to the schema. Same model, n and seed: same rows, in any process.

        Raises:
            ValueError: ``n`` is below 0, or the generator is not fitted.
        """
        return self._fitted().sample(n, seed)

    def sample_where(self, conditions: Conditions, n: int, seed: int) -> Conditional:
        """``n`` rows that meet ``conditions``, from the exact conditional distribution: nothing is rejected.

        None are found where the conditions have no probability. One value of a real column has none, unless it is an
        atom: ask for a range.

        Raises:
            ValueError: a condition names an unknown or unlearned column, or a category that does not exist.
        """
        model = self._fitted()
        asked = wanted(conditions, model.code.schema, {codec.position: codec for codec in model.code.codecs})
        return model.sample_where(asked, n, seed)

    def save(self) -> bytes:
        """The model in a versioned format of arrays and JSON; nothing in it is ever executed."""
        return pack_model(self._settings(), self._fitted())

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model of :meth:`save`.

        Raises:
            ModelFileError: cut short, altered, of another kind, or of a version this code does not know.
        """
        settings, model = unpack_model(data)
        member = cls(**settings)
        member._model = model
        return member

    def _settings(self) -> dict[str, Any]:
        names = ("classes", "bins", "cells", "smoothing", "iterations", "tolerance")
        return {name: getattr(self, name) for name in names}

    def _plan(self) -> Plan:
        factor = 1.0 if isinstance(self.smoothing, str) else self.smoothing
        return Plan(self.iterations, self.tolerance, factor)

    def _fitted(self) -> TableModel:
        if self._model is None:
            raise ValueError("this mixture generator has learned nothing yet; call fit or load first")
        return self._model


def _check_rows(rows: pd.DataFrame, schema: TableSchema) -> None:
    if len(rows) < 2:
        raise FitError(f"the table has {len(rows)} rows to learn from; give at least 2 (in practice 100 or more)")
    check_made(schema)


def _count(name: str, value: Any, cure: str, least: int = 1) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise SettingsError(f"mixture: {name} is a whole number from {least}, not {value!r}; {cure}")
    return value


def _number(name: str, value: Any, cure: str) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not (0 <= value < math.inf):
        raise SettingsError(f"mixture: {name} is a number from 0, not {value!r}; {cure}")
    return float(value)
