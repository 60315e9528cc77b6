"""Why a check cannot judge, in words that hold no value of a row. The exception only; nothing here computes."""

from __future__ import annotations


class CannotJudgeError(ValueError):
    """A check cannot say anything about these rows.

    The message is shown to people and stored: it names columns, counts and the cure, never a value of a row.
    """
