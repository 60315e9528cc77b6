"""Tables of fitted models: generators, training_runs, champions."""

from __future__ import annotations

from alembic import op

revision = "v0002"
down_revision = "v0001"
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE headwater.generators (
        generator_id uuid NOT NULL,
        dataset text NOT NULL,
        snapshot_id uuid NOT NULL,
        kind text NOT NULL,
        label text NOT NULL,
        settings json NOT NULL,
        seed bigint NOT NULL,
        model_key text NOT NULL,
        model_sha256 text NOT NULL,
        model_bytes bigint NOT NULL,
        depth double precision NOT NULL,
        real_share double precision NOT NULL,
        score double precision,
        code_version text NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT pk_generators PRIMARY KEY (generator_id),
        CONSTRAINT uq_generators_dataset_generator_id UNIQUE (dataset, generator_id),
        CONSTRAINT fk_generators_dataset FOREIGN KEY (dataset) REFERENCES headwater.datasets (name),
        CONSTRAINT fk_generators_dataset_snapshot_id FOREIGN KEY (dataset, snapshot_id)
            REFERENCES headwater.snapshots (dataset, snapshot_id),
        CONSTRAINT ck_generators_depth_is_not_negative CHECK (depth >= 0),
        CONSTRAINT ck_generators_real_share_is_a_share CHECK (real_share BETWEEN 0 AND 1),
        CONSTRAINT ck_generators_model_bytes_is_not_negative CHECK (model_bytes >= 0)
    )
    """,
    "CREATE INDEX ix_generators_snapshot_id ON headwater.generators (snapshot_id)",
    """
    CREATE TABLE headwater.training_runs (
        training_run_id uuid NOT NULL,
        dataset text NOT NULL,
        snapshot_id uuid NOT NULL,
        label text NOT NULL,
        run_id text NOT NULL,
        generator_id uuid,
        status text NOT NULL,
        seconds double precision,
        error text,
        started_at timestamptz NOT NULL,
        finished_at timestamptz,
        CONSTRAINT pk_training_runs PRIMARY KEY (training_run_id),
        CONSTRAINT fk_training_runs_dataset FOREIGN KEY (dataset) REFERENCES headwater.datasets (name),
        CONSTRAINT fk_training_runs_dataset_snapshot_id FOREIGN KEY (dataset, snapshot_id)
            REFERENCES headwater.snapshots (dataset, snapshot_id),
        CONSTRAINT fk_training_runs_dataset_generator_id FOREIGN KEY (dataset, generator_id)
            REFERENCES headwater.generators (dataset, generator_id),
        CONSTRAINT ck_training_runs_status_is_known CHECK (status IN ('running', 'succeeded', 'failed')),
        CONSTRAINT ck_training_runs_success_has_a_generator CHECK (status <> 'succeeded' OR generator_id IS NOT NULL)
    )
    """,
    "CREATE INDEX ix_training_runs_snapshot_id ON headwater.training_runs (snapshot_id)",
    "CREATE INDEX ix_training_runs_generator_id ON headwater.training_runs (generator_id)",
    """
    CREATE TABLE headwater.champions (
        champion_id bigint GENERATED ALWAYS AS IDENTITY,
        dataset text NOT NULL,
        generator_id uuid NOT NULL,
        promoted_at timestamptz NOT NULL,
        retired_at timestamptz,
        CONSTRAINT pk_champions PRIMARY KEY (champion_id),
        CONSTRAINT fk_champions_dataset FOREIGN KEY (dataset) REFERENCES headwater.datasets (name),
        CONSTRAINT fk_champions_dataset_generator_id FOREIGN KEY (dataset, generator_id)
            REFERENCES headwater.generators (dataset, generator_id),
        CONSTRAINT ck_champions_reign_does_not_end_before_it_begins CHECK (retired_at >= promoted_at)
    )
    """,
    "CREATE INDEX ix_champions_dataset ON headwater.champions (dataset)",
    "CREATE INDEX ix_champions_generator_id ON headwater.champions (generator_id)",
    "CREATE UNIQUE INDEX uq_champions_open ON headwater.champions (dataset) WHERE retired_at IS NULL",
)
COMMENTS = (
    "TABLE headwater.generators IS 'Fitted models: what they learned from, where their file lies, how they scored.'",
    "COLUMN headwater.generators.model_sha256 IS 'A model file is only loaded when its hash is this one.'",
    "COLUMN headwater.generators.real_share IS 'Share of real rows among those it learned from.'",
    "TABLE headwater.training_runs IS 'Attempts to fit a candidate, the failed ones too.'",
    "TABLE headwater.champions IS 'Which generator made the batches from when to when; one open reign a dataset.'",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in TABLES:
        op.execute(statement)
    for comment in COMMENTS:
        op.execute(f"COMMENT ON {comment}")


def downgrade() -> None:
    """Drop them, the dependent ones first."""
    for table in ("champions", "training_runs", "generators"):
        op.drop_table(table, schema="headwater")
