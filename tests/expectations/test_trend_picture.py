"""The picture of the last batches: which points, which limit, what JSON cannot hold."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from tests.expectations.made import result
from tests.expectations.test_page import Elements

from headwater.expectations.trend import Point, trend

DAY = date(2026, 1, 1)


def nights(count: int, **changes: Any) -> list[Point]:
    given = {"value": 0.6, "limit": 0.5, "passed": True, **changes}
    return [Point(DAY - timedelta(days=count - number), **given) for number in range(count)]


def values(picture: Any) -> list[dict[str, Any]]:
    assert json.loads(json.dumps(picture, allow_nan=False)) == picture
    return picture["data"]["values"]


def test_the_page_s_own_batch_is_the_last_point() -> None:
    drawn = values(trend(result({}, value=0.4, limit=0.45, passed=False), nights(2), DAY))
    assert [point["day"] for point in drawn] == ["2025-12-30", "2025-12-31", "2026-01-01"]
    assert drawn[-1] == {
        "day": "2026-01-01",
        "value": 0.4,
        "limit": 0.45,
        "passed": False,
        "is_own": True,
        "outcome": "failed",
    }
    assert [point["is_own"] for point in drawn] == [False, False, True]


def test_thirty_batches_are_drawn_at_most() -> None:
    assert len(values(trend(result({}), nights(80), DAY))) == 30


def test_without_earlier_batches_there_is_no_picture() -> None:
    assert trend(result({}), [], DAY) is None
    assert trend(result({}, value=None, passed=False), nights(3, value=None), DAY) is None


def test_what_is_no_number_is_a_gap() -> None:
    drawn = values(trend(result({}), nights(1, value=float("nan"), limit=float("inf")), DAY))
    assert (drawn[0]["value"], drawn[0]["limit"]) == (None, None)


def test_each_check_has_its_picture_on_the_page(people: Any) -> None:
    names = people.judge.names
    found = people.validate(people.batch(), history={name: nights(5) for name in [*names, "rule:x"]})
    specs = [attributes["data-vega"] for _, attributes in Elements(found.page).seen if "data-vega" in attributes]
    drawn = [json.loads(spec or "") for spec in specs]
    own = [one for one in drawn if any("is_own" in point for point in one["data"]["values"])]
    assert len(own) == len(names)
    assert {one["description"] for one in own} == set(names)
    assert all(len(one["data"]["values"]) == 6 for one in own)
    assert found.page.count("Last batches") == len(names)
