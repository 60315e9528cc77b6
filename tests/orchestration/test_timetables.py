"""Timetables are shared by DAGs with the same cron line and zone, and by no others."""

from __future__ import annotations

from headwater.orchestration.timetables import interval, tick


def test_the_same_line_and_zone_share_one() -> None:
    assert interval("0 2 * * *", "UTC") is interval("0 2 * * *", "UTC")
    assert tick("0 2 * * *", "UTC") is tick("0 2 * * *", "UTC")


def test_another_line_or_zone_has_its_own() -> None:
    summaries = [interval(*asked).summary for asked in (("0 2 * * *", "UTC"), ("0 3 * * *", "UTC"))]
    assert summaries == ["0 2 * * *", "0 3 * * *"]
    zones = [interval("0 2 * * *", zone).serialize()["timezone"] for zone in ("UTC", "Europe/Vienna")]
    assert zones == ["UTC", "Europe/Vienna"]
