"""Who was told of what."""

from __future__ import annotations

from alembic import op

revision = "v0015"
down_revision = "v0014"
branch_labels = None
depends_on = None

NOTICES = """
    CREATE TABLE headwater.notices (
        dataset text NOT NULL,
        fact text NOT NULL,
        subject_id text NOT NULL,
        receiver text NOT NULL,
        outcome text NOT NULL,
        attempts bigint NOT NULL,
        error text,
        run_id text NOT NULL,
        tried_at timestamptz NOT NULL,
        sent_at timestamptz,
        CONSTRAINT pk_notices PRIMARY KEY (dataset, fact, subject_id, receiver),
        CONSTRAINT fk_notices_dataset FOREIGN KEY (dataset) REFERENCES headwater.datasets (name),
        CONSTRAINT ck_notices_fact_is_known CHECK (fact IN ('quarantined', 'alarm', 'drift', 'champion', 'late')),
        CONSTRAINT ck_notices_outcome_is_known CHECK (outcome IN ('sent', 'failed', 'unknown')),
        CONSTRAINT ck_notices_attempts_are_counted CHECK (attempts >= 1),
        CONSTRAINT ck_notices_sent_at_a_moment CHECK ((outcome = 'sent') = (sent_at IS NOT NULL)),
        CONSTRAINT ck_notices_not_sent_for_a_reason CHECK ((outcome = 'sent') = (error IS NULL))
    )
"""
COMMENTS = (
    "TABLE headwater.notices IS 'Who was told of what; one row a fact and receiver, so that nobody is told twice.'",
    "COLUMN headwater.notices.subject_id IS 'Batch, alarm, snapshot and generator, decision, or the day that is late.'",
    "COLUMN headwater.notices.receiver IS 'Its kind, its connection, channel or addresses.'",
    "COLUMN headwater.notices.outcome IS 'Only ''failed'' is tried again: else somebody could be told twice.'",
    "COLUMN headwater.notices.error IS 'Why it was not sent; no secret of a connection.'",
)


def upgrade() -> None:
    """Create the table."""
    op.execute(NOTICES)
    for comment in COMMENTS:
        op.execute(f"COMMENT ON {comment}")


def downgrade() -> None:
    """Drop it: facts of the last two days may be told once more after another upgrade."""
    op.drop_table("notices", schema="headwater")
