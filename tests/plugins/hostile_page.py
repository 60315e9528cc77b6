"""A validation of a table whose names and values try to break out of the page, as the chain would have made it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from headwater.checks.baseline import draw
from headwater.checks.facts import describe
from headwater.checks.judge import Judge
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.expectations.trend import Point
from headwater.expectations.validate import Subject, Validation, validate
from headwater.spec import DatasetSpec
from headwater.tables.frames import conform
from headwater.tables.schema import ColumnSchema, TableSchema

ROWS = 400
DRAWS = 40
NUMBERS = {
    "script": "<script>window.ran = 'script'; alert(1)</script>",
    "style": "</style></title><img src=x onerror=\"window.ran = 'image'\">",
    "template": "{{ 7*7 }} {% for x in y %} ${sentence} $sentence",
    "quotes": "\"'`' onmouseover='window.ran = 1'",
    "right to left": "\u202eadmin\u202c \u200b\u200d\ufeff",
    "long": "x" * 300,
    "remote": "<img src=https://elsewhere.example/a.png><link rel=stylesheet href=//elsewhere.example/b.css>",
}
"""Names of numeric columns."""
CATEGORIES = (
    "<svg onload=\"window.ran = 'svg'\">",
    "javascript:window.ran=1",
    "</script><script>window.ran = 'closed'</script>",
    '=HYPERLINK("https://elsewhere.example")',
    "plain",
)


@cache
def hostile_judge() -> Judge:
    """What every batch of the table is judged with."""
    spec, schema = _spec(), _schema()
    reference = Reference(
        schema=schema,
        train=_rows(ROWS, 1, schema),
        anchor=_rows(ROWS // 2, 2, schema),
        contract=spec.contract,
        targets=spec.targets,
        groups=spec.groups,
        seed=0,
        shown=frozenset(name for name, column in spec.columns.items() if column.public),
    )
    prepared = Prepared.of(reference, reference.judge_rows(ROWS))
    made = prepared.yardstick.code(_rows(4 * prepared.n, 5, schema))
    floor = draw(prepared, prepared.train, kind="noise_floor", subject="snapshot", draws=DRAWS)
    return Judge(prepared, floor, draw(prepared, made, kind="certificate", subject="generator", draws=DRAWS))


def hostile_validation(validation_id: str, *, is_broken: bool) -> Validation:
    """The validation of a batch; a broken one lacks a category and breaks rules of every hostile column."""
    judge = hostile_judge()
    schema = judge.prepared.reference.schema
    batch = _rows(ROWS, 3, schema)
    if is_broken:
        batch.loc[batch["kind"].astype(str).str.startswith("<svg"), "kind"] = "plain"
        for place, name in enumerate(NUMBERS.values()):
            batch.loc[place, name] = 2.0
    name = NUMBERS["script"]
    subject = Subject("people", name, date(2026, 1, 31), validation_id, _noon(), name, ROWS, name)
    facts = describe(judge.prepared.reference.train, schema)
    return validate(batch, _spec(), facts, judge, subject, history=_history(judge.names))


def _spec() -> DatasetSpec:
    public = {"sdtype": "numerical", "min": 0, "max": 1, "public": True}
    return DatasetSpec.model_validate(
        {
            "dataset": "people",
            "owner": "tests",
            "source": {"kind": "csv", "path": "people.csv"},
            "columns": {
                "id": "id",
                "kind": {"sdtype": "categorical", "public": True, "group": True},
                **dict.fromkeys(NUMBERS.values(), public),
            },
            "keys": {"primary": ["id"]},
            "targets": ["kind"],
        }
    )


def _schema() -> TableSchema:
    return TableSchema(columns=tuple(_columns()))


def _noon() -> datetime:
    return datetime(2026, 1, 31, 12, tzinfo=UTC)


def _history(names: Iterable[str]) -> dict[str, list[Point]]:
    """Thirty nights of every check, the last but one failed."""
    draw = np.random.default_rng(4)
    nights = [date(2026, 1, 1) + timedelta(days=day) for day in range(30)]
    return {
        name: [Point(day, float(draw.normal(0.9, 0.02)), 0.85, day != nights[-2]) for day in nights] for name in names
    }


def _columns() -> list[ColumnSchema]:
    return [
        ColumnSchema(name="id", sdtype="id", storage="integer", nullable=False),
        ColumnSchema(name="kind", sdtype="categorical", storage="text", nullable=False, categories=CATEGORIES),
        *(
            ColumnSchema(name=name, sdtype="numerical", storage="real", nullable=False, decimals=3)
            for name in NUMBERS.values()
        ),
    ]


def _rows(rows: int, seed: int, schema: TableSchema) -> pd.DataFrame:
    draw = np.random.default_rng(seed)
    columns: dict[str, Any] = {
        "id": np.arange(rows),
        "kind": np.array(CATEGORIES, dtype=object)[draw.choice(5, rows, p=[0.1, 0.2, 0.2, 0.2, 0.3])],
    }
    columns |= {name: draw.uniform(0, 1, rows).round(3) for name in NUMBERS.values()}
    return conform(pd.DataFrame(columns), schema)
