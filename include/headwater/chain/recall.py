"""Recall: batches of a generator that is no longer champion are taken back, because a person says so.

Belongs here: which batches, and one transaction for each. Does not: who is champion (``rollback``), making the dates
anew (``nightly__X`` for them), removing what was recalled (``retire``).
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime

from headwater.chain import keys
from headwater.chain.asking import Request, RequestRefusedError, decision_of, earlier, named
from headwater.chain.decisions import decided
from headwater.chain.house import GateClosedError, House
from headwater.ledger import Books
from headwater.ledger.answers import ChampionVersion
from headwater.ledger.records import Batch
from headwater.spec import DatasetSpec

log = logging.getLogger(__name__)

READABLE = ("released", "superseded")
"""Batches that readers see, and those they saw before another took the date: their files are still in their place."""

UNDER_WAY = ("planned", "produced", "passed", "failed")
"""Batches that could still be released, a failed one after repair: a recall holds them back."""


@dataclass(frozen=True)
class Recall:
    """Whose batches were recalled, under which number, and which of them by this call; none where all are held back."""

    generator_id: str
    version: int
    batch_ids: tuple[str, ...]


def recall(house: House, spec: DatasetSpec, version: str, reason: str, decided_by: str) -> Recall:
    """Take back all batches that a withdrawn generator made, and hold back those of it that are not released yet.

    Each batch is a transaction of its own: rows leave ``synthetic.DATASET`` for ``synthetic_recalled``, files the
    folder ``batches`` for ``recalled``. Run again under the same ``house.run_id``, it goes on where it was cut.

    Args:
        house: ledger, store, run.
        spec: the dataset.
        version: a version's number, its generator's id, or ``previous``.
        reason: why; it stands in the ledger and in the comment of each table that is set aside.
        decided_by: the name of the person.

    Raises:
        RequestRefusedError: there is no such version, it is champion now, or it has no batch to recall or
            to hold back.
    """
    request = Request.of(version, reason, decided_by)
    withdrawn, batches = _begin(house, spec.dataset, request)
    recalled = tuple(batch.batch_id for batch in batches if _recall_one(house, batch.batch_id, withdrawn, request))
    return Recall(withdrawn.generator_id, withdrawn.version, recalled)


def refuse_recalled(books: Books, batch: Batch) -> None:
    """Do nothing if the batch may be released; until the transaction ends its generator's batches are not recalled.

    Raises:
        GateClosedError: its generator's batches were recalled, and no person has rolled back to it since.
    """
    books.champions.hold_recall(batch.generator_id)
    maker = books.champions.version_of(batch.dataset, batch.generator_id)
    if maker is not None and maker.recalled_at is not None:
        raise GateClosedError(
            f"Batch {batch.batch_id} of {batch.batch_date} is not released: the batches of its generator, version "
            f"{maker.version} of {batch.dataset}, were recalled on {maker.recalled_at:%Y-%m-%d %H:%M} UTC. Cure: run "
            f"the night again under another champion, or trigger rollback to version {maker.version} if it is sound."
        )


def _begin(house: House, dataset: str, request: Request) -> tuple[ChampionVersion, list[Batch]]:
    """Write down that the generator's batches are recalled, and find them. From here on none of them is released."""
    with house.ledger.transaction() as books:
        books.champions.hold(dataset)
        done = earlier(house, books, dataset, "recall", request)
        wanted = named(books, dataset, request.version if done is None else done.subject_id)
        if wanted.is_current:
            raise RequestRefusedError(
                f"Version {wanted.version} of {dataset} is champion now, so its batches cannot be recalled. "
                "Cure: trigger rollback to an earlier version first."
            )
        if done is not None and wanted.recalled_at is None:
            raise RequestRefusedError(
                f"Version {wanted.version} of {dataset} was brought back after run {house.run_id} had recalled its "
                "batches. Cure: trigger a new run of recall, if they are to be recalled again."
            )
        books.champions.hold_releases(wanted.generator_id)
        batches = books.batches.made_by(wanted.generator_id, READABLE)
        if done is None:
            is_held_back = wanted.recalled_at is not None
            if not batches and (is_held_back or not books.batches.made_by(wanted.generator_id, UNDER_WAY)):
                raise RequestRefusedError(
                    f"Nothing to recall: no batch of version {wanted.version} of {dataset} is with its readers or on "
                    "its way to them. Cure: name the version whose batches you mean; headwater.batch_lineage shows who "
                    "made which."
                )
            at, detail = datetime.now(UTC), {"version": wanted.version, "batch_count": len(batches)}
            books.decisions.record(
                decision_of(house, dataset, "recall", wanted.generator_id, request, at=at, detail=detail)
            )
    return wanted, batches


def _recall_one(house: House, batch_id: str, withdrawn: ChampionVersion, request: Request) -> bool:
    """Recall the batch unless that was done meanwhile: the folder is renamed just before the transaction commits."""
    now = datetime.now(UTC)
    with house.ledger.transaction() as books:
        found = books.batches.get(batch_id)
        books.readers.hold(found.dataset, found.batch_date)  # before the batch itself, as a release does
        batch = books.batches.held(batch_id)
        if batch.status not in READABLE:
            return False
        target = keys.recalled(batch.dataset, batch.batch_date, batch_id)
        note, is_former = _note(batch, request, now), batch.status == "superseded"
        table = books.readers.set_aside(batch.dataset, batch.batch_date, batch_id, note, is_former=is_former)
        has_files = batch.location is not None and bool(house.store.list(batch.location) or house.store.list(target))
        books.batches.mark(batch_id, "recalled", location=target if has_files else None)
        detail = {"generator_id": withdrawn.generator_id, "version": withdrawn.version, "table": table}
        decision = decided(
            house,
            batch.dataset,
            "recall",
            ("batch", batch_id),
            reason=request.reason,
            at=now,
            decided_by=request.decided_by,
            detail=detail,
        )
        books.decisions.record(decision)
        if batch.location is not None and has_files:
            house.store.publish(batch.location, target)
        else:  # no reason to leave its rows with the readers
            log.warning("batch %s of %s has no files in the store; its rows are recalled", batch_id, batch.dataset)
    return True


def _note(batch: Batch, request: Request, at: datetime) -> str:
    """The comment of the table that is set aside; rows are called synthetic there too."""
    return (
        f"Synthetic rows made by Headwater, RECALLED {at:%Y-%m-%d %H:%M} UTC by {request.decided_by}: do not use. "
        f"Batch {batch.batch_id} of {batch.dataset}, {batch.batch_date}, generator {batch.generator_id}. "
        f"Reason: {request.reason}"
    )
