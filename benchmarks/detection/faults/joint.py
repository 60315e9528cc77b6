"""Faults of relations: columns that no longer know of each other, while each is as it was.

Belongs here: permutations of columns, and labels. Does not: whole rows (``rows.py``, ``copies.py``).
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.detection.faults.honest import Honest
from headwater.checks.arrays import category_names, codes, is_discrete, numbers
from headwater.tables.schema import ColumnSchema

BINS = 8
STRONGEST = 5
"""Of so many pairs of columns with the strongest association one is decoupled."""
_ROWS_MAX = 20_000
_TRIES = 50


def shuffle_column(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame:
    """One column permuted among the share ``dose`` of rows."""
    names = [column.name for column in honest.schema.learned if honest.batch[column.name].nunique() > 1]
    name = str(random.choice(names))
    where = random.permutation(len(honest.batch))[: honest.share(dose)]
    return _permuted(honest.batch, name, where, random.permutation(where))


def make_independent(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame:
    """Every column permuted by itself, among the share ``dose`` of rows."""
    where = random.permutation(len(honest.batch))[: honest.share(dose)]
    out = honest.batch
    for column in honest.schema.learned:
        out = _permuted(out, column.name, where, random.permutation(where))
    return out


def flip_labels(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame | None:
    """Another class in the share ``dose`` of rows; a target of numbers takes another number from another row."""
    if honest.target is None:
        return None
    column = honest.schema[honest.target]
    values = honest.batch[column.name]
    found = codes(values, column).astype(np.float64) if is_discrete(column) else numbers(values)
    known = np.flatnonzero(found >= 0 if is_discrete(column) else ~np.isnan(found))
    if len(np.unique(found[known])) < 2:
        return None
    where = random.permutation(known)[: honest.share(dose)]
    if is_discrete(column):  # every other class that occurs is as likely, however rare it is
        known = known[np.unique(found[known], return_index=True)[1]]
    source = random.choice(known, len(where))
    for _ in range(_TRIES):
        same = found[source] == found[where]
        source[same] = random.choice(known, int(same.sum()))
    return _permuted(honest.batch, column.name, where, source)


def decouple_pair(honest: Honest, dose: float, random: np.random.Generator) -> pd.DataFrame | None:
    """Two strongly associated columns know of each other only through a third one, in the share ``dose`` of rows.

    One of the two is permuted among rows that are alike in the column which, of the others, it is most associated with.
    """
    columns = honest.schema.learned
    if len(columns) < 3:
        return None
    binned = [_binned(honest.train[c.name].iloc[:_ROWS_MAX], c, honest.train[c.name]) for c in columns]
    strength = np.zeros((len(columns), len(columns)))
    for a, b in combinations(range(len(columns)), 2):
        strength[a, b] = strength[b, a] = cramers_v(binned[a], binned[b])
    pairs = sorted(combinations(range(len(columns)), 2), key=lambda pair: -strength[pair])[:STRONGEST]
    pair = random.permutation(pairs[int(random.integers(len(pairs)))])
    moved, left = int(pair[0]), int(pair[1])
    others = strength[moved].copy()
    others[[moved, left]] = -1
    held = columns[int(others.argmax())]
    strata = _binned(honest.batch[held.name], held, honest.train[held.name])
    where = random.permutation(len(honest.batch))[: honest.share(dose)]
    to = where[np.argsort(strata[where], kind="stable")]
    return _permuted(honest.batch, columns[moved].name, to, _within(to, strata, random))


def cramers_v(first: NDArray[np.int64], second: NDArray[np.int64]) -> float:
    """Cramér's V of two columns of codes from 0, corrected for its bias (Bergsma 2013): 0 to 1."""
    n, width = len(first), int(second.max()) + 1
    table = np.bincount(first * width + second, minlength=(int(first.max()) + 1) * width).reshape(-1, width)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    rows, columns = table.shape
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / n
    phi = ((table - expected) ** 2 / expected).sum() / n
    phi = max(0.0, phi - (rows - 1) * (columns - 1) / (n - 1))
    smaller = min(rows - (rows - 1) ** 2 / (n - 1), columns - (columns - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(phi / smaller)) if smaller > 0 else 0.0


def _permuted(rows: pd.DataFrame, name: str, to: NDArray[np.int64], source: NDArray[np.int64]) -> pd.DataFrame:
    """The column takes at the positions ``to`` what it has at the positions ``source``."""
    index = np.arange(len(rows))
    index[to] = source
    return rows.assign(**{name: rows[name].take(index).reset_index(drop=True)})


def _within(to: NDArray[np.int64], strata: NDArray[np.int64], random: np.random.Generator) -> NDArray[np.int64]:
    """Positions ``to``, sorted by stratum, in another order within each stratum."""
    return to[np.lexsort((random.random(len(to)), strata[to]))]


def _binned(values: pd.Series, column: ColumnSchema, train: pd.Series) -> NDArray[np.int64]:
    """Codes from 0: the category, or the bin between quantiles of the training rows; the last one is: missing."""
    if is_discrete(column):
        found = codes(values, column)
        return np.where(found < 0, len(category_names(column)), found)
    known = numbers(train)
    known = known[~np.isnan(known)]
    raw = numbers(values)
    if not len(known):
        return np.zeros(len(raw), dtype=np.int64)
    edges = np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1]))
    return np.where(np.isnan(raw), len(edges) + 1, np.searchsorted(edges, raw, side="left"))
