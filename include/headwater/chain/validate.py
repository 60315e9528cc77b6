"""Validate: judge the whole batch by its suite, write the verdict to the ledger and the page to the store."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from headwater.chain import identity, keys
from headwater.chain.baselines import certificate, noise_floor
from headwater.chain.house import House
from headwater.chain.known import known
from headwater.chain.preparing import prepared_of
from headwater.checks.facts import TableFacts
from headwater.checks.judge import Judge
from headwater.checks.null import LOOKS_MAX
from headwater.checks.prepared import Prepared
from headwater.checks.verdict import verdict
from headwater.expectations import validate as expectations
from headwater.expectations.trend import BATCHES, Point
from headwater.ledger.answers import TrendPoint
from headwater.ledger.records import Batch, Generator, Shard, Validation
from headwater.spec import DatasetSpec
from headwater.tables.frames import from_arrow
from headwater.tables.hashing import content_hash

log = logging.getLogger(__name__)

LAST_ROWS_MAX = 100_000
"""Rows of the nearest batch that are looked at; a batch that repeats it repeats these."""
SETTLED = ("released", "quarantined", "superseded", "recalled", "retired")
"""Statuses after which a batch is a fact: made again, it must be the same."""

TODAY = "Held to the contract on the newer real rows that the night's own generator learned from: "


@dataclass(frozen=True)
class Judgement:
    """What was found, and where it is told."""

    validation_id: str
    is_passed: bool
    sentence: str
    docs_key: str


def validate(house: House, spec: DatasetSpec, batch_id: str) -> Judgement:
    """Judge a produced batch.

    One that the champion before made in place of a failed batch is held to its own certificate and, where it passes, to
    the contract on the snapshot that the failed batch is of: its own anchor knows nothing of what is new since.

    Raises:
        IncompleteBatchError: a shard is missing, or its file is not the one that was made.
        ChangedBatchError: a batch that was settled before has other rows now.
    """
    started = datetime.now(UTC)
    with house.ledger.transaction() as books:
        batch = books.batches.get(batch_id)
        generator = books.generators.get(batch.generator_id)
        schema = books.snapshots.get(generator.snapshot_id).schema
        shards = books.batches.shards(batch_id)
        attempt = books.repairs.that_made(batch_id)
        look = attempt.look if attempt else 1 + books.repairs.looks(spec.dataset, batch.batch_date, batch.created_at)
        now = books.snapshots.of_generator(books.batches.get(attempt.batch_id).generator_id) if attempt else None
        history = _history(books.validations.trend(spec.dataset, batch.batch_date, limit=BATCHES - 1))
    content = _content_of(batch, shards)
    if not all(house.store.exists(shard.key) for shard in shards) and (told := _told(house, batch_id)) is not None:
        return told
    rows = pa.concat_tables([house.store.read_table(shard.key, sha256=shard.sha256) for shard in shards])
    facts, judge = _judge(house, spec, batch, content, generator.snapshot_id, maker=generator, look=look)
    subject = _subject(batch, generator, content, started)
    frame = from_arrow(rows, schema)
    found = expectations.validate(frame, spec, facts, judge, subject, history=history)
    if now is not None and now.snapshot_id != generator.snapshot_id and verdict(list(found.results)).passed:
        facts, judge = _judge(house, spec, batch, content, now.snapshot_id, look=look)
        again = expectations.validate(frame, spec, facts, judge, subject, history=history)
        if not verdict(list(again.results)).passed:
            return _record(house, batch, subject, again, TODAY)
    return _record(house, batch, subject, found)


def _told(house: House, batch_id: str) -> Judgement | None:
    """The verdict of a batch that another run of its night has settled meanwhile, and moved the files of."""
    settled = known(house, batch_id)
    if settled is None or settled.batch.batch_id != batch_id:
        return None
    found = settled.validation
    return Judgement(found.validation_id, found.passed, found.sentence, found.docs_key)


def _subject(batch: Batch, generator: Generator, content: str, started: datetime) -> expectations.Subject:
    return expectations.Subject(
        dataset=batch.dataset,
        batch_id=batch.batch_id,
        batch_date=batch.batch_date,
        validation_id=identity.validation_id(batch.batch_id, content),
        started_at=started,
        generator=generator.label,
        rows=batch.rows,
        content_hash=content,
    )


def _judge(
    house: House,
    spec: DatasetSpec,
    batch: Batch,
    content: str,
    snapshot_id: str,
    *,
    look: int,
    maker: Generator | None = None,
) -> tuple[TableFacts, Judge]:
    """The facts of a snapshot, and its judge: noise floor, the maker's certificate, what earlier batches held."""
    facts, prepared = prepared_of(house, spec, snapshot_id, batch.rows)
    floor = noise_floor(house, spec, snapshot_id, prepared)
    own = None if maker is None else certificate(house, spec, maker, prepared)
    with house.ledger.transaction() as books:
        same = books.batches.repeated(batch.dataset, content, batch.batch_date)
    same_as = None if same is None else same.batch_date.isoformat()
    return facts, Judge(prepared, floor, own, _last_rows(house, batch, prepared), same_as, min(look, LOOKS_MAX))


def _last_rows(house: House, batch: Batch, prepared: Prepared) -> NDArray[np.uint64] | None:
    """Identities of rows of the released batch of the nearest date; None without one, or if it is of another shape."""
    with house.ledger.transaction() as books:
        last = books.batches.released_beside(batch.dataset, batch.batch_date)
        if last is None or last.location is None:
            return None
        schema = books.snapshots.of_generator(last.generator_id).schema
    key = keys.part(last.location, 0)
    if schema != prepared.reference.schema or not house.store.exists(key):
        return None
    table = next(house.store.iter_tables(key, LAST_ROWS_MAX))
    return prepared.yardstick.coder.code(from_arrow(table, schema)).identity


def _history(trend: Mapping[str, Sequence[TrendPoint]]) -> dict[str, list[Point]]:
    """The ledger's points as the page draws them: the two packages do not know each other."""
    return {
        name: [Point(point.batch_date, point.value, point.limit, point.passed) for point in points]
        for name, points in trend.items()
    }


def _record(
    house: House, batch: Batch, subject: expectations.Subject, found: expectations.Validation, held_to: str = ""
) -> Judgement:
    """The page to the store first, then all else to the ledger in one transaction: no verdict without its page."""
    judged = verdict(list(found.results))
    sentence = held_to + judged.sentence
    docs_key = _publish(house, subject, found)
    finished = datetime.now(UTC)
    validation = Validation(
        validation_id=subject.validation_id,
        batch_id=batch.batch_id,
        content_hash=subject.content_hash,
        passed=judged.passed,
        sentence=sentence,
        docs_key=docs_key,
        suite=found.suite,
        started_at=subject.started_at,
        finished_at=finished,
        seconds=(finished - subject.started_at).total_seconds(),
    )
    with house.ledger.transaction() as books:
        books.validations.record(validation, list(found.results))
        books.lineage.record("batch", batch.batch_id, "validation", subject.validation_id)
        if batch.status not in SETTLED:
            status = "passed" if judged.passed else "failed"
            books.batches.mark(batch.batch_id, status, content_hash=subject.content_hash)
    log.info("%s on %s: %s", batch.dataset, batch.batch_date, sentence)
    return Judgement(subject.validation_id, judged.passed, sentence, docs_key)


def _publish(house: House, subject: expectations.Subject, found: expectations.Validation) -> str:
    """The page, and before it the rows it links to; returns the page's key."""
    rows_key = keys.failing_rows(subject.dataset, subject.validation_id)
    if found.failing_rows is None:
        house.store.delete(rows_key)
    else:
        house.store.write_bytes(rows_key, found.failing_rows.document)
    docs_key = keys.docs(subject.dataset, subject.validation_id)
    house.store.write_bytes(docs_key, found.page.encode())
    return docs_key


class IncompleteBatchError(RuntimeError):
    """The shards in the ledger are not the whole batch."""


class ChangedBatchError(RuntimeError):
    """The same batch came out with other rows: the law that a batch is a fact is broken."""


def _content_of(batch: Batch, shards: list[Shard]) -> str:
    """The batch's content hash, after its shards were found to be complete and unchanged."""
    made = sum(shard.rows for shard in shards)
    if made != batch.rows:
        raise IncompleteBatchError(
            f"batch {batch.batch_id} has {made} of {batch.rows} rows; run its produce tasks again"
        )
    content = content_hash(block for shard in shards for block in shard.block_hashes)
    if batch.status in SETTLED and batch.content_hash != content:
        raise ChangedBatchError(
            f"batch {batch.batch_id} of {batch.batch_date} was {batch.status} with content {batch.content_hash} and "
            f"came out as {content}; a library or the model's code has changed. What was released is untouched. "
            "Retrain to get a new generator, and with it a new batch"
        )
    return content
