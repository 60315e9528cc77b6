"""An error of a validator that says its cure apart from what is wrong; ``explain`` shows both. No rule belongs here."""

from __future__ import annotations

from pydantic_core import PydanticCustomError


def cured(problem: str, cure: str) -> PydanticCustomError:
    """The error to raise in a validator.

    Args:
        problem: what is wrong, without a full stop.
        cure: what would cure it, beginning small, without a full stop.
    """
    # Given as values, not within the template: a column's name may hold braces.
    return PydanticCustomError("value_error", "{problem}; {cure}", {"problem": problem, "cure": cure})
