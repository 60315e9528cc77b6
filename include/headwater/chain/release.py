"""Release: a batch that passed goes to its readers, one that failed to quarantine. The gate of the chain."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pyarrow as pa

from headwater.chain import keys
from headwater.chain.alarms import stopped_by
from headwater.chain.decisions import decided
from headwater.chain.fingerprinting import fingerprint
from headwater.chain.house import GateClosedError, House
from headwater.chain.known import lost
from headwater.chain.manifest import manifest
from headwater.chain.overrule import DESPITE, Ruling, is_ruled
from headwater.chain.recall import refuse_recalled
from headwater.chain.revisions import supersede
from headwater.ledger import Books
from headwater.ledger.records import Batch, Decision, Validation
from headwater.spec import DatasetSpec

COPY_ROWS = 100_000


def release(house: House, spec: DatasetSpec, validation_id: str) -> str:
    """Settle the batch of this validation and return where its readers find it.

    Raises:
        GateClosedError: the verdict is not "passed" and the batch is in quarantine; or its generator was recalled; or
            an alarm of the watch stops releases, and the batch waits.
    """
    with house.ledger.transaction() as books:
        validation = books.validations.get(validation_id)
        batch = books.batches.get(validation.batch_id)
        is_good = validation.passed or is_ruled(books, batch.batch_id)
    _refuse_other(batch, validation)
    place = keys.released(batch.dataset, batch.batch_date, batch.batch_id)
    if batch.status in ("released", "quarantined"):
        _put_back(house, batch, validation)  # made again, and the same
    elif batch.status == "recalled" and not is_good:
        house.store.delete(keys.work(batch.dataset, batch.batch_id))
        raise GateClosedError(f"Batch {batch.batch_id} of {batch.batch_date} stays recalled. {validation.sentence}")
    elif is_good:
        _refuse_stopped(house, spec, batch)
        _publish(house, batch, validation)
        return place
    else:
        _quarantine(house, batch, validation)
    if batch.status == "released" and is_good:
        return place
    if batch.status == "released":
        raise GateClosedError(
            f"Batch {batch.batch_id} of {batch.batch_date} is with its readers, and fails today. {validation.sentence} "
            "Cure: see what has changed beside it; DAG recall takes its generator's batches back."
        )
    # Out of quarantine leads only a person's decision, even if a later judgement should be milder.
    raise GateClosedError(f"Batch {batch.batch_id} of {batch.batch_date} is in quarantine. {validation.sentence}")


def release_anyway(house: House, spec: DatasetSpec, validation_id: str, ruling: Ruling) -> str:
    """Hand a batch in quarantine to its readers and return where they find it; again, it does nothing.

    Raises:
        GateClosedError: the batch is not in quarantine; its generator was recalled; or an alarm of the watch stops
            releases. Nothing was changed.
    """
    with house.ledger.transaction() as books:
        validation = books.validations.get(validation_id)
        batch = books.batches.get(validation.batch_id)
    _refuse_other(batch, validation)
    if batch.status not in ("quarantined", "released"):
        raise GateClosedError(
            f"Batch {batch.batch_id} of {batch.batch_date} is {batch.status}, not in quarantine. Cure: see its night."
        )
    if batch.status == "quarantined":
        _refuse_stopped(house, spec, batch)
        _publish(house, batch, validation, ruling=ruling)
    return keys.released(batch.dataset, batch.batch_date, batch.batch_id)


def _refuse_other(batch: Batch, validation: Validation) -> None:
    if batch.content_hash != validation.content_hash:
        raise GateClosedError(
            f"validation {validation.validation_id} judged other rows than batch {batch.batch_id} holds; validate again"
        )


def _put_back(house: House, batch: Batch, validation: Validation) -> None:
    """A settled batch that was made again: nothing is written, unless part of it was lost."""
    work = keys.work(batch.dataset, batch.batch_id)
    if house.store.exists(keys.part(work, 0)):
        reason = lost(house, batch)
        if reason is not None and batch.status == "released":
            _publish(house, batch, validation, missing=reason)
        elif reason is not None:
            _quarantine(house, batch, validation)
    house.store.delete(work)


def _refuse_stopped(house: House, spec: DatasetSpec, batch: Batch) -> None:
    alarm = stopped_by(house, spec)
    if alarm is not None:
        stands = "stays in quarantine" if batch.status == "quarantined" else "passed and waits"
        raise GateClosedError(
            f"Batch {batch.batch_id} of {batch.batch_date} {stands}: an alarm stops the releases of "
            f"{spec.dataset}. {alarm.sentence} Cure: retrain, or close alarm {alarm.alarm_id} with a reason "
            f"(DAG close_alarm); then clear this task."
        )


def _publish(
    house: House,
    batch: Batch,
    validation: Validation,
    *,
    missing: str | None = None,
    ruling: Ruling | None = None,
) -> None:
    """Postgres and Parquet in one step: the folder is renamed just before the transaction commits.

    ``missing`` is what is lost of a batch that is released already, and is put back; ``ruling`` is a person's, by which
    a batch leaves quarantine.
    """
    now = datetime.now(UTC)
    target = keys.released(batch.dataset, batch.batch_date, batch.batch_id)
    source = _with_manifest(house, batch, validation, target, ruling)
    fingerprint(house, batch, source)  # before anybody can read the rows: they must be known when they come back
    with house.ledger.transaction() as books:
        refuse_recalled(books, batch)
        books.readers.hold(batch.dataset, batch.batch_date)
        if books.batches.get(batch.batch_id).status == "released" and missing is None:  # by another run, meanwhile
            house.store.delete(keys.work(batch.dataset, batch.batch_id))
            return
        _hand_over(house, books, batch, source, now)
        if missing is None:
            books.batches.mark(batch.batch_id, "released", location=target, released_at=now)
        decision = _decision(house, batch, validation, now, ruling)
        if missing is not None:
            subject, reason = ("batch", batch.batch_id), f"Put back: {missing}."
            decision = decided(house, batch.dataset, "restore", subject, reason=reason, at=now)
        books.decisions.record(decision)
        books.lineage.record("batch", batch.batch_id, "reader", f"synthetic.{batch.dataset}")
        books.readers.drop_aside(batch.dataset, batch.batch_date, batch.batch_id)
        _move(house, batch, source, target)
        # A recalled batch whose generator was brought back: one copy of it is enough.
        house.store.delete(keys.recalled(batch.dataset, batch.batch_date, batch.batch_id))


def _decision(house: House, batch: Batch, validation: Validation, now: datetime, ruling: Ruling | None) -> Decision:
    """What is written down of a batch that is released: by the gate, or by a person's ruling."""
    subject = ("batch", batch.batch_id)
    # Released before, it was recalled, superseded or retired since.
    after = batch.released_at
    if ruling is None:
        return decided(house, batch.dataset, "release", subject, reason=validation.sentence, at=now, after=after)
    detail = {**ruling.detail, DESPITE: validation.sentence}
    return decided(
        house,
        batch.dataset,
        "release",
        subject,
        reason=ruling.reason,
        at=now,
        after=after,
        decided_by=ruling.by,
        detail=detail,
    )


def _hand_over(house: House, books: Books, batch: Batch, source: str, now: datetime) -> None:
    """The rows to Postgres; what readers have had of the date so far gives way."""
    schema = books.snapshots.of_generator(batch.generator_id).schema
    former = books.batches.released_on(batch.dataset, batch.batch_date)
    if former is not None and former.batch_id != batch.batch_id:
        supersede(house, books, former, batch, now)
    gives_way = None if former is None or former.batch_id == batch.batch_id else former.batch_id
    tables = _parts(house, source, len(books.batches.shards(batch.batch_id)))
    place = (batch.dataset, schema, batch.batch_date, batch.batch_id)
    books.readers.publish(*place, tables, former=gives_way)
    books.readers.label(batch.dataset, batch.batch_date, _label(batch))


def _label(batch: Batch) -> str:
    """What the readers' table says of the batch's rows."""
    return (
        f"Synthetic rows of batch {batch.batch_id} ({batch.batch_date}): {batch.depth:g} generations from real rows on "
        f"average, at most {batch.depth_max:g}; real share {batch.real_share:g}. See headwater.batch_lineage."
    )


def _quarantine(house: House, batch: Batch, validation: Validation) -> None:
    now = datetime.now(UTC)
    target = keys.quarantined(batch.dataset, batch.batch_date, batch.batch_id)
    source = _with_manifest(house, batch, validation, target)
    with house.ledger.transaction() as books:
        books.batches.mark(batch.batch_id, "quarantined", location=target)
        books.decisions.record(
            decided(house, batch.dataset, "quarantine", ("batch", batch.batch_id), reason=validation.sentence, at=now)
        )
        _move(house, batch, source, target)


def _move(house: House, batch: Batch, source: str, target: str) -> None:
    """The finished folder to its lasting place."""
    if source == target:
        return
    if batch.location == target:
        house.store.delete(target)  # it was there before, and may have lost files beside its manifest
    house.store.publish(source, target)


def _with_manifest(
    house: House, batch: Batch, validation: Validation, target: str, ruling: Ruling | None = None
) -> str:
    """The folder that holds the batch's parts, manifest included: its work folder, where a ruling finds it in
    quarantine, or ``target`` after a cut run.
    """
    aside = keys.quarantined(batch.dataset, batch.batch_date, batch.batch_id)
    places = (keys.work(batch.dataset, batch.batch_id), *([aside] if ruling else []))
    folder = next((each for each in places if house.store.exists(keys.part(each, 0))), None)
    if folder is None:
        return target
    with house.ledger.transaction() as books:
        document = manifest(books, batch, validation)
    if ruling is not None:
        document["released_by"] = {"name": ruling.by, "reason": ruling.reason}
    house.store.write_bytes(keys.manifest(folder), json.dumps(document, indent=2, sort_keys=True).encode())
    return folder


def _parts(house: House, folder: str, count: int) -> Iterator[pa.Table]:
    for index in range(count):
        yield from house.store.iter_tables(keys.part(folder, index), COPY_ROWS)
