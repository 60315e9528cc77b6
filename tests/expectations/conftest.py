"""A small table of people with every kind of column, its real side, and batches of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
import pandas as pd
import pytest

from headwater.checks import baseline
from headwater.checks.baseline import draw
from headwater.checks.facts import TableFacts, describe
from headwater.checks.judge import Judge
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.expectations.trend import History
from headwater.expectations.validate import Subject, Validation, validate
from headwater.spec import DatasetSpec
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema

ROWS = 400
DRAWS = 40
"""Few: the tests here are about what is told of a check, not about its limit."""
SECRETS = ("Ashkelon", "Byblos")
WARDS = ("Ugarit", "Knossos", "Mycenae")
RENTS = (4111.25, 5222.75, 6333.375)
JOBS = ("<script>alert('job')</script>", "clerk", "nurse")
COLUMNS: dict[str, Any] = {
    "id": "id",
    "age": {"sdtype": "numerical", "min": 17, "max": 90, "public": True},
    "pay": {"sdtype": "numerical", "public": True},
    "job": {"sdtype": "categorical", "public": True},
    "town": {"sdtype": "categorical", "sensitive": True},
    "born": {"sdtype": "datetime", "public": True},
    "ok": {"sdtype": "boolean", "nullable": True, "public": True, "group": True},
    "wage": {"sdtype": "numerical", "sensitive": True},
    "ward": {"sdtype": "categorical", "group": True},
    "rent": "numerical",
}
"""``ward`` and ``rent`` are neither public nor sensitive: nobody said that their values may be shown."""


@dataclass(frozen=True)
class People:
    """All that ``validate`` needs but the batch."""

    spec: DatasetSpec
    schema: TableSchema
    facts: TableFacts
    judge: Judge
    candidate: Judge
    """The same without a certificate: the generator was not promoted yet."""

    @property
    def reference(self) -> Reference:
        """The real rows."""
        return self.judge.prepared.reference

    def batch(self, seed: int = 3) -> pd.DataFrame:
        """Rows like the real ones, inside their ranges."""
        return _rows(ROWS, seed, self.schema)

    def validate(
        self,
        batch: pd.DataFrame,
        rows: int = ROWS,
        history: History | None = None,
        judge: Judge | None = None,
        **changed: Any,
    ) -> Validation:
        """One validation; ``changed`` replaces parts of the spec."""
        spec = self.spec.model_copy(update=changed)
        return validate(batch, spec, self.facts, judge or self.judge, subject(rows), history=history)


def subject(rows: int = ROWS) -> Subject:
    """A batch's names."""
    started = datetime(2026, 1, 2, 3, 4, tzinfo=UTC)
    return Subject("people", "batch-1", date(2026, 1, 1), "0b5c-1", started, "trees", rows, "ab" * 32)


@pytest.fixture(scope="session")
def people() -> People:
    """The table, described and referenced once."""
    spec = DatasetSpec.model_validate(
        {
            "dataset": "people",
            "owner": "tests",
            "source": {"kind": "csv", "path": "people.csv"},
            "columns": COLUMNS,
            "keys": {"primary": ["id"]},
            "targets": ["job"],
        }
    )
    schema = TableSchema(columns=tuple(_columns()))
    train, anchor = _rows(ROWS, 1, schema), _rows(ROWS // 2, 2, schema)
    reference = Reference(
        schema=schema,
        train=train,
        anchor=anchor,
        contract=spec.contract,
        targets=spec.targets,
        groups=spec.groups,
        seed=0,
        shown=frozenset(name for name, column in spec.columns.items() if column.public),
    )
    prepared = Prepared.of(reference, reference.judge_rows(ROWS))
    made = prepared.yardstick.code(_rows(4 * prepared.n, 5, schema))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(baseline, "LOSSES", (0.2,))
        patch.setattr(baseline, "LOSS_DRAWS", 4)
        floor = draw(prepared, prepared.train, kind="noise_floor", subject="snapshot", draws=DRAWS)
        certificate = draw(prepared, made, kind="certificate", subject="generator", draws=DRAWS)
    return People(spec, schema, describe(train, schema), Judge(prepared, floor, certificate), Judge(prepared, floor))


def _columns() -> list[ColumnSchema]:
    return [
        ColumnSchema(name="id", sdtype="id", storage="integer", nullable=False),
        ColumnSchema(name="age", sdtype="numerical", storage="integer", nullable=False, decimals=0),
        ColumnSchema(name="pay", sdtype="numerical", storage="real", nullable=False, decimals=2),
        ColumnSchema(name="job", sdtype="categorical", storage="text", nullable=False, categories=JOBS),
        ColumnSchema(name="town", sdtype="categorical", storage="text", nullable=False, categories=SECRETS),
        ColumnSchema(name="born", sdtype="datetime", storage="timestamp", nullable=False),
        ColumnSchema(name="ok", sdtype="boolean", storage="boolean", nullable=True),
        ColumnSchema(name="wage", sdtype="numerical", storage="real", nullable=False),
        ColumnSchema(name="ward", sdtype="categorical", storage="text", nullable=False, categories=WARDS),
        ColumnSchema(name="rent", sdtype="numerical", storage="real", nullable=False),
    ]


def _rows(rows: int, seed: int, schema: TableSchema) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    # The ends of each range occur in every sample, so that an honest batch stays inside the training range.
    days = np.concatenate([[0, 9_999], rng.integers(0, 10_000, rows - 2)])
    pay = np.concatenate([[100.0, 900.0], rng.uniform(100, 900, rows - 2).round(2)])
    frame = pd.DataFrame(
        {
            "id": np.arange(rows),
            "age": np.concatenate([[17, 90], rng.integers(17, 91, rows - 2)]),
            "pay": pay,
            "job": np.array(JOBS, dtype=object)[rng.choice(3, rows, p=[0.1, 0.5, 0.4])],
            "town": rng.choice(SECRETS, rows),
            "born": np.datetime64("1950-01-01", "us") + days.astype("timedelta64[D]"),
            "ok": pd.array(rng.choice(np.array([True, False, None], dtype=object), rows), dtype="boolean"),
            "wage": np.concatenate([[1234.5, 7777.125], rng.choice([1234.5, 2222.25, 7777.125], rows - 2)]),
            "ward": rng.choice(WARDS, rows),
            "rent": np.concatenate([RENTS[::2], rng.choice(RENTS, rows - 2)]),
        }
    )
    return conform(frame, schema)
