"""The ledger's tables as a page: ``python -m headwater.ledger.describe > docs/data_model.md``."""

from __future__ import annotations

import sys

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql

from headwater.ledger.answers import BatchLineage, BatchRevision, ChampionVersion
from headwater.ledger.models.base import Base
from headwater.ledger.models.registry import MODULES

_HEAD = """# Data model

Made by `make docs` from the models in `include/headwater/ledger/models/`; a test compares it.

Two schemas of the database `headwater`: `headwater` is the ledger, written by the chain; `synthetic` has one table a
dataset for readers. Ids are name-based UUIDs (see `architecture.md`), moments are `timestamptz`. What
was declared, made, judged and decided is never deleted; a retired batch keeps its row. Constraints are named `pk_`,
`fk_`, `uq_`, `ck_`, `ix_` + table + columns or rule.

`*` marks the primary key, `?` a column that may be empty, `→` a foreign key.
"""
_VIEW = """## View `batch_lineage`

One row a batch: where it comes from, down to the snapshot's hash; its latest verdict; the table that holds it now.

```sql
SELECT * FROM headwater.batch_lineage WHERE dataset = 'census' AND batch_date = '2026-01-01';
```

Columns: {columns}.
"""
_VERSIONS = """## View `champion_versions`

One row a generator that is or was champion, numbered within its dataset in the order of first promotion. The number is
what people type to roll back to it, or to recall its batches; nothing else counts them.

```sql
SELECT version, label, is_current FROM headwater.champion_versions WHERE dataset = 'census' ORDER BY version;
```

Columns: {columns}.
"""
_REVISIONS = """## View `batch_revisions`

One row a batch that readers have or had of a date, numbered within dataset and date in the order of first release;
which one they see now; when, by which batch and why the others gave way.

```sql
SELECT revision, batch_id, is_current, superseded_for FROM headwater.batch_revisions
WHERE dataset = 'census' AND batch_date = '2026-01-01' ORDER BY revision;
```

Columns: {columns}.
"""
_READERS = """## Readers' tables `synthetic.DATASET`

The columns of the snapshot (bigint, double precision, boolean, text, date, timestamp), then `batch_date date` and
`_batch_id uuid`. Partitioned by list of `batch_date`, one partition `DATASET@DATE` a day, replaced as a whole: readers
see a whole batch or none. A new column of the source is added to the table; a missing or retyped one is an error.
A name of more than 63 bytes, or one that Postgres reserves, is cut and ends in eight hex digits of its SHA-256; its
true name is the column's comment.

## Former revisions `synthetic_former.DATASET`

Rows of batches that another one of their date took the place of: the columns of `synthetic.DATASET`, a partition a
batch, detached and moved, no row of it changed. They go when released batches of their date would, or are recalled like
those. Who may read them is granted both: `GRANT USAGE ON SCHEMA synthetic_former`, `GRANT SELECT ON` the table.

```sql
SELECT r.revision, f.* FROM synthetic_former.census f
JOIN headwater.batch_revisions r ON r.batch_id = f._batch_id;
```

## Recalled rows `synthetic_recalled."DATASET@DATE@ID"`

The partition of a recalled batch, detached and moved, no row of it changed; `ID` is the beginning of its batch id. The
table's comment says batch, generator, when, by whom and why. Readers have no right to the schema; an auditor is granted
it (`GRANT USAGE ON SCHEMA synthetic_recalled`, `GRANT SELECT ON` the table).
"""


def describe() -> str:
    """The page: every table with columns, types, keys and comments, then the views and the readers' tables."""
    mapped: dict[str, list[Table]] = {}
    for mapper in Base.registry.mappers:
        if isinstance(mapper.local_table, Table):
            mapped.setdefault(mapper.class_.__module__, []).append(mapper.local_table)
    order = {table.name: position for position, table in enumerate(Base.metadata.tables.values())}
    tables = [
        table for module in MODULES for table in sorted(mapped[module.__name__], key=lambda table: order[table.name])
    ]
    views = [
        page.format(columns=", ".join(f"`{name}`" for name in answer.model_fields))
        for page, answer in (
            (_VIEW, BatchLineage),
            (_REVISIONS, BatchRevision),
            (_VERSIONS, ChampionVersion),
        )
    ]
    return "\n".join([_HEAD, *map(_table, tables), *views, _READERS])


def _table(table: Table) -> str:
    lines = [f"## `{table.name}`", "", table.comment or "", "", "| column | type | |", "|---|---|---|"]
    for column in table.columns:
        mark = "*" if column.primary_key else "?" if column.nullable else ""
        kind = (
            column.type.compile(dialect=postgresql.dialect()).lower().replace("timestamp with time zone", "timestamptz")
        )
        to = sorted({f"→ `{key.column.table.name}`" for key in column.foreign_keys})
        lines.append(f"| `{column.name}`{mark} | {kind} | {' '.join([*to, column.comment or '']).strip()} |")
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.stdout.write(describe())
