"""Houses for cells: one Postgres, a database and a store folder each. What is dear is made once and copied.

Belongs here: databases and folders. Does not: stages of the chain (``beginning.py``).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import psycopg
from psycopg import sql

from headwater.chain.house import House
from headwater.ledger import Ledger
from headwater.ledger.migrate import migrate
from headwater.local.postgres import EmbeddedPostgres
from headwater.store import Store


class Workshop:
    """A Postgres and a folder. Houses that were finished are found again in a later run, until the folder goes."""

    def __init__(self, folder: Path, postgres: EmbeddedPostgres) -> None:
        self.folder = folder
        self.postgres = postgres

    @classmethod
    @contextmanager
    def at(cls, folder: Path) -> Iterator[Workshop]:
        """The workshop in ``folder``, its Postgres running."""
        postgres = EmbeddedPostgres(folder / "postgres", durable=False, port=0)
        postgres.start()
        try:
            yield cls(folder, postgres)
        finally:
            postgres.stop()

    def source(self, name: str) -> Path:
        """Where the source file of a house is."""
        return self.folder / name / "source.csv"

    def store(self, name: str) -> Store:
        """The files of a house."""
        return Store(f"file://{self.folder / name / 'store'}")

    def url(self, name: str) -> str:
        """Where psycopg finds the ledger of a house."""
        return self.postgres.url(name, "postgresql")

    def is_finished(self, name: str) -> bool:
        """Whether a house of that name was made to the end."""
        return (self.folder / name / "finished").exists() and self.postgres.has_database(name)

    @contextmanager
    def house(self, name: str, like: str | None = None, *, is_kept: bool = False) -> Iterator[House]:
        """A new house, empty or a copy of the one called ``like``; it replaces an unfinished one of that name.

        ``is_kept`` marks it as finished at the end; else it is removed.
        """
        self.remove(name)
        (self.folder / name).mkdir(parents=True)
        url = self.postgres.url(name)
        if like is None:
            self.postgres.create_database(name)
            migrate(url)
        else:
            self._copy(like, name)
        ledger = Ledger(url)
        try:
            yield House(ledger, self.store(name), lambda _: "", "generation 1")
        finally:
            ledger.close()
        if is_kept:
            (self.folder / name / "finished").touch()
        else:
            self.remove(name)

    def remove(self, name: str) -> None:
        """Drop the house, if there is one."""
        self.postgres.drop_database(name)
        shutil.rmtree(self.folder / name, ignore_errors=True)

    def _copy(self, like: str, name: str) -> None:
        words = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(like))
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(words)
        store = self.folder / like / "store"
        if store.exists():
            shutil.copytree(
                store, self.folder / name / "store", copy_function=os.link
            )  # files are replaced, never changed


def steady_anchor(house: House, dataset: str, url: str, seed: int) -> None:
    """Register the dataset with an anchor key that follows from name and seed, so that a run can be repeated."""
    with house.ledger.transaction() as books:
        books.datasets.register(dataset, "bench", "")
    key = sha256(f"{dataset} {seed}".encode()).digest()
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE headwater.datasets SET anchor_key = %s WHERE name = %s", (key, dataset))
