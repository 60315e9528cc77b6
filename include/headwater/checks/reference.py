"""The real side of every judgement, and what the spec says of it.

Belongs here: the rows and the spec's part. Does not: any statistic, any coding (see ``prepared.py``).
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from headwater.checks.refusal import CannotJudgeError
from headwater.spec.contract import Contract
from headwater.tables.schema import TableSchema

JUDGE_ROWS_MAX = 20_000
"""Rows a side in a judgement."""
ROWS_MIN = 20
"""Fewer rows on either side say nothing; nothing is judged then."""


@dataclass(frozen=True, eq=False)
class Reference:
    """Real rows, and what is asked of synthetic ones.

    Attributes:
        schema: of all frames here and of the batch; every frame conforms to it.
        train: the rows that generators learn from.
        anchor: the rows that no generator ever sees.
        contract: the spec's limits.
        targets: columns that models must predict.
        groups: columns whose values divide people into subgroups.
        seed: decides every draw.
        shown: columns whose values may be printed. Nothing is shown by default.
    """

    schema: TableSchema
    train: pd.DataFrame
    anchor: pd.DataFrame
    contract: Contract
    targets: tuple[str, ...]
    seed: int
    groups: tuple[str, ...] = ()
    shown: frozenset[str] = frozenset()

    def judge_rows(self, batch_rows: int) -> int:
        """Rows on each side when a batch of so many rows is judged.

        Raises:
            CannotJudgeError: too few rows on some side; the message says how many are needed.
        """
        if not self.schema.learned:
            raise CannotJudgeError(
                "no column is learned, so there is nothing to compare; give a column another sdtype than id or pii"
            )
        if batch_rows < ROWS_MIN:
            raise CannotJudgeError(f"the batch has {batch_rows} rows; at least {ROWS_MIN} are needed, raise batch.rows")
        if len(self.anchor) < ROWS_MIN:
            raise CannotJudgeError(
                f"the anchor has {len(self.anchor)} rows; at least {ROWS_MIN} are needed for a limit, so about "
                f"{5 * ROWS_MIN} real rows"
            )
        if len(self.train) < 2 * ROWS_MIN:
            raise CannotJudgeError(
                f"there are {len(self.train)} training rows; at least {2 * ROWS_MIN} are needed to draw honest "
                f"samples of {ROWS_MIN} from"
            )
        return min(len(self.anchor), batch_rows, len(self.train) // 2, JUDGE_ROWS_MAX)
