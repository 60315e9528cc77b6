"""Fills a ledger with the nights of many datasets: three champions each, a batch a night, its validation, its checks.

Made inside Postgres, up to yesterday. One night in two hundred ends in quarantine, one in a thousand was never made.
Details of checks are empty: no page that tells of many batches reads them. Belongs here: that filling. Does not:
measuring.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from datetime import UTC, datetime, timedelta

import psycopg

from benchmarks.pages.history import INDICATORS, fill_history
from headwater.ledger import Books, Ledger
from headwater.ledger.migrate import migrate
from headwater.ledger.records import Generator, Snapshot
from headwater.spec.dataset import Schedule
from headwater.tables.schema import ColumnSchema, TableSchema

FOLLOWED = INDICATORS
CHAMPIONS = 3
SCHEMA = TableSchema(
    columns=(ColumnSchema(name="age", sdtype="numerical", storage="integer", nullable=False, decimals=0),)
)
BATCHES = """
INSERT INTO headwater.batches (batch_id, dataset, batch_date, generator_id, spec_sha256, seed, rows, status,
    content_hash, depth, depth_max, real_share, run_id, code_version, created_at, released_at)
SELECT gen_random_uuid(), dataset, night, generator_id, %(spec)s, 0, 20000, status,
    md5(random()::text) || md5(random()::text), 1, 1, 0, 'scheduled__' || night, 'bench',
    night + INTERVAL '26 hours', CASE status WHEN 'released' THEN night + INTERVAL '26 hours 3 minutes' END
FROM (
    SELECT c.dataset, c.generator_id, night::date AS night,
        CASE WHEN random() < 0.005 THEN 'quarantined' ELSE 'released' END AS status
    FROM headwater.champions c, generate_series(c.promoted_at::date,
        coalesce(c.retired_at::date, current_date) - 1, INTERVAL '1 day') AS night
    WHERE c.dataset = ANY(%(datasets)s) AND random() < 0.999
) AS nights
"""
VALIDATIONS = """
INSERT INTO headwater.validations (validation_id, batch_id, content_hash, passed, sentence, docs_key, suite, attempt,
    started_at, finished_at, seconds)
SELECT gen_random_uuid(), batch_id, content_hash, status = 'released', CASE status
    WHEN 'released' THEN 'Passed: all of the batch''s critical checks passed; nothing is beyond noise.'
    ELSE 'Not passed: 1 critical check failed (neighbours.coverage).' END,
    dataset || '/docs', '{}', 1, created_at + INTERVAL '1 minute', created_at + INTERVAL '2 minutes', 60
FROM headwater.batches WHERE dataset = ANY(%(datasets)s)
"""
CHECKS = """
INSERT INTO headwater.checks (subject_kind, validation_id, position, name, severity, value, limit_value, direction,
    limit_origin, n, passed, sentence, detail, family, noise, effect, ratio)
SELECT 'validation', v.validation_id, k.place, k.name, 'critical', 0.93 + (random() - 0.5) / 50, 0.88, 'at_least',
    'spec', 4000, v.passed OR k.place > 1, 'Of 100 real rows 93 have a synthetic row nearby; at least 88 should.', '{}',
    split_part(k.name, '.', 1), 0.95, 0.3, 0.4
FROM headwater.validations v JOIN headwater.batches b USING (batch_id),
    unnest(%(names)s::text[]) WITH ORDINALITY AS k (name, place)
WHERE b.dataset = ANY(%(datasets)s)
"""
TOGETHER = 20
"""Datasets whose rows are made in one transaction."""


def fill(ledger_url: str, datasets: int, nights: int, checks: int) -> dict[str, int]:
    """Make the nights; how many batches and checks there are then."""
    migrate(ledger_url)
    names = [f"table_{number:03d}" for number in range(datasets)]
    ledger = Ledger(ledger_url)
    spec = hashlib.sha256(b"bench").hexdigest()
    with ledger.transaction() as books:
        for name in names:
            _declare(books, name, spec, nights)
    ledger.close()
    given = {"spec": spec, "names": [*FOLLOWED, *(f"other.check_{number}" for number in range(checks - len(FOLLOWED)))]}
    with psycopg.connect(ledger_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("SET timezone = 'UTC'")
        connection.execute("SELECT setseed(0.5)")
        for first in range(0, len(names), TOGETHER):
            with connection.transaction():
                for statement in (BATCHES, VALIDATIONS, CHECKS):
                    connection.execute(statement, {**given, "datasets": names[first : first + TOGETHER]})
                fill_history(connection, names[first : first + TOGETHER], nights)
        connection.execute("VACUUM ANALYZE")
        tables = ("batches", "validations", "checks", "generators", "training_runs", "decisions", "watch_points")
        return {table: _count(connection, table) for table in tables}


def _declare(books: Books, name: str, spec: str, nights: int) -> None:
    """The dataset with its spec, a snapshot, and champions that took turns over the nights."""
    now, schedule = datetime.now(UTC), Schedule(start_date=datetime.now(UTC).date() - timedelta(days=nights))
    books.datasets.register(name, "data-platform", "")
    written = {"dataset": name, "schedule": schedule.model_dump(mode="json"), "columns": {"age": "numerical"}}
    books.datasets.record_spec(name, spec, json.loads(json.dumps(written)))
    snapshot = Snapshot(
        snapshot_id=_named(name, "snapshot"),
        dataset=name,
        content_hash=spec,
        schema=SCHEMA,
        rows=30_000,
        train_rows=24_000,
        anchor_rows=6_000,
        train_key=f"{name}/train",
        train_sha256=spec,
        anchor_key_path=f"{name}/anchor",
        anchor_sha256=spec,
        source="warehouse",
        taken_at=now,
    )
    books.snapshots.record(snapshot)
    for number in range(CHAMPIONS):
        made = Generator(
            generator_id=_named(name, f"generator {number}"),
            dataset=name,
            snapshot_id=snapshot.snapshot_id,
            kind="trees",
            label="trees",
            settings={},
            seed=0,
            model_key=f"{name}/model",
            model_sha256=spec,
            model_bytes=1,
            depth=0.0,
            depth_max=0.0,
            real_share=1.0,
            score=0.9,
            code_version="bench",
            created_at=now,
        )
        books.generators.record(made)
        books.generators.promote(
            name, made.generator_id, now - timedelta(days=nights * (CHAMPIONS - number) // CHAMPIONS)
        )


def _named(dataset: str, what: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"bench:{dataset}:{what}"))


def _count(connection: psycopg.Connection, table: str) -> int:
    (count,) = connection.execute(f"SELECT count(*) FROM headwater.{table}").fetchall()[0]  # noqa: S608  our own name
    return int(count)
