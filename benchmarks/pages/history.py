"""Fills a ledger with what leads to champions and what the watch says: retrainings every week, looks every night.

Made inside Postgres, for datasets whose nights are there already (``seeding.py``). Three candidates a week, of which
nobody is crowned beside the champions of ``seeding.py``; a decision a week and one a night; the looks that the watch
writes of a night: ten of nights, three of their union. Belongs here: that filling. Does not: measuring.
"""

from __future__ import annotations

import psycopg

CANDIDATES = ("trees", "mixture", "copula")
INDICATORS = (
    *("duplicates.distinct", "cell.kmeans", "cell.leaves", "neighbours.coverage", "duplicates.near", "pair.tables"),
    *("pair.total", "joint.c2st", "utility.score"),
)
LOOKS = {"nights": (*INDICATORS, "all together"), "union": ("union.repeats", "union.distinct", "union.coverage")}
GENERATORS = """
INSERT INTO headwater.generators (generator_id, dataset, snapshot_id, kind, label, settings, seed, model_key,
    model_sha256, model_bytes, depth, depth_max, real_share, score, code_version, created_at)
SELECT md5(s.dataset || c.label || week)::uuid, s.dataset, s.snapshot_id, c.label, c.label, '{}', 0,
    s.dataset || '/' || week || c.label, s.train_sha256, 1, 0, 0, 1, 0.8 + random() / 10, 'bench', week
FROM headwater.snapshots s, unnest(%(candidates)s::text[]) AS c (label),
    generate_series(now() - %(nights)s * INTERVAL '1 day', now(), INTERVAL '7 days') AS week
WHERE s.dataset = ANY(%(datasets)s)
"""
TRAININGS = """
INSERT INTO headwater.training_runs (training_run_id, dataset, snapshot_id, label, run_id, generator_id, status,
    seconds, error, started_at, finished_at)
SELECT gen_random_uuid(), dataset, snapshot_id, label, 'scheduled__' || created_at, generator_id, 'succeeded', 60, NULL,
    created_at, created_at + INTERVAL '1 minute'
FROM headwater.generators WHERE dataset = ANY(%(datasets)s)
"""
TRIALS = """
INSERT INTO headwater.checks (subject_kind, generator_id, position, name, severity, value, limit_value, direction,
    limit_origin, n, passed, sentence, detail, family, noise, effect, ratio)
SELECT 'generator', g.generator_id, k.place, k.name, 'critical', 0.93, 0.88, 'at_least', 'noise_floor', 4000, true,
    'Of 100 real rows 93 have a synthetic row nearby.', '{}', split_part(k.name, '.', 1), 0.95, 0.3, 0.4
FROM headwater.generators g, unnest(%(names)s::text[]) WITH ORDINALITY AS k (name, place)
WHERE g.dataset = ANY(%(datasets)s)
"""
DECISIONS = """
INSERT INTO headwater.decisions (decision_id, dataset, kind, subject_kind, subject_id, outcome, reason, decided_by,
    decided_at, detail)
SELECT gen_random_uuid(), dataset, 'release', 'batch', batch_id::text, 'release', 'All checks passed.', 'headwater',
    created_at, jsonb_build_object('run_id', run_id)
FROM headwater.batches WHERE dataset = ANY(%(datasets)s)
UNION ALL
SELECT gen_random_uuid(), dataset, 'keep', 'generator', generator_id::text, 'keep', 'It is worse than the champion.',
    'headwater', created_at, jsonb_build_object('run_id', 'scheduled__' || created_at, 'challenger', generator_id)
FROM headwater.generators WHERE dataset = ANY(%(datasets)s) AND label = 'trees'
"""
POINTS = """
INSERT INTO headwater.watch_points (dataset, chart, name, subject_id, generator_id, score, limit_value, since, shift,
    size, sentence, seen_at)
SELECT b.dataset, %(chart)s, k.name, b.batch_id, b.generator_id, 2 + random(), 4.9, b.batch_date, 0.3, 30,
    'No slide in 30 nights (score 2.5, limit 4.9).', b.created_at + INTERVAL '3 minutes'
FROM headwater.batches b, unnest(%(looks)s::text[]) AS k (name) WHERE b.dataset = ANY(%(datasets)s)
"""


def fill_history(connection: psycopg.Connection, datasets: list[str], nights: int) -> None:
    """Retrainings, their trials and decisions, and looks of these datasets, in the caller's transaction."""
    given = {"datasets": datasets, "nights": nights, "candidates": list(CANDIDATES), "names": list(INDICATORS)}
    for statement in (GENERATORS, TRAININGS, TRIALS, DECISIONS):
        connection.execute(statement, given)
    for chart, looks in LOOKS.items():
        connection.execute(POINTS, {**given, "chart": chart, "looks": list(looks)})
