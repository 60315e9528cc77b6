"""The view batch_lineage says how deep the deepest rows behind a batch lie."""

from __future__ import annotations

from alembic import op

revision = "v0013"
down_revision = "v0012"
branch_labels = None
depends_on = None

VIEW = """
    CREATE OR REPLACE VIEW headwater.batch_lineage AS
    SELECT b.dataset, b.batch_date, b.batch_id, b.status, b.content_hash, b.rows, b.seed,
        g.generator_id, g.kind AS generator_kind, g.label AS generator_label, g.model_sha256,
        b.code_version, b.depth, b.real_share, b.spec_sha256,
        s.snapshot_id, s.content_hash AS snapshot_content_hash, s.rows AS snapshot_rows, s.source,
        CASE WHEN v.passed THEN 'passed' WHEN NOT v.passed THEN 'failed' END AS verdict,
        v.validation_id,
        CASE WHEN b.status = 'released' THEN r.to_id END AS released_to{more}
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
COMMENT = (
    "COMMENT ON VIEW headwater.batch_lineage IS "
    "'Where each batch comes from, down to the snapshot''s hash; its latest verdict; the table that holds it now.'"
)


def upgrade() -> None:
    """Add the column at the end: so the view is replaced, and who may read it still may."""
    op.execute(VIEW.format(more=",\n        b.depth_max"))


def downgrade() -> None:
    """A view loses a column only by being made anew; rights that were granted on it are lost."""
    op.execute("DROP VIEW headwater.batch_lineage")
    op.execute(VIEW.format(more=""))
    op.execute(COMMENT)
