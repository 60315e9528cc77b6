"""Depth: how far rows are from real ones, mean and deepest; searches for rows that came back."""

from __future__ import annotations

from alembic import op

revision = "v0009"
down_revision = "v0008"
branch_labels = None
depends_on = None

SCANS = """
    CREATE TABLE headwater.contamination_scans (
        scan_id uuid NOT NULL,
        dataset text NOT NULL,
        snapshot_id uuid,
        run_id text NOT NULL,
        rows bigint NOT NULL,
        scanned_rows bigint NOT NULL,
        batch_count bigint NOT NULL,
        named_rows bigint NOT NULL,
        leaked_rows double precision NOT NULL,
        depth double precision NOT NULL,
        depth_max double precision NOT NULL,
        real_share double precision NOT NULL,
        sentence text NOT NULL,
        findings json NOT NULL,
        scanned_at timestamptz NOT NULL,
        CONSTRAINT pk_contamination_scans PRIMARY KEY (scan_id),
        CONSTRAINT fk_contamination_scans_dataset FOREIGN KEY (dataset) REFERENCES headwater.datasets (name),
        CONSTRAINT fk_contamination_scans_dataset_snapshot_id FOREIGN KEY (dataset, snapshot_id)
            REFERENCES headwater.snapshots (dataset, snapshot_id),
        CONSTRAINT ck_contamination_scans_counts_fit
            CHECK (named_rows BETWEEN 0 AND rows AND scanned_rows BETWEEN 0 AND rows),
        CONSTRAINT ck_contamination_scans_leaked_is_not_negative CHECK (leaked_rows >= 0),
        CONSTRAINT ck_contamination_scans_real_share_is_a_share CHECK (real_share BETWEEN 0 AND 1),
        CONSTRAINT ck_contamination_scans_depths_fit CHECK (depth >= 0 AND depth_max >= depth)
    )
"""
INDEXES = (
    "CREATE INDEX ix_contamination_scans_dataset_scanned_at ON headwater.contamination_scans (dataset, scanned_at)",
    "CREATE INDEX ix_contamination_scans_snapshot_id ON headwater.contamination_scans (snapshot_id)",
)
COMMENTS = {
    "TABLE headwater.contamination_scans": (
        "Searches of a source for rows that Headwater made itself: how many, how they had been changed."
    ),
    "COLUMN headwater.contamination_scans.snapshot_id": "What was kept; none where the run stopped.",
    "COLUMN headwater.contamination_scans.rows": "Rows read from the source.",
    "COLUMN headwater.contamination_scans.scanned_rows": "Of these, rows that the snapshot before did not have.",
    "COLUMN headwater.contamination_scans.batch_count": "Released batches they were compared with.",
    "COLUMN headwater.contamination_scans.named_rows": "Rows told apart one by one, and left out of the snapshot.",
    "COLUMN headwater.contamination_scans.leaked_rows": ("Estimated rows that came back, those not named included."),
    "COLUMN headwater.contamination_scans.depth": "Mean depth of the source as it was read.",
    "COLUMN headwater.contamination_scans.real_share": "Of the source as it was read.",
    "COLUMN headwater.contamination_scans.findings": "By way of coming back; and rows by batch.",
    "COLUMN headwater.datasets.anchor_key": (
        "Secret made at first registration; decides which real rows are in the anchor, until a person renews it."
    ),
    "COLUMN headwater.snapshots.depth": "Mean generations since real rows; 0 where all rows are real.",
    "COLUMN headwater.snapshots.depth_max": "Generations of its deepest row.",
    "COLUMN headwater.snapshots.real_share": "Estimated share of real rows, after leaked ones were left out.",
    "COLUMN headwater.generators.depth": "Mean depth of the rows it learned from.",
    "COLUMN headwater.generators.depth_max": "Depth of the deepest of them.",
    "COLUMN headwater.batches.depth": "Mean generations since real rows.",
    "COLUMN headwater.batches.depth_max": "Generations since real rows, at most.",
}
FORMER = {
    "headwater.datasets.anchor_key": (
        "'Secret made at first registration; decides which real rows are in the anchor, for ever.'"
    ),
    "headwater.snapshots.depth": "'Synthetic generations among the ancestors; 0 for real rows.'",
    "headwater.generators.depth": "NULL",
    "headwater.batches.depth": "'Generations since real rows.'",
}
TABLES = ("snapshots", "generators", "batches")


def upgrade() -> None:
    """Add the depth of the deepest row, which was that of all rows, the snapshots' real share, and the scans."""
    for table in TABLES:
        op.execute(f"ALTER TABLE headwater.{table} ADD COLUMN depth_max double precision")
        op.execute(f"UPDATE headwater.{table} SET depth_max = depth")  # noqa: S608  a constant
        op.execute(
            f"ALTER TABLE headwater.{table} ALTER COLUMN depth_max SET NOT NULL, "
            f"ADD CONSTRAINT ck_{table}_deepest_is_at_least_the_mean CHECK (depth_max >= depth)"
        )
    op.execute(
        "ALTER TABLE headwater.snapshots ADD COLUMN real_share double precision NOT NULL DEFAULT 1, "
        "ADD CONSTRAINT ck_snapshots_real_share_is_a_share CHECK (real_share BETWEEN 0 AND 1)"
    )
    op.execute("ALTER TABLE headwater.snapshots ALTER COLUMN real_share DROP DEFAULT")
    op.execute(SCANS)
    for statement in INDEXES:
        op.execute(statement)
    for place, text in COMMENTS.items():
        op.execute(f"COMMENT ON {place} IS '{text}'")


def downgrade() -> None:
    """Drop them again."""
    op.execute("DROP TABLE headwater.contamination_scans")
    op.execute("ALTER TABLE headwater.snapshots DROP COLUMN real_share")
    for table in TABLES:
        op.execute(f"ALTER TABLE headwater.{table} DROP COLUMN depth_max")
    for column, text in FORMER.items():
        op.execute(f"COMMENT ON COLUMN {column} IS {text}")
