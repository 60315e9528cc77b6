"""Attempts to mend a night that missed modes."""

from __future__ import annotations

from alembic import op

revision = "v0012"
down_revision = "v0011"
branch_labels = None
depends_on = None

REPAIRS = """
    CREATE TABLE headwater.repairs (
        repair_id uuid NOT NULL,
        dataset text NOT NULL,
        batch_date date NOT NULL,
        batch_id uuid NOT NULL,
        repaired_batch_id uuid NOT NULL,
        step text NOT NULL,
        look bigint NOT NULL,
        rows bigint NOT NULL,
        touched_rows bigint NOT NULL,
        before json NOT NULL,
        after json NOT NULL,
        run_id text NOT NULL,
        made_at timestamptz NOT NULL,
        CONSTRAINT pk_repairs PRIMARY KEY (repair_id),
        CONSTRAINT fk_repairs_dataset FOREIGN KEY (dataset) REFERENCES headwater.datasets (name),
        CONSTRAINT fk_repairs_batch_id FOREIGN KEY (batch_id) REFERENCES headwater.batches (batch_id),
        CONSTRAINT fk_repairs_repaired_batch_id FOREIGN KEY (repaired_batch_id)
            REFERENCES headwater.batches (batch_id),
        CONSTRAINT uq_repairs_dataset_batch_date_look UNIQUE (dataset, batch_date, look),
        CONSTRAINT uq_repairs_repaired_batch_id UNIQUE (repaired_batch_id),
        CONSTRAINT ck_repairs_step_is_known CHECK (step IN ('reweigh', 'top_up', 'previous_champion')),
        CONSTRAINT ck_repairs_look_follows_the_first CHECK (look >= 2),
        CONSTRAINT ck_repairs_touched_rows_are_of_the_batch CHECK (touched_rows BETWEEN 0 AND rows)
    )
"""
COMMENTS = (
    "TABLE headwater.repairs IS 'Attempts to mend a batch that missed modes, counted by dataset and date.'",
    "COLUMN headwater.repairs.batch_id IS 'The batch that failed.'",
    "COLUMN headwater.repairs.repaired_batch_id IS 'What was made of it; its verdict is the attempt''s.'",
    "COLUMN headwater.repairs.look IS 'Judgements of the night, this one included: limits narrow with it.'",
    "COLUMN headwater.repairs.touched_rows IS 'Rows exchanged; all, where a previous champion made the batch.'",
    "COLUMN headwater.repairs.before IS 'How the failed batch stood to the frozen profile.'",
    "COLUMN headwater.repairs.after IS 'How the repaired one does.'",
)


def upgrade() -> None:
    """Create the table."""
    op.execute(REPAIRS)
    op.execute("CREATE INDEX ix_repairs_batch_id ON headwater.repairs (batch_id)")
    for comment in COMMENTS:
        op.execute(f"COMMENT ON {comment}")


def downgrade() -> None:
    """Drop it; batches that were made by a repair stay."""
    op.drop_table("repairs", schema="headwater")
