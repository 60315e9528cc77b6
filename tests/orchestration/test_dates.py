"""Which day a run makes: the param first, then the interval, in the dataset's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from headwater.orchestration.dates import batch_date_of

VIENNA = ZoneInfo("Europe/Vienna")


def test_the_param_comes_first() -> None:
    start = datetime(2026, 5, 1, tzinfo=UTC)
    assert batch_date_of({"batch_date": "2026-01-31"}, start, VIENNA) == date(2026, 1, 31)


@pytest.mark.parametrize("params", [{}, {"batch_date": None}, {"batch_date": ""}])
def test_without_a_param_it_is_the_day_on_which_the_interval_starts(params: dict[str, str | None]) -> None:
    assert batch_date_of(params, datetime(2026, 5, 1, 2, tzinfo=UTC), ZoneInfo("UTC")) == date(2026, 5, 1)


def test_days_are_counted_in_the_zone_of_the_dataset() -> None:
    # 02:00 in Vienna on the first of May is midnight UTC in summer; 00:30 there is still April in UTC.
    assert batch_date_of({}, datetime(2026, 4, 30, 22, 30, tzinfo=UTC), VIENNA) == date(2026, 5, 1)


@pytest.mark.parametrize("given", ["31.1.2026", "2026-02-30", "yesterday", 5])
def test_what_is_no_date_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match="such as 2026-01-31"):
        batch_date_of({"batch_date": given}, None, VIENNA)


def test_a_run_without_interval_and_param_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="trigger it with the param batch_date"):
        batch_date_of({}, None, VIENNA)
