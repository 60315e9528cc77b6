"""Faults in which rows are not new: copies of each other, of training rows, of yesterday's batch.

Belongs here: exact and near copies. Does not: the jitter that makes them near (``storing.py``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from benchmarks.detection.faults.honest import Honest, swap, take
from benchmarks.detection.faults.storing import jittered


def duplicate(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame:
    """The share ``dose`` of rows are copies of other rows of the batch."""
    where, copied = _copies(honest, dose, random)
    return swap(honest.batch, where, copied)


def duplicate_nearly(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame | None:
    """The same with numbers and dates moved a little."""
    if not honest.measured:
        return None
    where, copied = _copies(honest, dose, random)
    return swap(honest.batch, where, jittered(copied, honest, random))


def copy_train(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame:
    """The share ``dose`` of rows are training rows."""
    where, copied = _memories(honest, dose, random)
    return swap(honest.batch, where, copied)


def copy_train_nearly(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame | None:
    """The same with numbers and dates moved a little."""
    if not honest.measured:
        return None
    where, copied = _memories(honest, dose, random)
    return swap(honest.batch, where, jittered(copied, honest, random))


def repeat_yesterday(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame:
    """The share ``dose`` of rows are those of the day before, in another order."""
    where = random.permutation(len(honest.batch))[: honest.share(dose)]
    return swap(honest.batch, where, take(honest.yesterday, random.permutation(len(honest.yesterday))[: len(where)]))


def _copies(honest: Honest, dose: float, random: np.random.Generator) -> tuple[np.ndarray, pd.DataFrame]:
    """Positions to overwrite, and as many rows of the rest of the batch."""
    order = random.permutation(len(honest.batch))
    where, rest = np.split(order, [honest.share(dose)])
    return where, take(honest.batch, random.choice(rest, len(where), replace=len(where) > len(rest)))


def _memories(honest: Honest, dose: float, random: np.random.Generator) -> tuple[np.ndarray, pd.DataFrame]:
    """Positions to overwrite, and as many training rows."""
    where = random.permutation(len(honest.batch))[: honest.share(dose)]
    train = len(honest.train)
    return where, take(honest.train, random.choice(train, len(where), replace=len(where) > train))
