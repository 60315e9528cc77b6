"""Tables of what is declared and of real rows: datasets, spec_versions, snapshots, profiles."""

from __future__ import annotations

from alembic import op

revision = "v0001"
down_revision = None
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE headwater.datasets (
        dataset_id uuid NOT NULL,
        name text NOT NULL,
        owner text NOT NULL,
        description text NOT NULL,
        anchor_key bytea NOT NULL,
        registered_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_datasets PRIMARY KEY (dataset_id),
        CONSTRAINT uq_datasets_name UNIQUE (name),
        CONSTRAINT ck_datasets_anchor_key_is_32_bytes CHECK (octet_length(anchor_key) = 32)
    )
    """,
    """
    CREATE TABLE headwater.spec_versions (
        dataset text NOT NULL,
        sha256 text NOT NULL,
        spec json NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_spec_versions PRIMARY KEY (dataset, sha256),
        CONSTRAINT fk_spec_versions_dataset FOREIGN KEY (dataset) REFERENCES headwater.datasets (name),
        CONSTRAINT ck_spec_versions_sha256_is_hex CHECK (sha256 ~ '^[0-9a-f]{64}$')
    )
    """,
    "CREATE INDEX ix_spec_versions_sha256 ON headwater.spec_versions (sha256)",
    """
    CREATE TABLE headwater.snapshots (
        snapshot_id uuid NOT NULL,
        dataset text NOT NULL,
        content_hash text NOT NULL,
        schema json NOT NULL,
        rows bigint NOT NULL,
        train_rows bigint NOT NULL,
        anchor_rows bigint NOT NULL,
        train_key text NOT NULL,
        train_sha256 text NOT NULL,
        anchor_key_path text NOT NULL,
        anchor_sha256 text NOT NULL,
        source text NOT NULL,
        depth double precision NOT NULL,
        taken_at timestamptz NOT NULL,
        CONSTRAINT pk_snapshots PRIMARY KEY (snapshot_id),
        CONSTRAINT uq_snapshots_dataset_snapshot_id UNIQUE (dataset, snapshot_id),
        CONSTRAINT fk_snapshots_dataset FOREIGN KEY (dataset) REFERENCES headwater.datasets (name),
        CONSTRAINT ck_snapshots_depth_is_not_negative CHECK (depth >= 0),
        CONSTRAINT ck_snapshots_rows_add_up
            CHECK (train_rows >= 0 AND anchor_rows >= 0 AND rows = train_rows + anchor_rows)
    )
    """,
    "CREATE INDEX ix_snapshots_dataset_taken_at ON headwater.snapshots (dataset, taken_at)",
    """
    CREATE TABLE headwater.profiles (
        snapshot_id uuid NOT NULL,
        facts json NOT NULL,
        floors json NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT pk_profiles PRIMARY KEY (snapshot_id),
        CONSTRAINT fk_profiles_snapshot_id FOREIGN KEY (snapshot_id) REFERENCES headwater.snapshots (snapshot_id)
    )
    """,
)
COMMENTS = (
    "TABLE headwater.datasets IS 'Declared tables of real rows.'",
    "COLUMN headwater.datasets.anchor_key IS "
    "'Secret made at first registration; decides which real rows are in the anchor, for ever.'",
    "TABLE headwater.spec_versions IS 'Every version of every dataset''s YAML that a run worked with.'",
    "COLUMN headwater.spec_versions.spec IS 'json, not jsonb: the order of the columns is kept.'",
    "TABLE headwater.snapshots IS "
    "'Real rows at one moment: hash, shape, and where the training part and the anchor lie.'",
    "COLUMN headwater.snapshots.source IS 'Where the rows were read, without secrets.'",
    "COLUMN headwater.snapshots.depth IS 'Synthetic generations among the ancestors; 0 for real rows.'",
    "COLUMN headwater.snapshots.taken_at IS 'When these rows were last found in the source.'",
    "TABLE headwater.profiles IS 'Facts of a snapshot''s rows and the noise floor of every check.'",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in TABLES:
        op.execute(statement)
    for comment in COMMENTS:
        op.execute(f"COMMENT ON {comment}")


def downgrade() -> None:
    """Drop them, the dependent ones first."""
    for table in ("profiles", "snapshots", "spec_versions", "datasets"):
        op.drop_table(table, schema="headwater")
