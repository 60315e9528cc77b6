"""What a person may take back: the status ``recalled`` of batches, the numbers of champions (champion_versions)."""

from __future__ import annotations

from alembic import op

revision = "v0010"
down_revision = "v0009"
branch_labels = None
depends_on = None

FORMER = ("planned", "produced", "passed", "failed", "released", "quarantined", "superseded", "retired")
STATUSES = (*FORMER[:-1], "recalled", "retired")
VIEW = """
    CREATE VIEW headwater.champion_versions AS
    SELECT r.dataset,
        row_number() OVER (PARTITION BY r.dataset ORDER BY r.promoted_at, r.first_reign) AS version,
        r.generator_id, g.label, g.kind, g.score, g.created_at, r.promoted_at,
        CASE WHEN NOT r.is_current THEN r.ended_at END AS retired_at,
        r.reigns, r.is_current,
        NOT r.is_current AND r.last_reign
            = max(r.last_reign) FILTER (WHERE NOT r.is_current) OVER (PARTITION BY r.dataset) AS is_previous,
        CASE WHEN d.taken_out_at > d.back_at THEN d.taken_out_at END AS withdrawn_at,
        CASE WHEN d.recalled_at > d.back_at THEN d.recalled_at END AS recalled_at
    FROM (
        SELECT dataset, generator_id, min(promoted_at) AS promoted_at, max(retired_at) AS ended_at,
            bool_or(retired_at IS NULL) AS is_current, count(*) AS reigns,
            min(champion_id) AS first_reign, max(champion_id) AS last_reign
        FROM headwater.champions GROUP BY dataset, generator_id
    ) r
    JOIN headwater.generators g ON g.generator_id = r.generator_id
    CROSS JOIN LATERAL (
        SELECT max(decided_at) FILTER (WHERE kind = 'recall' AND subject_id = r.generator_id::text) AS recalled_at,
            max(decided_at) FILTER (WHERE kind = 'recall' AND subject_id = r.generator_id::text
                OR kind = 'rollback' AND detail ->> 'replaces' = r.generator_id::text) AS taken_out_at,
            coalesce(
                max(decided_at) FILTER (WHERE kind = 'rollback' AND subject_id = r.generator_id::text), '-infinity'
            ) AS back_at
        FROM headwater.decisions WHERE dataset = r.dataset AND kind IN ('rollback', 'recall')
    ) d
"""
COMMENT = "Every generator that is or was champion, numbered within its dataset in the order of first promotion."


def upgrade() -> None:
    """Allow ``recalled``, make the view."""
    _allow(STATUSES)
    op.execute(VIEW)
    op.execute(f"COMMENT ON VIEW headwater.champion_versions IS '{COMMENT}'")


def downgrade() -> None:
    """A recalled batch is superseded then: readers do not see that either. Its rows stay where they were set aside."""
    op.execute("DROP VIEW headwater.champion_versions")
    op.execute("UPDATE headwater.batches SET status = 'superseded' WHERE status = 'recalled'")
    _allow(FORMER)


def _allow(statuses: tuple[str, ...]) -> None:
    names = ", ".join(f"'{status}'" for status in statuses)
    op.execute("ALTER TABLE headwater.batches DROP CONSTRAINT ck_batches_status_is_known")
    op.execute(f"ALTER TABLE headwater.batches ADD CONSTRAINT ck_batches_status_is_known CHECK (status IN ({names}))")
