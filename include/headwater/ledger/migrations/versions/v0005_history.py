"""What led to what: lineage_edges, decisions, and the view batch_lineage."""

from __future__ import annotations

from alembic import op

revision = "v0005"
down_revision = "v0004"
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE headwater.lineage_edges (
        from_kind text NOT NULL,
        from_id text NOT NULL,
        to_kind text NOT NULL,
        to_id text NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_lineage_edges PRIMARY KEY (from_kind, from_id, to_kind, to_id),
        CONSTRAINT ck_lineage_edges_kinds_are_known CHECK (
            from_kind IN ('source', 'snapshot', 'generator', 'batch', 'validation', 'reader')
            AND to_kind IN ('source', 'snapshot', 'generator', 'batch', 'validation', 'reader'))
    )
    """,
    "CREATE INDEX ix_lineage_edges_to_kind_to_id ON headwater.lineage_edges (to_kind, to_id)",
    """
    CREATE TABLE headwater.decisions (
        decision_id uuid NOT NULL,
        dataset text NOT NULL,
        kind text NOT NULL,
        subject_kind text NOT NULL,
        subject_id text NOT NULL,
        outcome text NOT NULL,
        reason text NOT NULL,
        decided_by text NOT NULL,
        decided_at timestamptz NOT NULL,
        detail jsonb NOT NULL,
        CONSTRAINT pk_decisions PRIMARY KEY (decision_id),
        CONSTRAINT fk_decisions_dataset FOREIGN KEY (dataset) REFERENCES headwater.datasets (name),
        CONSTRAINT ck_decisions_kind_is_a_word CHECK (kind ~ '^[a-z][a-z_]*$')
    )
    """,
    "CREATE INDEX ix_decisions_dataset ON headwater.decisions (dataset)",
    "CREATE INDEX ix_decisions_subject_id ON headwater.decisions (subject_id)",
)
VIEW = """
    CREATE VIEW headwater.batch_lineage AS
    SELECT b.dataset, b.batch_date, b.batch_id, b.status, b.content_hash, b.rows, b.seed,
        g.generator_id, g.kind AS generator_kind, g.label AS generator_label, g.model_sha256,
        b.code_version, b.depth, b.real_share, b.spec_sha256,
        s.snapshot_id, s.content_hash AS snapshot_content_hash, s.rows AS snapshot_rows, s.source,
        CASE WHEN v.passed THEN 'passed' WHEN NOT v.passed THEN 'failed' END AS verdict,
        v.validation_id,
        CASE WHEN b.status = 'released' THEN r.to_id END AS released_to
    FROM headwater.batches b
    JOIN headwater.generators g ON g.generator_id = b.generator_id
    JOIN headwater.snapshots s ON s.snapshot_id = g.snapshot_id
    LEFT JOIN LATERAL (
        SELECT last.validation_id, last.passed FROM headwater.validations last
        WHERE last.batch_id = b.batch_id ORDER BY last.attempt DESC LIMIT 1
    ) v ON true
    LEFT JOIN LATERAL (
        SELECT edge.to_id FROM headwater.lineage_edges edge
        WHERE edge.to_kind = 'reader' AND edge.from_kind IN ('batch', 'validation')
            AND edge.from_id IN (b.batch_id::text, v.validation_id::text)
        ORDER BY edge.recorded_at DESC, edge.to_id LIMIT 1
    ) r ON true
"""
COMMENTS = (
    "TABLE headwater.lineage_edges IS "
    "'What was made from what: source, snapshot, generator, batch, validation, reader.'",
    "TABLE headwater.decisions IS 'Promotions, releases, quarantines, removals: who, when, why.'",
    "VIEW headwater.batch_lineage IS "
    "'Where each batch comes from, down to the snapshot''s hash; its latest verdict; the table that holds it now.'",
)


def upgrade() -> None:
    """Create the tables, then the view."""
    for statement in (*TABLES, VIEW):
        op.execute(statement)
    for comment in COMMENTS:
        op.execute(f"COMMENT ON {comment}")


def downgrade() -> None:
    """Drop the view, then the tables."""
    op.execute("DROP VIEW headwater.batch_lineage")
    for table in ("decisions", "lineage_edges"):
        op.drop_table(table, schema="headwater")
