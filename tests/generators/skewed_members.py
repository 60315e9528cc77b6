"""A generator that is wrong on purpose: it repeats real rows, some of them too often. For the tests of ensembles."""

from __future__ import annotations

from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from headwater.generators.base import Capabilities, Conditional, Conditions
from headwater.generators.model_file import pack, unpack
from headwater.generators.table_codec import TableCodec, fitted
from headwater.tables.schema import TableSchema


class Skewed:
    """Rows whose ``column`` is ``value`` come ``factor`` times as often as they should."""

    kind: ClassVar[str] = "skewed_members:Skewed"
    capabilities: ClassVar[Capabilities] = Capabilities(exact_conditions=False, pickled=False, missing_values=True)

    def __init__(self, column: str, value: Any, factor: float) -> None:
        self.settings = {"column": column, "value": value, "factor": factor}
        self.codec: TableCodec | None = None

    def fit(self, rows: pd.DataFrame, schema: TableSchema, seed: int) -> Self:
        self.codec = TableCodec.learn(rows, schema)
        self.cells = self.codec.encode(rows)
        chance = np.where(
            (rows[self.settings["column"]] == self.settings["value"]).to_numpy(), self.settings["factor"], 1.0
        )
        self.until = np.cumsum(chance / chance.sum())
        return self

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        codec = fitted(self.codec, n)
        drawn = np.searchsorted(self.until, np.random.Generator(np.random.PCG64(seed)).random(n) * self.until[-1])
        return codec.decode({name: cells.take(drawn) for name, cells in self.cells.items()}, n, seed)

    def sample_where(self, conditions: Conditions, n: int, seed: int) -> Conditional:
        return fitted(self.codec, n).reject(conditions, n, seed, self.sample)

    def save(self) -> bytes:
        codec = fitted(self.codec)
        arrays = codec.to_arrays(self.cells) | {"until": self.until}
        return pack(self.kind, 1, {"settings": self.settings, "table": codec.to_json()}, arrays)

    @classmethod
    def load(cls, data: bytes) -> Self:
        meta, arrays = unpack(data, cls.kind, 1)
        member = cls(**meta["settings"])
        member.codec, member.until = TableCodec.from_json(meta["table"]), arrays["until"]
        member.cells = member.codec.from_arrays(arrays)
        return member
