"""The door to the ledger: one transaction at a time, and in it one repository for each kind of fact."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from headwater.ledger.engine import ledger_engine, ledger_url
from headwater.ledger.errors import place_of, translate
from headwater.ledger.readers.readers import Readers
from headwater.ledger.repositories.baselines import Baselines
from headwater.ledger.repositories.batch_pages import BatchPages
from headwater.ledger.repositories.batches import Batches
from headwater.ledger.repositories.cards import Cards
from headwater.ledger.repositories.champions import Champions
from headwater.ledger.repositories.collapse_pages import CollapsePages
from headwater.ledger.repositories.datasets import Datasets
from headwater.ledger.repositories.decisions import Decisions
from headwater.ledger.repositories.docs_index import DocsIndex
from headwater.ledger.repositories.generator_history import GeneratorHistory
from headwater.ledger.repositories.generator_pages import GeneratorPages
from headwater.ledger.repositories.generators import Generators
from headwater.ledger.repositories.lineage import Lineage
from headwater.ledger.repositories.notices import Notices
from headwater.ledger.repositories.open_decisions import OpenDecisions
from headwater.ledger.repositories.overview import Overview
from headwater.ledger.repositories.repairs import Repairs
from headwater.ledger.repositories.snapshots import Snapshots
from headwater.ledger.repositories.validations import Validations
from headwater.ledger.repositories.watch import Watch


@dataclass(frozen=True)
class Books:
    """The repositories of one transaction; of no use after it."""

    datasets: Datasets
    snapshots: Snapshots
    generators: Generators
    champions: Champions
    baselines: Baselines
    batches: Batches
    batch_pages: BatchPages
    validations: Validations
    repairs: Repairs
    watch: Watch
    decisions: Decisions
    open_decisions: OpenDecisions
    lineage: Lineage
    notices: Notices
    docs_index: DocsIndex
    overview: Overview
    cards: Cards
    generator_history: GeneratorHistory
    generator_pages: GeneratorPages
    collapse_pages: CollapsePages
    readers: Readers


class Ledger:
    """The database ``headwater``. Connects when first used; may be shared by threads, not by forked processes."""

    def __init__(self, url: str) -> None:
        """Remember where the ledger is.

        Raises:
            LedgerError: ``url`` is no URL of a Postgres database.
        """
        self._url = ledger_url(url)
        self._engine = ledger_engine(self._url)

    def __repr__(self) -> str:
        return f"Ledger({place_of(self._url)})"

    @contextmanager
    def transaction(self) -> Iterator[Books]:
        """One transaction: committed at the end, rolled back by any exception, which passes through.

        Raises:
            LedgerUnavailable: Postgres does not answer, stops, or another session holds a lock too long. Nothing is
                half-written; if the connection broke in the very commit, running the stage again shows how it ended.
            LedgerError: what was written breaks a rule of the ledger, or the ledger is not migrated.
        """
        try:
            with Session(self._engine, expire_on_commit=False) as session, session.begin():
                yield _books(session)
        except (DBAPIError, psycopg.Error) as error:
            # "from None": the driver's text may quote rows, and a traceback goes to the log.
            raise translate(error, self._url) from None

    def close(self) -> None:
        """Close all connections; the ledger may be used again and then opens new ones."""
        self._engine.dispose()


def _books(session: Session) -> Books:
    return Books(
        datasets=Datasets(session),
        snapshots=Snapshots(session),
        generators=Generators(session),
        champions=Champions(session),
        baselines=Baselines(session),
        batches=Batches(session),
        batch_pages=BatchPages(session),
        validations=Validations(session),
        repairs=Repairs(session),
        watch=Watch(session),
        decisions=Decisions(session),
        open_decisions=OpenDecisions(session),
        lineage=Lineage(session),
        notices=Notices(session),
        docs_index=DocsIndex(session),
        overview=Overview(session),
        cards=Cards(session),
        generator_history=GeneratorHistory(session),
        generator_pages=GeneratorPages(session),
        collapse_pages=CollapsePages(session),
        readers=Readers(session),
    )
