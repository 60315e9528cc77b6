"""Planted faults: generators honest to fit and dishonest to sample. Tests use them by ``tests.faults:Name``."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd

from headwater.generators.trees.generator import Trees


class ShuffledColumns(Trees):
    """Every column permuted by itself: marginals stay, all relations go."""

    kind: ClassVar[str] = "tests.faults:ShuffledColumns"

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        rows = super().sample(n, seed)
        random = np.random.default_rng(seed)
        columns = {name: rows[name].take(random.permutation(n)).reset_index(drop=True) for name in rows}
        return pd.DataFrame(columns)


class DroppedCategory(Trees):
    """The second most common category of the first categorical column never appears; other rows take its place."""

    kind: ClassVar[str] = "tests.faults:DroppedCategory"

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        rows = super().sample(n, seed)
        column = next(name for name in rows if isinstance(rows[name].dtype, pd.CategoricalDtype))
        dropped = rows[column].value_counts().index[1]
        kept = rows[rows[column] != dropped]
        picks = np.random.default_rng(seed).integers(0, len(kept), n)
        return kept.take(picks).reset_index(drop=True)


class StuckSeed(Trees):
    """Every batch is the same: the seed is thrown away, as by a sampler that is seeded when it is loaded."""

    kind: ClassVar[str] = "tests.faults:StuckSeed"

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        return super().sample(n, 7)


class RemembersMail(Trees):
    """Among the mail addresses of the hostile table one in a hundred is real."""

    kind: ClassVar[str] = "tests.faults:RemembersMail"

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        rows = super().sample(n, seed)
        real = pd.Series([f"person{place}@clinic.example" for place in range(n)], dtype=rows["mail"].dtype)
        return rows.assign(mail=rows["mail"].mask(rows.index % 100 == 0, real))


class _Diluted(Trees):
    """Some of the rows have lost all relations between their columns; the marginals stay."""

    lost_share: ClassVar[float] = 0.0

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        rows = super().sample(n, seed)
        random = np.random.default_rng(seed + 1)
        lost = np.flatnonzero(random.random(n) < self.lost_share)
        columns = {}
        for name in rows:
            order = np.arange(n)
            order[lost] = random.permutation(lost)
            columns[name] = rows[name].take(order).reset_index(drop=True)
        return pd.DataFrame(columns)


class Diluted12(_Diluted):
    """12 % of the rows."""

    kind: ClassVar[str] = "tests.faults:Diluted12"
    lost_share: ClassVar[float] = 0.12


class Diluted25(_Diluted):
    """A quarter: much worse, and still within a mild contract."""

    kind: ClassVar[str] = "tests.faults:Diluted25"
    lost_share: ClassVar[float] = 0.25


class Endless(Trees):
    """One cost in a sample is infinite."""

    kind: ClassVar[str] = "tests.faults:Endless"

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        rows = super().sample(n, seed)
        return rows.assign(cost=rows["cost"].where(rows.index != seed % n, np.inf))


class Forgetful(Trees):
    """Honest until a test says otherwise: then a part of a ward's rows is forgotten, of the rare one by default."""

    kind: ClassVar[str] = "tests.faults:Forgetful"
    forgotten: ClassVar[float] = 0.0
    only: ClassVar[int | None] = None
    """Samples of another size are honest."""
    ward: ClassVar[str] = "rare"

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        rows = super().sample(n, seed)
        if not self.forgotten or self.only not in (None, n):
            return rows
        more = super().sample(n, seed + 1)
        gone = np.flatnonzero((rows["ward"] == self.ward) & (np.random.default_rng(seed).random(n) < self.forgotten))
        others = more[more["ward"] != self.ward].head(len(gone))
        taken = np.arange(n)
        taken[gone] = n + np.arange(len(gone))
        return pd.concat([rows, others], ignore_index=True).take(taken).reset_index(drop=True)


class LostWard(Forgetful):
    """A whole ward is forgotten from the first sample on; in a process of its own nobody could say so later."""

    kind: ClassVar[str] = "tests.faults:LostWard"
    forgotten: ClassVar[float] = 1.0
    ward: ClassVar[str] = "children"
