"""Whether a text is a five-field cron expression. Running it is Airflow's work."""

from __future__ import annotations

import re

_FIELDS = (("minute", 0, 59), ("hour", 0, 23), ("day of month", 1, 31), ("month", 1, 12), ("day of week", 0, 7))
_PART = re.compile(r"(?:\*|(\d{1,2})(?:-(\d{1,2}))?)(?:/(\d{1,2}))?", re.ASCII)


def check_cron(cron: str) -> str:
    """Return ``cron`` unchanged, or raise ``ValueError`` naming the field that is wrong."""
    fields = cron.split()
    if len(fields) != len(_FIELDS):
        raise ValueError(f"{cron!r} is not a cron expression of five fields, such as '0 2 * * *' (daily at 02:00)")
    for text, (name, low, high) in zip(fields, _FIELDS, strict=True):
        for part in text.split(","):
            if not _is_part(part, low, high):
                raise ValueError(
                    f"cron field {name!r} is {part!r}; it takes numbers from {low} to {high}, *, ranges, steps"
                )
    return cron


def _is_part(part: str, low: int, high: int) -> bool:
    """Whether ``part`` is ``*``, a number or a rising range within bounds, with a step or none."""
    match = _PART.fullmatch(part)
    if match is None or (match.group(3) is not None and int(match.group(3)) == 0):
        return False
    numbers = [int(number) for number in match.groups()[:2] if number is not None]
    return numbers == sorted(numbers) and all(low <= number <= high for number in numbers)
