"""The union of the last released nights, read from the store's Parquet files night by night.

Belongs here: which batches and statistics, reading within bounded memory, the findings as looks of the watch. Does not:
the statistics (``checks/union.py``), alarms (``watch.py``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pandas as pd

from headwater.chain import keys
from headwater.chain.baselines import certificate
from headwater.chain.charts import Look, closings
from headwater.chain.fitting import is_one_table, storable
from headwater.chain.house import House
from headwater.chain.preparing import prepared_of
from headwater.checks import union as statistics
from headwater.checks.indicators import UNION_PART
from headwater.checks.prepared import Prepared
from headwater.checks.union import Finding, Night, coverage, distinct, gather, halves, repeats
from headwater.ledger.records import Batch, Generator
from headwater.spec import DatasetSpec
from headwater.spec.constraints import Unique
from headwater.tables.frames import conform, from_arrow
from headwater.tables.schema import TableSchema

ROWS_MAX = 100_000
"""Rows of a night that are looked at: the first ones, which are any, since rows are in random order."""
CHUNK_ROWS = 50_000


def union(house: House, spec: DatasetSpec, champion: Generator) -> list[Look]:
    """Look at the last released batches together; nothing where the newest was looked at already.

    Halves are made of the champion's own nights only: another generator has other values by right.
    """
    batches = _comparable(house, spec, champion)
    if len(batches) < 2 or batches[-1].generator_id != champion.generator_id or _is_known(house, spec, batches[-1]):
        return []
    _, prepared = prepared_of(house, spec, champion.snapshot_id, batches[-1].rows)
    held = certificate(house, spec, champion, prepared).tally
    nights = {batch.batch_id: _night(house, batch, prepared) for batch in batches}
    limit = statistics.limit(spec.watch.false_alarm * UNION_PART / len(statistics.NAMES))
    found: list[tuple[Finding | None, list[Batch]]] = []
    if not forbids_twins(spec, prepared.reference.schema):
        found.append((repeats(list(nights.values())), batches))
    own = [batch for batch in batches if batch.generator_id == champion.generator_id]
    parts = halves([nights[batch.batch_id] for batch in own])
    if parts is not None:
        newer = own[-len(parts[1]) :]
        found += [(distinct(*parts), newer), (coverage(*parts, (held.balls, held.n)), newer)]
    return [_look(finding, since, batches, limit) for finding, since in found if finding is not None]


def forbids_twins(spec: DatasetSpec, schema: TableSchema) -> bool:
    """Whether a rule forbids equal rows within a night: then those of different nights are beside none, without fault.

    So it is under a ``unique`` constraint, or a primary key, of learned columns alone.
    """
    learned = {column.name for column in schema.learned}
    unique = [rule.columns for rule in spec.constraints if isinstance(rule, Unique)]
    return any(columns and set(columns) <= learned for columns in (*unique, spec.keys.primary))


def _comparable(house: House, spec: DatasetSpec, champion: Generator) -> list[Batch]:
    """The last released batches with the champion's columns, since the last alarm was closed; oldest first."""
    closed = closings(house, spec, "union")
    with house.ledger.transaction() as books:
        batches = books.watch.released(spec.dataset, spec.watch.nights)
        makers = {batch.generator_id for batch in batches}
        shapes = {each: books.snapshots.of_generator(each).schema for each in makers}
        shape = books.snapshots.get(champion.snapshot_id).schema
    begin = max(closed.values(), default=None)
    return [
        batch
        for batch in batches
        if is_one_table(shapes[batch.generator_id], shape)
        and (begin is None or (batch.released_at is not None and batch.released_at > begin))
    ]


def _is_known(house: House, spec: DatasetSpec, newest: Batch) -> bool:
    with house.ledger.transaction() as books:
        points = [point for name in statistics.NAMES for point in books.watch.points(spec.dataset, "union", name)]
    return any(point.subject_id == newest.batch_id for point in points)


def _night(house: House, batch: Batch, prepared: Prepared) -> Night:
    return gather(_frames(house, batch, prepared.reference.schema), prepared)


def _frames(house: House, batch: Batch, schema: TableSchema) -> Iterator[pd.DataFrame]:
    """The batch's first rows, chunk by chunk, without those of categories that ``schema`` does not have."""
    if batch.location is None:
        raise LookupError(f"released batch {batch.batch_id} names no place in the store; release it again")
    with house.ledger.transaction() as books:
        shards = len(books.batches.shards(batch.batch_id))
        own = books.snapshots.of_generator(batch.generator_id).schema
    left = ROWS_MAX
    for index in range(shards):
        for table in house.store.iter_tables(keys.part(batch.location, index), CHUNK_ROWS):
            rows = from_arrow(table.slice(0, left), own)
            yield conform(rows[storable(rows, schema)], schema)
            left -= table.num_rows
            if left <= 0:
                return


def _look(finding: Finding, since: list[Batch], batches: list[Batch], limit: float) -> Look:
    day: date = since[0].batch_date
    return Look(
        chart="union",
        name=finding.name,
        subject_id=batches[-1].batch_id,
        score=finding.deviate,
        limit=limit,
        since=day,
        shift=None,
        size=len(batches),
        sentence=f"{finding.words} Nights of {batches[0].batch_date} to {batches[-1].batch_date} ({finding.name}).",
    )
