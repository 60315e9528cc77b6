"""The real side of every check: what a batch is judged against, and how equal-size samples are drawn.

Belongs here: the reference and its seeded draws. Does not: any statistic.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.checks.encoding import Encoder
from headwater.checks.result import NoiseFloor
from headwater.checks.seeds import rng
from headwater.spec.contract import Contract
from headwater.tables.schema import TableSchema

JUDGE_ROWS_MAX = 2_000
"""Rows a side in statistics that need equal sizes. Coverage saturates when one side is larger."""
REPEATS_MAX = 10
ROWS_MIN = 20
"""Fewer rows on either side say nothing; the battery refuses to judge."""

Rows = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Reference:
    """Real rows and the limits they set.

    Attributes:
        schema: of all frames here and of the batch; every frame conforms to it.
        train: the rows that generators learn from.
        anchor: the rows that no generator ever sees.
        contract: the spec's limits.
        targets: columns that models must predict.
        seed: decides every draw.
        floors: noise floor by check name, from ``calibration.calibrate``; empty before calibration.
        shown: columns whose categories may be printed. Nothing is shown by default.
    """

    schema: TableSchema
    train: pd.DataFrame
    anchor: pd.DataFrame
    contract: Contract
    targets: tuple[str, ...]
    seed: int
    floors: Mapping[str, NoiseFloor] = field(default_factory=dict)
    shown: frozenset[str] = frozenset()

    @cached_property
    def encoder(self) -> Encoder:
        """Fitted on the training rows, once."""
        return Encoder.fit(self.train, self.schema)

    def pretend(self, train: pd.DataFrame, anchor: pd.DataFrame, seed: int) -> Reference:
        """The same reference with other real rows, for calibration; the encoder stays."""
        other = replace(self, train=train, anchor=anchor, seed=seed, floors={})
        other.__dict__["encoder"] = self.encoder
        return other

    def judge_rows(self, batch_rows: int) -> int:
        """Rows on each side of an equal-size comparison."""
        return min(len(self.anchor), batch_rows, JUDGE_ROWS_MAX)

    def pairs(self, batch_rows: int, label: str) -> list[tuple[Rows, Rows]]:
        """Seeded row positions ``(anchor, batch)``, equal sizes, without replacement: one pair or several.

        Where one side is much larger than the other, up to :data:`REPEATS_MAX` pairs are drawn, their larger
        sides disjoint, so that the mean over a small anchor is steady. Their rows together stay within
        :data:`JUDGE_ROWS_MAX` a side, so the cost is bounded.
        """
        n = self.judge_rows(batch_rows)
        repeats = max(1, min(REPEATS_MAX, max(len(self.anchor), batch_rows) // n, JUDGE_ROWS_MAX // n))
        draw = rng(self.seed, label)
        real, made = _parts(len(self.anchor), n, repeats, draw), _parts(batch_rows, n, repeats, draw)
        return list(zip(real, made, strict=True))

    def some_rows(self, total: int, most: int, label: str) -> Rows:
        """At most ``most`` of ``total`` row positions, seeded, sorted; all of them where they are few."""
        if total <= most:
            return np.arange(total)
        return np.sort(rng(self.seed, label).choice(total, size=most, replace=False))


def _parts(total: int, n: int, repeats: int, draw: np.random.Generator) -> list[Rows]:
    """``repeats`` samples of ``n`` positions below ``total``: disjoint where there are enough rows."""
    if total >= n * repeats:
        return list(draw.choice(total, size=(repeats, n), replace=False))
    return [draw.choice(total, size=n, replace=False) for _ in range(repeats)]
