"""Fills a ledger with validations that look like a real one: its suite, its checks, their sentences and figures.

Everything is copied inside Postgres from the one validation that the chain has made, with other dates and values;
one check in a thousand fails. Belongs here: that filling, and the pages' files. Does not: measuring.
"""

from __future__ import annotations

import os
import uuid
from pathlib import Path

import psycopg
from psycopg import sql

from headwater.ledger import Ledger
from headwater.ledger.records import Generator, Snapshot

OTHERS = ("admissions", "claims", "orders", "sensors")
"""Datasets beside the bench's own; each has the same share of the validations."""
BATCHES = """
INSERT INTO headwater.batches (batch_id, dataset, batch_date, generator_id, spec_sha256, seed, rows, status,
    content_hash, depth, depth_max, real_share, run_id, code_version, created_at)
SELECT gen_random_uuid(), g.dataset, DATE '2025-12-31' - nights.number, g.generator_id, s.sha256, b.seed, b.rows,
    'passed', b.content_hash, b.depth, b.depth_max, b.real_share, 'copied', b.code_version,
    (DATE '2025-12-31' - nights.number) + TIME '01:00'
FROM headwater.batches b, generate_series(0, %(nights)s - 1) AS nights(number), headwater.generators g
JOIN headwater.spec_versions s ON s.dataset = g.dataset
WHERE b.batch_id = %(batch)s AND g.generator_id = ANY(%(generators)s::uuid[])
"""
VALIDATIONS = """
INSERT INTO headwater.validations (validation_id, batch_id, content_hash, passed, sentence, docs_key, suite, attempt,
    started_at, finished_at, seconds)
SELECT gen_random_uuid(), b.batch_id, v.content_hash, true, v.sentence, 'bench', v.suite, 1,
    b.created_at, b.created_at + INTERVAL '4 seconds' + random() * INTERVAL '1 second', v.seconds
FROM headwater.batches b, headwater.validations v WHERE v.batch_id = %(batch)s AND b.run_id = 'copied'
"""
CHECKS = """
INSERT INTO headwater.checks ({columns}, value, passed)
SELECT {copied}, CASE WHEN c.value IS NULL THEN NULL ELSE c.value + (random() - 0.5) / 50 END, random() >= 0.001
FROM headwater.validations v, headwater.checks c WHERE c.validation_id = %(validation)s AND v.docs_key = 'bench'
"""
VERDICTS = """
UPDATE headwater.validations v SET passed = false, sentence = found.sentence
FROM (SELECT validation_id, 'Not passed: ' || count(*) || ' critical checks failed (' || string_agg(name, ', ') || ').'
    AS sentence FROM headwater.checks WHERE NOT passed AND severity = 'critical' GROUP BY validation_id) AS found
WHERE v.validation_id = found.validation_id AND v.docs_key = 'bench'
"""
DOCS_KEYS = """
UPDATE headwater.validations v SET docs_key = b.dataset || '/docs/' || v.validation_id || '/index.html'
FROM headwater.batches b WHERE b.batch_id = v.batch_id AND v.docs_key = 'bench'
"""


def fill(ledger_url: str, validation_id: str, results: int) -> tuple[int, int]:
    """Copy the validation until there are about ``results`` more; how many validations and checks there are then."""
    batch_id, generators = _other_datasets(ledger_url, validation_id)
    with psycopg.connect(ledger_url.replace("+psycopg", "")) as connection:
        given = {
            "batch": batch_id,
            "validation": validation_id,
            "nights": results // len(generators),
            "generators": generators,
        }
        names = _copied_columns(connection)
        columns = ", ".join(["validation_id", *names])
        copied = ", ".join(["v.validation_id", *(f"c.{name}" for name in names)])
        connection.execute("SELECT setseed(0.5)")
        for statement in (BATCHES, VALIDATIONS, CHECKS.format(columns=columns, copied=copied), VERDICTS, DOCS_KEYS):
            connection.execute(statement, given)
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")
        return _count(connection, "validations"), _count(connection, "checks")


def fill_store(store: Path, ledger_url: str, page: Path) -> int:
    """A page for every validation of the ledger, in its own folder; all are one file on disk, to spare the disk."""
    with psycopg.connect(ledger_url.replace("+psycopg", "")) as connection:
        keys = [row[0] for row in connection.execute("SELECT docs_key FROM headwater.validations")]
    for key in keys:
        target = store / key
        if not target.exists():
            target.parent.mkdir(parents=True)
            os.link(page, target)
    return len(keys)


def _other_datasets(ledger_url: str, validation_id: str) -> tuple[str, list[str]]:
    """Datasets like the bench's own; the batch that was judged, and the generators of all datasets."""
    ledger = Ledger(ledger_url)
    with ledger.transaction() as books:
        batch = books.batches.get(books.validations.get(validation_id).batch_id)
        generator = books.generators.get(batch.generator_id)
        snapshot, spec = books.snapshots.get(generator.snapshot_id), books.datasets.spec(batch.spec_sha256)
        found = [generator.generator_id]
        for name in OTHERS:
            books.datasets.register(name, "bench", "")
            books.datasets.record_spec(name, batch.spec_sha256, spec)
            own = _named(name, "snapshot")
            books.snapshots.record(Snapshot(**{**vars(snapshot), "snapshot_id": own, "dataset": name}))
            changed = {"generator_id": _named(name, "generator"), "dataset": name, "snapshot_id": own}
            books.generators.record(Generator(**{**generator.model_dump(), **changed}))
            found.append(changed["generator_id"])
    ledger.close()
    return batch.batch_id, found


def _named(dataset: str, kind: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"bench:{dataset}:{kind}"))


def _copied_columns(connection: psycopg.Connection) -> list[str]:
    """Columns of a check that are copied as they are."""
    query = (
        "SELECT column_name FROM information_schema.columns WHERE table_schema = 'headwater' AND table_name = 'checks'"
    )
    own = {"check_id", "validation_id", "value", "passed"}
    return [row[0] for row in connection.execute(query) if row[0] not in own]


def _count(connection: psycopg.Connection, table: str) -> int:
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier("headwater", table))
    (count,) = connection.execute(query).fetchall()[0]
    return int(count)
