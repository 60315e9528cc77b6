"""Zones with the moments of 2026 at which their clocks change, and two without. Data for tests, none itself."""

from datetime import UTC, datetime

import pytest
from _pytest.mark import ParameterSet


def _change(zone: str, *given: int) -> ParameterSet:
    moment = datetime(2026, *given, tzinfo=UTC)  # type: ignore[arg-type, misc]
    return pytest.param(zone, moment, id=f"{zone}-{moment:%m-%d}")


CHANGES = [
    _change("UTC", 3, 29, 1),
    _change("Pacific/Kiritimati", 3, 28, 10),
    _change("Europe/Berlin", 3, 29, 1),
    _change("Europe/Berlin", 10, 25, 1),
    _change("America/New_York", 3, 8, 7),
    _change("America/New_York", 11, 1, 6),
    # Half an hour.
    _change("Australia/Lord_Howe", 4, 4, 15),
    _change("Australia/Lord_Howe", 10, 3, 15, 30),
    # At midnight: a day without its first hour, a day that has it twice, and one whose last hour comes twice.
    _change("America/Havana", 3, 8, 5),
    _change("America/Havana", 11, 1, 5),
    _change("America/Santiago", 4, 5, 3),
    _change("America/Santiago", 9, 6, 4),
]
