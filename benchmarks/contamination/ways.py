"""Ways in which released rows come back through somebody's table. Each takes a frame and returns a changed one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from headwater.tables.schema import TableSchema


@dataclass(frozen=True, eq=False)
class Planted:
    """Rows on their way back: rows as released, honest rows for what is made up, the schema, chance."""

    released: pd.DataFrame
    honest: pd.DataFrame
    schema: TableSchema
    rng: np.random.Generator

    def two_columns(self) -> list[str]:
        """Two of the columns, at random."""
        names = [column.name for column in self.schema.learned]
        return [names[index] for index in self.rng.choice(len(names), 2, replace=False)]

    def numbers(self) -> list[str]:
        """The columns of numbers."""
        return [column.name for column in self.schema.learned if column.sdtype == "numerical"]


Way = Callable[[Planted], pd.DataFrame]


def unchanged(planted: Planted) -> pd.DataFrame:
    """As they were released."""
    return planted.released


def emptied(planted: Planted) -> pd.DataFrame:
    """Two columns were dropped and came back empty."""
    frame = planted.released.copy()
    for name in planted.two_columns():
        frame[name] = _missing(frame[name])
    return frame


def filled(planted: Planted) -> pd.DataFrame:
    """Two columns were dropped and came back with their most frequent value everywhere."""
    frame = planted.released.copy()
    for name in planted.two_columns():
        frame[name] = pd.Series([planted.honest[name].mode().iloc[0]] * len(frame)).astype(frame[name].dtype)
    return frame


def replaced(planted: Planted) -> pd.DataFrame:
    """Two columns were dropped and came back with values of honest rows, none of them the nearly unique column.

    Without that one nothing tells a released row from an honest one: see decision 15.
    """
    frame = planted.released.copy()
    unique = max(planted.schema.learned, key=lambda column: planted.honest[column.name].nunique()).name
    names = [name for name in frame.columns if name != unique]
    for name in planted.rng.choice(names, 2, replace=False):
        picked = planted.rng.choice(len(planted.honest), len(frame))
        frame[name] = planted.honest[name].iloc[picked].reset_index(drop=True)
    return frame


def to_tens(planted: Planted) -> pd.DataFrame:
    """All numbers were rounded to tens."""
    return _rounded(planted, planted.numbers(), lambda values: np.round(values, -1))


def to_two_digits(planted: Planted) -> pd.DataFrame:
    """All numbers were rounded to two significant digits."""
    return _rounded(planted, planted.numbers(), _two_digits)


def one_to_thousands(planted: Planted) -> pd.DataFrame:
    """The column of the largest numbers was cut to thousands, or to tens where it has no thousands."""
    medians = {name: float(np.nanmedian(_values(planted.honest[name]))) for name in planted.numbers()}
    name = max(medians, key=lambda one: medians[one])
    step = 1_000.0 if medians[name] > 5_000 else 10.0
    return _rounded(planted, [name], lambda values: np.floor(values / step) * step)


WAYS: dict[str, Way] = {
    way.__name__: way for way in (unchanged, emptied, filled, replaced, to_tens, to_two_digits, one_to_thousands)
}
ROUNDING = frozenset({"to_tens", "to_two_digits", "one_to_thousands"})


def _missing(values: pd.Series) -> pd.Series:
    return pd.Series([None] * len(values), dtype=object).astype(values.dtype)


def _rounded(planted: Planted, names: list[str], change: Callable[[np.ndarray], np.ndarray]) -> pd.DataFrame:
    frame = planted.released.copy()
    for name in names:
        values = change(_values(frame[name]))
        frame[name] = pd.Series(values).astype(frame[name].dtype)
    return frame


def _values(column: pd.Series) -> np.ndarray:
    return column.to_numpy(dtype=float, na_value=np.nan)


def _two_digits(values: np.ndarray) -> np.ndarray:
    return np.array([float(f"{value:.2g}") for value in values])
