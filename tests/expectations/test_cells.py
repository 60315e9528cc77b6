"""Values and limits as a page says them."""

from __future__ import annotations

from tests.expectations.test_charts import result

from headwater.expectations import cells


def test_numbers_and_limits_in_words() -> None:
    check = result({}, interval=(0.45, 0.55))
    assert cells.value_of(check) == "0.5 (95 %: 0.45 to 0.55)"
    assert cells.limit_of(check) == "at least 0.4, exact binomial limit"
    assert cells.value_of(result({}, value=None, passed=False)) == "–"
    assert cells.value_of(result({}, name="rule:x", value=12345.0)) == "12,345"
    assert cells.limit_of(result({}, name="rule:x", limit=0.0)) == "none may break it"
