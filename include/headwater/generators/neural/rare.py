"""Rare categories of long columns: learned together as one, drawn apart again by their real frequencies.

One-hot encoding gives each category a column of its own, so 10,000 categories of 20,000 rows would be a matrix of
1.6 GB and a network to fit. The most frequent categories keep a column each; the others share one. How the shared ones
depend on other columns is learned for all of them together; what share each has among them is exact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

OTHER = "other"
"""Stands for the shared categories; codes are texts of whole numbers, so it meets none of them."""


@dataclass(frozen=True)
class Rare:
    """The shared categories of one column.

    Attributes:
        name: of the column in the plain frame.
        codes: int32, shape ``(shared,)``, ascending.
        counts: int64, shape ``(shared,)``: real rows of each.
    """

    name: str
    codes: np.ndarray
    counts: np.ndarray

    def join(self, plain: pd.Series) -> pd.Series:
        """The column with one category in place of the shared ones."""
        return plain.where(~plain.isin(self.codes.astype(str)), OTHER)

    def part(self, plain: pd.Series, rng: np.random.Generator) -> pd.Series:
        """The column with a shared category drawn for each place where they were joined."""
        joined = (plain == OTHER).to_numpy()
        drawn = rng.choice(self.codes, size=int(joined.sum()), p=self.counts / self.counts.sum())
        parted = plain.to_numpy(dtype=object, copy=True)
        parted[joined] = drawn.astype(str)
        return pd.Series(parted, index=plain.index, name=plain.name)


def learn_rare(plain: pd.DataFrame, categorical: Iterable[str], most: int) -> list[Rare]:
    """What to join so that no column keeps more than ``most`` categories (of ``missing``: patterns).

    Args:
        plain: the frame that SDV would learn.
        categorical: its columns of categories, each text a code.
        most: 2 or more. Of equally frequent categories the ones with the lower code stay.
    """
    found = []
    for name in categorical:
        codes, counts = np.unique(plain[name].to_numpy(dtype=np.int32), return_counts=True)
        if len(codes) > most:
            by_frequency = np.argsort(-counts, kind="stable")
            shared = np.sort(by_frequency[most - 1 :])
            found.append(Rare(name, codes[shared], counts[shared]))
    return found


def joined(plain: pd.DataFrame, rare: Iterable[Rare]) -> pd.DataFrame:
    """The frame with the shared categories of every column joined."""
    return plain.assign(**{one.name: one.join(plain[one.name]) for one in rare})


def parted(plain: pd.DataFrame, rare: Iterable[Rare], seed: int) -> pd.DataFrame:
    """The frame with the shared categories drawn. Same frame and seed, same draws."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, 0x5A8E])))
    return plain.assign(**{one.name: one.part(plain[one.name], rng) for one in rare})
