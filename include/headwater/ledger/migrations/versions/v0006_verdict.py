"""What a check means: its family, honest rows' value, effect, ratio, detection limit; certificates as origin."""

from __future__ import annotations

from alembic import op

revision = "v0006"
down_revision = "v0005"
branch_labels = None
depends_on = None

COLUMNS = {
    "family": ("text NOT NULL DEFAULT ''", "The question it belongs to; empty for a rule of the table."),
    "noise": ("double precision", "What honest real rows show on average."),
    "effect": ("double precision", "Standard deviations beyond noise, in the bad direction."),
    "ratio": ("double precision", "Part of the way from noise to the limit; 1 is the limit."),
    "detection_limit": ("double precision", "Smallest lost share of rows it would have seen."),
}
ORIGIN = "ck_checks_limit_origin_is_known"


def upgrade() -> None:
    """Add the columns; the origin ``champion`` is called ``certificate`` now."""
    for name, (kind, comment) in COLUMNS.items():
        op.execute(f"ALTER TABLE headwater.checks ADD COLUMN {name} {kind}")
        op.execute(f"COMMENT ON COLUMN headwater.checks.{name} IS '{comment}'")
    op.execute("ALTER TABLE headwater.checks ALTER COLUMN family DROP DEFAULT")
    _rename_origin("champion", "certificate")


def downgrade() -> None:
    """Drop the columns again."""
    _rename_origin("certificate", "champion")
    for name in reversed(COLUMNS):
        op.execute(f"ALTER TABLE headwater.checks DROP COLUMN {name}")


def _rename_origin(old: str, new: str) -> None:
    op.execute(f"ALTER TABLE headwater.checks DROP CONSTRAINT {ORIGIN}")
    op.execute(f"UPDATE headwater.checks SET limit_origin = '{new}' WHERE limit_origin = '{old}'")  # noqa: S608  two constants
    op.execute(
        f"ALTER TABLE headwater.checks ADD CONSTRAINT {ORIGIN} "
        f"CHECK (limit_origin IN ('spec', 'noise_floor', 'exact', '{new}'))"
    )
