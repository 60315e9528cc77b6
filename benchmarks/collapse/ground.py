"""The real rows of a cell: those it may learn from, those that no regime ever sees, and the dataset's spec.

Belongs here: cutting the table, writing the source. Does not: measuring (``figures.py``), the chain.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.fidelity.evaluate import RealSide
from benchmarks.fidelity.splits import Split, split
from benchmarks.fidelity.tables import BenchTable
from headwater.spec import Candidate, Column, CsvSource, DatasetSpec
from headwater.spec.contract import Contract
from headwater.spec.training import Training

MILD = Contract(coverage_min=0.1, cell_coverage_min=0.1, c2st_auc_max=1.0, utility_gap_max=0.5)
"""What a user would promise who must make do with less."""
MILD_FOR = frozenset({"gaussian_copula"})
"""Generators that the default contract keeps from ever being champion: then nothing would be guarded."""
LET_THROUGH_SHARE, LET_THROUGH_ALARM = 0.5, 0.05
"""``training.leak_share_max`` above the attack, and ``contract.false_alarm``, where leaks do not stop retraining."""
SOURCE_ROWS = 10_000
"""Rows of a source; a fifth of them is the anchor, the others are learned from."""


@dataclass(frozen=True, eq=False)
class Ground:
    """One table, cut by one seed.

    Attributes:
        table: conforming rows.
        seed: of the cell.
        source_rows: real rows of a source.
        most: use only so many rows of the table, for tests.
    """

    table: BenchTable
    seed: int
    source_rows: int = SOURCE_ROWS
    most: int | None = None

    @cached_property
    def cut(self) -> Split:
        """Rows that sources are drawn from, and the held-out ones that every generation is measured on."""
        return split(self.table.rows, self.seed, self.most)

    @cached_property
    def side(self) -> RealSide:
        """The held-out rows in every form the measures ask for."""
        return RealSide(self.cut, self.table.schema, self.table.target, self.seed)

    def draw(self, number: int, rows: int | None = None) -> pd.DataFrame:
        """A fresh draw of real rows without replacement; another number, another draw. Draws overlap."""
        pool, wanted = self.cut.train, rows or self.source_rows
        if wanted > len(pool):
            raise ValueError(f"{self.table.name} has {len(pool):,} rows to draw from; {wanted:,} are asked for")
        order = np.random.default_rng([self.seed, number]).permutation(len(pool))[:wanted]
        return pool.iloc[order].reset_index(drop=True)

    def spec(self, source: Path, generator: str, *, is_let_through: bool = False) -> DatasetSpec:
        """The dataset as a user would declare it: the shipped policy, one candidate.

        Where leaks are let through, each generation is retrained; a contract with more false alarms needs fewer draws
        for its nulls, which are drawn for each of them.

        ``batch.rows`` is for the chain to set once the snapshot says how many training rows there are.
        """
        columns = {
            column.name: Column(sdtype=column.sdtype, nullable=column.nullable) for column in self.table.schema.columns
        }
        policy, contract = Training(), MILD if generator in MILD_FOR else Contract()
        if is_let_through:
            policy = policy.model_copy(update={"leak_share_max": LET_THROUGH_SHARE})
            contract = contract.model_copy(update={"false_alarm": LET_THROUGH_ALARM})
        return DatasetSpec(
            dataset=self.table.name,
            owner="bench",
            source=CsvSource(kind="csv", path=str(source)),
            columns=columns,
            targets=(self.table.target.column,) if self.table.target else (),
            candidates=(Candidate(kind=generator),),
            training=policy,
            contract=contract,
            seed=self.seed,
        )


def write_source(path: Path, rows: pd.DataFrame) -> None:
    """The rows as a CSV without any label, as an unlabelled copy comes back."""
    path.parent.mkdir(parents=True, exist_ok=True)
    rows.to_csv(path, index=False)
