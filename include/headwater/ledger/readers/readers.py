"""What readers see of a dataset: whole batches, a partition each. Within the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import psycopg
import pyarrow as pa
from psycopg import sql
from sqlalchemy.orm import Session

from headwater.ledger.errors import LedgerError, NotInLedger
from headwater.ledger.readers.columns import reader_columns
from headwater.ledger.readers.former import FORMER, keep
from headwater.ledger.readers.former import drop as drop_former
from headwater.ledger.readers.former import hold as hold_former
from headwater.ledger.readers.loading import load
from headwater.ledger.readers.parent import SCHEMA, ensure_parent, found_columns, refuse_changes, table_name
from headwater.ledger.readers.recalled import drop_aside, lasting_name, set_aside
from headwater.tables.schema import TableSchema


class Readers:
    """The tables ``synthetic.DATASET``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def publish(
        self,
        dataset: str,
        schema: TableSchema,
        batch_date: date,
        batch_id: str,
        tables: Iterable[pa.Table],
        *,
        former: str | None = None,
    ) -> int:
        """Make a batch the one that readers see for its date, and return its number of rows.

        The rows are loaded beside the table; only then does the date's former partition go and the new one come.
        Readers see the former batch until the transaction commits, then the new one; an exception leaves the former.

        Args:
            dataset: a registered dataset.
            schema: columns of the rows; ones that the readers' table lacks are added to it.
            batch_date: the partition.
            batch_id: goes into ``_batch_id`` of every row.
            tables: Arrow tables in the form of ``tables.frames.to_arrow``; may be a stream.
            former: the batch that readers see so far, if its rows are to stay readable in ``synthetic_former``; left
                out, they are dropped.

        Raises:
            LedgerError: no such dataset, a column gone or retyped, or a value that Postgres cannot hold.
        """
        connection = self._connection()
        if former is not None:
            hold_former(connection, dataset)
        columns = reader_columns(schema)
        ensure_parent(connection, dataset, self._owner(dataset), columns)
        self.hold(dataset, batch_date)
        fresh = sql.Identifier(SCHEMA, f"{_partition(dataset, batch_date)}~new")
        self._create_beside(dataset, batch_date, batch_id, fresh)
        rows = load(connection, fresh, columns, tables)
        if former is not None:
            keep(connection, dataset, _partition(dataset, batch_date), former)
        self.drop(dataset, batch_date)
        self._attach(dataset, batch_date, fresh)
        self.drop_former(dataset, batch_date, batch_id)
        return rows

    def label(self, dataset: str, batch_date: date, text: str) -> None:
        """Say of the date's rows what they are: as the comment of ``_batch_id``, of the partition and of the table.

        The table's own comment is that of the batch which was released last.
        """
        for table in (_partition(dataset, batch_date), dataset):
            place = sql.Identifier(SCHEMA, table, "_batch_id")
            self._connection().execute(sql.SQL("COMMENT ON COLUMN {} IS {}").format(place, sql.Literal(text)))

    def drop(self, dataset: str, batch_date: date) -> None:
        """Take the date's rows from readers; nothing happens when there are none."""
        partition = sql.Identifier(SCHEMA, _partition(dataset, batch_date))
        self._connection().execute(sql.SQL("DROP TABLE IF EXISTS {}").format(partition))

    def refuse_misfit(self, dataset: str, schema: TableSchema) -> None:
        """Do nothing if the readers' table can take rows of this schema, or is not there yet; writes nothing.

        Raises:
            LedgerError: a column is gone or has another type.
        """
        refuse_changes(dataset, reader_columns(schema), found_columns(self._connection(), dataset))

    def set_aside(
        self, dataset: str, batch_date: date, batch_id: str, note: str, *, is_former: bool = False
    ) -> str | None:
        """Take a recalled batch from readers and keep its rows for an auditor; see ``recalled.py``.

        ``is_former``: it is taken from the former rows. Returns the name of the table that holds them; None where
        readers saw no rows of the date, or of the former batch.
        """
        self.hold(dataset, batch_date)
        name = lasting_name(_partition(dataset, batch_date), batch_id)
        partition, parent = (SCHEMA, _partition(dataset, batch_date)), table_name(dataset)
        if is_former:
            partition, parent = (FORMER, name), sql.Identifier(FORMER, dataset)
        return set_aside(self._connection(), partition, parent, name, note)

    def drop_former(self, dataset: str, batch_date: date, batch_id: str) -> None:
        """Drop the rows of a batch that gave way to another; nothing happens when there are none."""
        drop_former(self._connection(), _partition(dataset, batch_date), batch_id)

    def drop_aside(self, dataset: str, batch_date: date, batch_id: str) -> None:
        """Drop the rows of a recalled batch; nothing happens when there are none."""
        drop_aside(self._connection(), _partition(dataset, batch_date), batch_id)

    def count(self, dataset: str, batch_date: date, batch_id: str | None = None) -> int:
        """The number of rows that readers see for the date, or of them those of a batch; 0 when there is no table."""
        connection = self._connection()
        if not found_columns(connection, dataset):
            return 0
        query = sql.SQL("SELECT count(*) FROM {} WHERE batch_date = {}").format(
            table_name(dataset), sql.Literal(batch_date)
        )
        if batch_id is not None:
            query += sql.SQL(" AND _batch_id = {}").format(sql.Literal(batch_id))
        found = connection.execute(query).fetchone()
        return int(found[0]) if found else 0

    def _create_beside(self, dataset: str, batch_date: date, batch_id: str, fresh: sql.Identifier) -> None:
        """A table like the partition, not yet part of the readers' table; the two own columns are filled by default."""
        day, batch = sql.Literal(batch_date.isoformat()), sql.Literal(str(batch_id))
        statement = sql.SQL(
            "CREATE TABLE {fresh} (LIKE {parent} INCLUDING COMMENTS);"
            "ALTER TABLE {fresh} ALTER COLUMN batch_date SET DEFAULT {day}::date,"
            " ALTER COLUMN _batch_id SET DEFAULT {batch}::uuid,"
            " ADD CONSTRAINT is_of_its_date CHECK (batch_date = {day}::date)"
        )
        self._connection().execute(
            statement.format(fresh=fresh, parent=table_name(dataset), day=day, batch=batch), prepare=False
        )

    def _attach(self, dataset: str, batch_date: date, fresh: sql.Identifier) -> None:
        """Attach the loaded table under its lasting name. Its check proves the date, so that no row is read again."""
        name = sql.Identifier(_partition(dataset, batch_date))
        lasting = sql.Identifier(SCHEMA, _partition(dataset, batch_date))
        statement = sql.SQL(
            "ALTER TABLE {fresh} RENAME TO {name};"
            "ALTER TABLE {parent} ATTACH PARTITION {lasting} FOR VALUES IN ({day});"
            "ALTER TABLE {lasting} DROP CONSTRAINT is_of_its_date"
        )
        day = sql.Literal(batch_date.isoformat())
        parts = {"fresh": fresh, "name": name, "lasting": lasting, "parent": table_name(dataset), "day": day}
        self._connection().execute(statement.format(**parts), prepare=False)

    def hold(self, dataset: str, batch_date: date) -> None:
        """Until the transaction ends, nobody else changes what readers see of the date."""
        text = f"headwater partition {_partition(dataset, batch_date)}"
        self._connection().execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [text])

    def _owner(self, dataset: str) -> str:
        found = self._connection().execute("SELECT owner FROM headwater.datasets WHERE name = %s", [dataset]).fetchone()
        if found is None:
            raise NotInLedger(f"There is no dataset {dataset!r} in the ledger. Cure: register it first.")
        return str(found[0])

    def _connection(self) -> psycopg.Connection:
        """The session's own connection: COPY is not in SQLAlchemy, and must be in the same transaction."""
        self._session.flush()
        driver = self._session.connection().connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            raise LedgerError("The ledger needs the driver psycopg 3. Cure: use a URL postgresql+psycopg://….")
        return driver


def _partition(dataset: str, batch_date: date) -> str:
    """The name of a date's partition; "@" is in no dataset's name, so that it meets no other table."""
    return f"{dataset}@{batch_date.isoformat()}"
