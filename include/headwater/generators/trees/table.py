"""Fits the models of all columns of a table, in the order in which they are drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from headwater.generators import columns
from headwater.generators.columns import Codec
from headwater.generators.trees.fitting import Fitting, Hint, Plan
from headwater.generators.trees.model import TableModel
from headwater.generators.trees.order import Order, draw_order
from headwater.tables.schema import TableSchema

Hints = Callable[[int], Hint | None]
"""What is known of the column at a position of the schema."""


def learn_codecs(rows: pd.DataFrame, schema: TableSchema) -> list[Codec]:
    """How each learned column becomes numbers, in the order of the schema. Raises: FitError, as ``columns.learn``."""
    learned = [(place, column) for place, column in enumerate(schema.columns) if column.is_learned]
    return [columns.learn(rows[column.name], column, place) for place, column in learned]


def fit_table(rows: pd.DataFrame, schema: TableSchema, plan: Plan, order: Order) -> TableModel:
    """The model of a table's rows, columns drawn in the order that is asked for (see ``draw_order``)."""
    codecs = learn_codecs(rows, schema)
    known = [codec for codec in codecs if codec.form != "null"]
    numbers = {codec.position: _numbers(rows, schema, codec) for codec in known}
    places = draw_order(known, list(numbers.values()), order)
    positions = [known[place].position for place in places]
    return fit_in_order(rows, schema, plan, codecs=codecs, order=positions, numbers=numbers)


def fit_in_order(
    rows: pd.DataFrame,
    schema: TableSchema,
    plan: Plan,
    *,
    codecs: list[Codec],
    order: list[int],
    hints: Hints = lambda _: None,
    numbers: Mapping[int, np.ndarray] | None = None,
) -> TableModel:
    """The model of a table's rows.

    Args:
        rows: conforming to ``schema``.
        schema: of the table.
        plan: how to fit.
        codecs: of every learned column.
        order: positions of the learned columns, in the order of the draws; those without values are left out.
        numbers: of columns by position, as ``columns.encode`` has them, where they are known already.
        hints: what is known of each column beyond its values. Trees without one are grown to tell the values.
    """
    by_position = {codec.position: codec for codec in codecs}
    order = [position for position in order if by_position[position].form != "null"]
    fitting = Fitting(len(rows), len(order), plan)
    models = []
    for position in order:
        codec, missing = by_position[position], rows[schema.columns[position].name].isna().to_numpy()
        own = _numbers(rows, schema, codec) if numbers is None else numbers[position]
        models.append(fitting.add(codec, own, missing, hints(position)))
    return TableModel(schema, codecs, order, models)


def _numbers(rows: pd.DataFrame, schema: TableSchema, codec: Codec) -> np.ndarray:
    column = schema.columns[codec.position]
    return columns.encode(rows[column.name], column, codec)
