"""Baselines, nulls drawn from honest rows: a table of their own instead of a column of profiles."""

from __future__ import annotations

from alembic import op

revision = "v0008"
down_revision = "v0007"
branch_labels = None
depends_on = None

TABLE = """
    CREATE TABLE headwater.baselines (
        baseline_id uuid NOT NULL,
        kind text NOT NULL,
        snapshot_id uuid NOT NULL,
        generator_id uuid,
        n bigint NOT NULL,
        draws bigint NOT NULL,
        key text NOT NULL,
        sha256 text NOT NULL,
        drawn_at timestamptz NOT NULL,
        CONSTRAINT pk_baselines PRIMARY KEY (baseline_id),
        CONSTRAINT fk_baselines_snapshot_id FOREIGN KEY (snapshot_id) REFERENCES headwater.snapshots (snapshot_id),
        CONSTRAINT fk_baselines_generator_id FOREIGN KEY (generator_id) REFERENCES headwater.generators (generator_id),
        CONSTRAINT ck_baselines_kind_is_known CHECK (kind IN ('noise_floor', 'certificate')),
        CONSTRAINT ck_baselines_certificate_has_a_generator
            CHECK ((kind = 'certificate') = (generator_id IS NOT NULL)),
        CONSTRAINT ck_baselines_counts_are_positive CHECK (n > 0 AND draws > 0)
    )
"""
COMMENTS = (
    "TABLE headwater.baselines IS "
    "'Nulls drawn from honest rows: noise floors of snapshots, certificates of generators.'",
    "COLUMN headwater.baselines.n IS 'Rows of each drawn sample.'",
    "COLUMN headwater.baselines.key IS 'Where it lies in the store.'",
    "TABLE headwater.profiles IS 'Facts of a snapshot''s rows.'",
)


def upgrade() -> None:
    """Create the table; former floors were drawn for other checks and are of no use."""
    op.execute(TABLE)
    op.execute("CREATE INDEX ix_baselines_snapshot_id ON headwater.baselines (snapshot_id)")
    op.execute("CREATE INDEX ix_baselines_generator_id ON headwater.baselines (generator_id)")
    op.execute("ALTER TABLE headwater.profiles DROP COLUMN floors")
    for comment in COMMENTS:
        op.execute(f"COMMENT ON {comment}")


def downgrade() -> None:
    """Drop the table; profiles have empty floors again and are made anew by the next retraining."""
    op.drop_table("baselines", schema="headwater")
    op.execute("ALTER TABLE headwater.profiles ADD COLUMN floors json NOT NULL DEFAULT '{}'")
    op.execute("ALTER TABLE headwater.profiles ALTER COLUMN floors DROP DEFAULT")
    op.execute(
        "COMMENT ON TABLE headwater.profiles IS 'Facts of a snapshot''s rows and the noise floor of every check.'"
    )
