"""Tables of judgements: validations and checks."""

from __future__ import annotations

from alembic import op

revision = "v0004"
down_revision = "v0003"
branch_labels = None
depends_on = None

TABLES = (
    """
    CREATE TABLE headwater.validations (
        validation_id uuid NOT NULL,
        batch_id uuid NOT NULL,
        content_hash text NOT NULL,
        passed boolean NOT NULL,
        sentence text NOT NULL,
        docs_key text NOT NULL,
        suite json NOT NULL,
        attempt bigint NOT NULL,
        started_at timestamptz NOT NULL,
        finished_at timestamptz NOT NULL,
        seconds double precision NOT NULL,
        CONSTRAINT pk_validations PRIMARY KEY (validation_id),
        CONSTRAINT uq_validations_batch_id_attempt UNIQUE (batch_id, attempt),
        CONSTRAINT fk_validations_batch_id FOREIGN KEY (batch_id) REFERENCES headwater.batches (batch_id),
        CONSTRAINT ck_validations_attempt_counts_from_1 CHECK (attempt >= 1),
        CONSTRAINT ck_validations_ends_after_it_began CHECK (finished_at >= started_at)
    )
    """,
    """
    CREATE TABLE headwater.checks (
        check_id bigint GENERATED ALWAYS AS IDENTITY,
        subject_kind text NOT NULL,
        validation_id uuid,
        generator_id uuid,
        position bigint NOT NULL,
        name text NOT NULL,
        severity text NOT NULL,
        value double precision,
        limit_value double precision,
        direction text NOT NULL,
        limit_origin text NOT NULL,
        interval_low double precision,
        interval_high double precision,
        n bigint NOT NULL,
        passed boolean NOT NULL,
        sentence text NOT NULL,
        detail json NOT NULL,
        error text,
        CONSTRAINT pk_checks PRIMARY KEY (check_id),
        CONSTRAINT uq_checks_validation_id_name UNIQUE (validation_id, name),
        CONSTRAINT uq_checks_generator_id_name UNIQUE (generator_id, name),
        CONSTRAINT fk_checks_validation_id FOREIGN KEY (validation_id)
            REFERENCES headwater.validations (validation_id),
        CONSTRAINT fk_checks_generator_id FOREIGN KEY (generator_id) REFERENCES headwater.generators (generator_id),
        CONSTRAINT ck_checks_has_one_subject CHECK (
            (subject_kind = 'validation' AND validation_id IS NOT NULL AND generator_id IS NULL)
            OR (subject_kind = 'generator' AND generator_id IS NOT NULL AND validation_id IS NULL)),
        CONSTRAINT ck_checks_severity_is_known CHECK (severity IN ('critical', 'warning', 'info')),
        CONSTRAINT ck_checks_direction_is_known CHECK (direction IN ('at_least', 'at_most')),
        CONSTRAINT ck_checks_limit_origin_is_known
            CHECK (limit_origin IN ('spec', 'noise_floor', 'exact', 'champion'))
    )
    """,
)
COMMENTS = (
    "TABLE headwater.validations IS 'Judgements of batches. Every attempt counts.'",
    "COLUMN headwater.validations.content_hash IS 'Of the rows that were judged.'",
    "COLUMN headwater.validations.docs_key IS 'Where its Data Docs page lies in the store.'",
    "TABLE headwater.checks IS 'Every number a check found, with limit, interval, sample size and sentence.'",
    "COLUMN headwater.checks.position IS 'Its place in the battery, from 0.'",
    "COLUMN headwater.checks.n IS 'Rows of the smaller side that the value rests on.'",
)


def upgrade() -> None:
    """Create the tables."""
    for statement in TABLES:
        op.execute(statement)
    for comment in COMMENTS:
        op.execute(f"COMMENT ON {comment}")


def downgrade() -> None:
    """Drop them, the dependent one first."""
    for table in ("checks", "validations"):
        op.drop_table(table, schema="headwater")
