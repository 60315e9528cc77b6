"""Cron expressions: good ones unchanged, bad ones refused by field."""

from __future__ import annotations

import pytest

from headwater.spec.cron import check_cron


@pytest.mark.parametrize("cron", ["0 2 * * *", "*/15 0-6 1,15 * 1-5", "0 3 * * 0", "59 23 31 12 7"])
def test_good(cron: str) -> None:
    assert check_cron(cron) == cron


@pytest.mark.parametrize(
    ("cron", "field"),
    [
        ("60 * * * *", "minute"),
        ("* 24 * * *", "hour"),
        ("* * 0 * *", "day of month"),
        ("* * * 13 *", "month"),
        ("* * * * 8", "day of week"),
        ("*/0 * * * *", "minute"),
        ("a * * * *", "minute"),
        ("1,,2 * * * *", "minute"),
        ("* 5-3 * * *", "hour"),
        ("*-5 * * * *", "minute"),
        ("* * * *", "five fields"),
        ("@daily", "five fields"),
        ("", "five fields"),
    ],
)
def test_bad(cron: str, field: str) -> None:
    with pytest.raises(ValueError, match=field):
        check_cron(cron)
