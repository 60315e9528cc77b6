"""What can go wrong when rows are made under constraints. Nothing is raised here."""

from __future__ import annotations


class ConstraintError(ValueError):
    """Rows that keep a constraint could not be found in bounded time; names the constraint, the share and the cure."""
