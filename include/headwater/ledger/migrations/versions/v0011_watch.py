"""The watch: what its charts said, and its alarms."""

from __future__ import annotations

from alembic import op

revision = "v0011"
down_revision = "v0010"
branch_labels = None
depends_on = None

POINTS = """
    CREATE TABLE headwater.watch_points (
        dataset text NOT NULL,
        chart text NOT NULL,
        name text NOT NULL,
        subject_id uuid NOT NULL,
        generator_id uuid NOT NULL,
        score double precision NOT NULL,
        limit_value double precision NOT NULL,
        since date,
        shift double precision,
        size bigint NOT NULL,
        sentence text NOT NULL,
        seen_at timestamptz NOT NULL,
        CONSTRAINT pk_watch_points PRIMARY KEY (dataset, chart, name, subject_id),
        CONSTRAINT fk_watch_points_dataset_generator_id FOREIGN KEY (dataset, generator_id)
            REFERENCES headwater.generators (dataset, generator_id),
        CONSTRAINT ck_watch_points_chart_is_known CHECK (chart IN ('nights', 'generations', 'union')),
        CONSTRAINT ck_watch_points_size_is_not_negative CHECK (size >= 0)
    )
"""
ALARMS = """
    CREATE TABLE headwater.alarms (
        alarm_id uuid NOT NULL,
        dataset text NOT NULL,
        chart text NOT NULL,
        name text NOT NULL,
        subject_id uuid NOT NULL,
        generator_id uuid NOT NULL,
        since date,
        score double precision NOT NULL,
        limit_value double precision NOT NULL,
        sentence text NOT NULL,
        run_id text NOT NULL,
        raised_at timestamptz NOT NULL,
        closed_at timestamptz,
        closed_by text,
        reason text,
        CONSTRAINT pk_alarms PRIMARY KEY (alarm_id),
        CONSTRAINT fk_alarms_dataset FOREIGN KEY (dataset) REFERENCES headwater.datasets (name),
        CONSTRAINT fk_alarms_dataset_generator_id FOREIGN KEY (dataset, generator_id)
            REFERENCES headwater.generators (dataset, generator_id),
        CONSTRAINT ck_alarms_chart_is_known CHECK (chart IN ('nights', 'generations', 'union')),
        CONSTRAINT ck_alarms_is_not_closed_before_it_is_raised CHECK (closed_at >= raised_at),
        CONSTRAINT ck_alarms_closed_by_somebody_for_a_reason
            CHECK ((closed_at IS NULL) = (closed_by IS NULL) AND (closed_at IS NULL) = (reason IS NULL))
    )
"""
COMMENTS = (
    "TABLE headwater.watch_points IS 'What the watch''s charts said of each statistic, look by look.'",
    "COLUMN headwater.watch_points.subject_id IS 'The newest batch; of generations the newest champion.'",
    "COLUMN headwater.watch_points.since IS 'From this day on the figures are worse.'",
    "COLUMN headwater.watch_points.shift IS 'By so many standard deviations.'",
    "COLUMN headwater.watch_points.size IS 'Nights or generations that were looked at.'",
    "TABLE headwater.alarms IS 'Alarms of the watch; one open alarm a dataset, chart and statistic.'",
    "COLUMN headwater.alarms.subject_id IS 'The batch or generator that was looked at.'",
    "COLUMN headwater.alarms.generator_id IS 'The champion of that time.'",
    "COLUMN headwater.alarms.since IS 'From this day on the figures are worse.'",
    "COLUMN headwater.alarms.reason IS 'Why it was closed.'",
)


def upgrade() -> None:
    """Create both tables."""
    op.execute(POINTS)
    op.execute(ALARMS)
    op.execute("CREATE INDEX ix_alarms_dataset ON headwater.alarms (dataset)")
    op.execute("CREATE UNIQUE INDEX uq_alarms_open ON headwater.alarms (dataset, chart, name) WHERE closed_at IS NULL")
    for comment in COMMENTS:
        op.execute(f"COMMENT ON {comment}")


def downgrade() -> None:
    """Drop them; what was watched is made anew, alarms are not."""
    op.drop_table("alarms", schema="headwater")
    op.drop_table("watch_points", schema="headwater")
