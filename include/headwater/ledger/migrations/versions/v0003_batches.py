"""Tables of synthetic rows: batches and shards."""

from __future__ import annotations

from alembic import op

revision = "v0003"
down_revision = "v0002"
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE headwater.batches (
        batch_id uuid NOT NULL,
        dataset text NOT NULL,
        batch_date date NOT NULL,
        generator_id uuid NOT NULL,
        spec_sha256 text NOT NULL,
        seed bigint NOT NULL,
        rows bigint NOT NULL,
        status text NOT NULL,
        content_hash text,
        depth double precision NOT NULL,
        real_share double precision NOT NULL,
        run_id text NOT NULL,
        code_version text NOT NULL,
        location text,
        created_at timestamptz NOT NULL,
        released_at timestamptz,
        CONSTRAINT pk_batches PRIMARY KEY (batch_id),
        CONSTRAINT fk_batches_dataset FOREIGN KEY (dataset) REFERENCES headwater.datasets (name),
        CONSTRAINT fk_batches_dataset_generator_id FOREIGN KEY (dataset, generator_id)
            REFERENCES headwater.generators (dataset, generator_id),
        CONSTRAINT fk_batches_dataset_spec_sha256 FOREIGN KEY (dataset, spec_sha256)
            REFERENCES headwater.spec_versions (dataset, sha256),
        CONSTRAINT ck_batches_status_is_known CHECK (status IN (
            'planned', 'produced', 'passed', 'failed', 'released', 'quarantined', 'superseded', 'retired')),
        CONSTRAINT ck_batches_rows_is_not_negative CHECK (rows >= 0),
        CONSTRAINT ck_batches_depth_is_not_negative CHECK (depth >= 0),
        CONSTRAINT ck_batches_real_share_is_a_share CHECK (real_share BETWEEN 0 AND 1),
        CONSTRAINT ck_batches_released_has_a_content_hash CHECK (status <> 'released' OR content_hash IS NOT NULL),
        CONSTRAINT ck_batches_released_has_a_moment CHECK (status <> 'released' OR released_at IS NOT NULL)
    )
    """,
    "CREATE INDEX ix_batches_dataset_batch_date ON headwater.batches (dataset, batch_date)",
    "CREATE INDEX ix_batches_generator_id ON headwater.batches (generator_id)",
    "CREATE UNIQUE INDEX uq_batches_released ON headwater.batches (dataset, batch_date) WHERE status = 'released'",
    """
    CREATE TABLE headwater.shards (
        batch_id uuid NOT NULL,
        index bigint NOT NULL,
        first_block bigint NOT NULL,
        block_hashes text[] NOT NULL,
        rows bigint NOT NULL,
        key text NOT NULL,
        sha256 text NOT NULL,
        seconds double precision NOT NULL,
        CONSTRAINT pk_shards PRIMARY KEY (batch_id, index),
        CONSTRAINT fk_shards_batch_id FOREIGN KEY (batch_id) REFERENCES headwater.batches (batch_id),
        CONSTRAINT ck_shards_counts_are_not_negative CHECK (index >= 0 AND first_block >= 0 AND rows >= 0)
    )
    """,
)
COMMENTS = (
    "TABLE headwater.batches IS 'Batches of synthetic rows; one released batch a dataset and date.'",
    "COLUMN headwater.batches.content_hash IS 'SHA-256 over the hashes of all blocks of rows in order.'",
    "COLUMN headwater.batches.depth IS 'Generations since real rows.'",
    "COLUMN headwater.batches.location IS 'Folder of the batch''s files in the store.'",
    "TABLE headwater.shards IS 'The files a batch was made in, each a run of blocks.'",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in TABLES:
        op.execute(statement)
    for comment in COMMENTS:
        op.execute(f"COMMENT ON {comment}")


def downgrade() -> None:
    """Drop them, the dependent one first."""
    for table in ("shards", "batches"):
        op.drop_table(table, schema="headwater")
