"""The champion before: who may make a night in place of the present one, and the rows it makes.

Belongs here: finding it, and why it is not asked. Does not: opening the batch (``mending.py``), the verdict.
"""

from __future__ import annotations

from functools import partial

import pandas as pd
import pyarrow as pa

from headwater.chain.fitting import is_one_table
from headwater.chain.house import House
from headwater.chain.models import load_model
from headwater.generators.seeding import block_seed, blocks, sample_blocks
from headwater.ledger.records import Batch, Generator
from headwater.tables.frames import from_arrow
from headwater.tables.schema import TableSchema


def former_champion(house: House, batch: Batch, schema: TableSchema) -> tuple[Generator | None, str]:
    """The generator that reigned last before the batch's own and that no person withdrew; or None, and why not.

    It must make the same table: columns of the same names, meaning, storage and kinds of personal data, in their order.
    Categories and decimals are what a snapshot happens to hold; its rows are judged for them.

    Args:
        house: ledger, store, run.
        batch: the one that failed.
        schema: of its table.
    """
    with house.ledger.transaction() as books:
        # Before the batch's own: a past night has the one that it would have had then, not a later one.
        before = books.champions.before(batch.dataset, batch.generator_id)
        former = next((each for each in before if each.withdrawn_at is None), None)
        if former is None:
            return None, "there is none, or a person withdrew it"
        maker = books.generators.get(former.generator_id)
        its = books.snapshots.get(maker.snapshot_id).schema
    if not is_one_table(its, schema) or [each.pii for each in its.columns] != [each.pii for each in schema.columns]:
        return None, f"version {former.version} makes a table of other columns or types"
    return maker, ""


def rows_by(house: House, batch: Batch, maker: Generator) -> pd.DataFrame:
    """The whole batch as the other generator makes it on that date: conforms to the schema of its snapshot.

    Raises:
        ArtifactError, ModelFileError, SettingsError: its model cannot be loaded.
        ConstraintError: rows that keep a constraint were not found.
    """
    with house.ledger.transaction() as books:
        schema = books.snapshots.get(maker.snapshot_id).schema
    seed_of = partial(block_seed, batch.dataset, batch.batch_date, maker.generator_id, batch.seed)
    made = sample_blocks(load_model(house, maker), schema, blocks(batch.rows), seed_of, batch.rows)
    return from_arrow(pa.concat_tables([table for _, table in made]), schema)
