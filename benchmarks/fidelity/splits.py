"""How a table is cut by a seed: rows to learn from, and rows that no generator sees. The same for every entry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

TRAIN_SHARE = 0.8
TRAIN_ROWS_MAX = 30_000
HOLDOUT_ROWS_MAX = 7_000
"""Keep the time of the whole bench bounded; the census table's 6,513 holdout rows stay below."""


@dataclass(frozen=True, eq=False)
class Split:
    """Disjoint real rows: ``train`` is learned from, ``holdout`` never. Fresh indexes."""

    train: pd.DataFrame
    holdout: pd.DataFrame


def split(rows: pd.DataFrame, seed: int, most: int | None = None) -> Split:
    """80 % to train and 20 % held out, cut to :data:`TRAIN_ROWS_MAX` and :data:`HOLDOUT_ROWS_MAX`.

    Args:
        rows: the table.
        seed: decides which rows; also which ``most`` rows.
        most: use only so many rows of the table, for quick runs.
    """
    order = np.random.Generator(np.random.PCG64(seed)).permutation(len(rows))[:most]
    cut = round(len(order) * TRAIN_SHARE)
    train, holdout = order[:cut][:TRAIN_ROWS_MAX], order[cut:][:HOLDOUT_ROWS_MAX]
    return Split(rows.iloc[train].reset_index(drop=True), rows.iloc[holdout].reset_index(drop=True))


def stand_in(cut: Split) -> tuple[Split, pd.DataFrame]:
    """Real rows in the place of synthetic ones: as many of the train as are held out, and a split without them.

    They are taken out of ``train``: rows that are in both would be their own nearest neighbours.
    """
    n = min(len(cut.holdout), len(cut.train) // 2)
    rest = cut.train.iloc[:-n].reset_index(drop=True)
    return Split(rest, cut.holdout), cut.train.iloc[-n:].reset_index(drop=True)


def independent(train: pd.DataFrame, seed: int) -> pd.DataFrame:
    """The training rows with each column shuffled by itself: perfect marginals, no dependence at all."""
    draw = np.random.Generator(np.random.PCG64([seed, 1]))
    return pd.DataFrame(
        {name: train[name].iloc[draw.permutation(len(train))].reset_index(drop=True) for name in train.columns}
    )
