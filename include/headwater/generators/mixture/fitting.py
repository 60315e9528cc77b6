"""From real rows to a fitted table, from nothing or from the table fitted before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from headwater.generators.errors import FitError
from headwater.generators.mixture.coding import learn_code
from headwater.generators.mixture.em import (
    Classes,
    Coded,
    Plan,
    counted,
    logs_of,
    maximise,
    start_from_model,
    start_from_rows,
)
from headwater.generators.mixture.model import TableModel
from headwater.generators.mixture.selection import FACTORS, LADDER, choose
from headwater.tables.schema import TableSchema

EM_ROWS = 100_000
"""Rows that EM runs on; a larger table is then counted once, so that time grows slowly and every row has its say."""


@dataclass(frozen=True)
class Shape:
    """How fine the codes are: bins of each column of numbers, and most combinations in a joint of several columns."""

    bins: int
    cells: int


def fit_model(
    rows: pd.DataFrame, schema: TableSchema, seed: int, *, classes: int | None, auto: bool, shape: Shape, plan: Plan
) -> TableModel:
    """A table fitted from nothing.

    Args:
        rows: conforming to ``schema``, at least 2.
        schema: of the table.
        seed: decides where EM starts.
        classes: how many, or None to choose on held-out likelihood.
        auto: choose the factor of smoothing on held-out likelihood too.
        shape: of the codes.
        plan: of EM.

    Raises:
        FitError: infinities or free text, or fewer rows than classes.
    """
    if classes is not None and classes > len(rows):
        cure = f"set it to auto, or to {max(len(rows) // 20, 1)} at most for classes of 20 rows"
        raise FitError(f"mixture: classes is {classes}, but there are {len(rows)} rows to learn from; {cure}")
    code, codes = learn_code(rows, schema, shape.bins, shape.cells)
    coded = Coded(codes, code.priors())
    if not code.joints:
        return TableModel(code, np.ones(1), [], plan.smoothing, 0)
    many = classes or 1
    if auto or classes is None:
        ladder = LADDER if classes is None else (classes,)
        many, plan = choose(coded, plan, seed, ladder, FACTORS if auto else (plan.smoothing,))
    rng = np.random.Generator(np.random.PCG64(seed))
    part = _part(coded, rng)
    start = start_from_rows(part, min(many, len(part.codes)), rng)
    fitted, passes = _counted_whole(coded, *maximise(part, start, plan, rng))
    found = fitted.probabilities(coded, plan.smoothing)
    return TableModel(code, fitted.shares(), found, plan.smoothing, passes)


def refit_model(model: TableModel, rows: pd.DataFrame, schema: TableSchema, *, shape: Shape, plan: Plan) -> TableModel:
    """A table fitted from another one: its classes find their rows among the new ones, and EM goes on from there.

    The new rows get codes, bins and joints of their own, so new categories and ranges are learned. Where the old model
    cannot place a value, the row's other values place it.

    Raises:
        FitError: as :func:`fit_model`, and where a column's name or kind is not that of the old table.
    """
    misfit = model.code.misfit(schema)
    if misfit is not None:
        cure = "call fit for a table of other columns"
        raise FitError(f"column {misfit!r} is new, gone, or not of the kind this mixture was fitted on; {cure}")
    code, codes = learn_code(rows, schema, shape.bins, shape.cells)
    coded = Coded(codes, code.priors())
    if not code.joints:
        return TableModel(code, np.ones(1), [], plan.smoothing, 0)
    # The one random choice is which rows of a large table EM runs on; it need not differ between refits.
    every = np.arange(len(rows))[:, None]
    chosen = _part(Coded(every, []), np.random.Generator(np.random.PCG64(0))).codes[:, 0]
    part = Coded(codes[chosen], coded.priors)
    before = Coded(model.code.encode(rows.iloc[chosen], schema), model.code.priors())
    strengths = [np.ones(prior.depths) for prior in coded.priors]
    start = start_from_model(part, before, logs_of(model.shares, model.probabilities), strengths)
    fitted, passes = _counted_whole(coded, *maximise(part, start.strengthen(part), plan, None))
    found = fitted.probabilities(coded, model.smoothing)
    return TableModel(code, fitted.shares(), found, model.smoothing, passes)


def _part(coded: Coded, rng: np.random.Generator) -> Coded:
    """The rows that EM runs on: all, or a random part of a large table."""
    if len(coded.codes) <= EM_ROWS:
        return coded
    return Coded(coded.codes[rng.permutation(len(coded.codes))[:EM_ROWS]], coded.priors)


def _counted_whole(coded: Coded, fitted: Classes, passes: int) -> tuple[Classes, int]:
    """Classes that EM found on a part of a large table, counted on all of it; on a small one as they are."""
    if len(coded.codes) <= EM_ROWS:
        return fitted, passes
    rows, counts, _ = counted(coded.chunks, logs_of(fitted.shares(), fitted.probabilities(coded)))
    return Classes(rows, counts, fitted.strengths).strengthen(coded), passes + 1
