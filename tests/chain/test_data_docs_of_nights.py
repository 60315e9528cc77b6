"""What validate leaves beside its page: the rows that break rules, and how the checks went on earlier nights."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from datetime import date, timedelta
from typing import Any

import pytest

from headwater.chain import keys
from headwater.chain.house import GateClosedError, House
from headwater.chain.produce import plan, produce
from headwater.chain.release import release
from headwater.chain.retire import retire
from headwater.chain.validate import Judgement, validate
from headwater.spec import DatasetSpec


def judged(house: House, spec: DatasetSpec, day: date) -> tuple[str, Judgement]:
    planned = plan(house, spec, day)
    for shard in planned.shards:
        produce(house, spec, planned.batch_id, shard)
    return planned.batch_id, validate(house, spec, planned.batch_id)


def stricter(spec: DatasetSpec, oldest: int) -> DatasetSpec:
    age = spec.columns["age"].model_copy(update={"max": oldest})
    return spec.model_copy(update={"columns": {**spec.columns, "age": age}})


def test_the_rows_that_break_rules_lie_beside_the_page(manned: House, clinic: DatasetSpec) -> None:
    spec = stricter(clinic, 60)
    batch_id, found = judged(manned, spec, date(2026, 5, 1))
    assert not found.is_passed
    document = manned.store.read_bytes(keys.failing_rows("clinic", found.validation_id)).decode()
    lines = list(csv.DictReader(io.StringIO(document)))
    with manned.ledger.transaction() as books:
        shards = books.batches.shards(batch_id)
    made = manned.store.read_table(shards[0].key).to_pandas()
    assert [int(line["row"]) for line in lines] == [int(place) for place in (made["age"] > 60).to_numpy().nonzero()[0]]
    assert {line["rule"] for line in lines} == {"rule:column_values_to_be_between:age"}
    assert all(int(line["age"]) > 60 and line["ward"] == made["ward"][int(line["row"])] for line in lines)
    page = manned.store.read_bytes(found.docs_key).decode()
    assert re.search(rf'href="failing_rows.csv" download>[^<]+</a> {len(lines):,} breaches', page)


def test_a_good_night_has_no_such_file_and_forgets_a_former_one(manned: House, clinic: DatasetSpec) -> None:
    batch_id, found = judged(manned, clinic, date(2026, 5, 2))
    key = keys.failing_rows("clinic", found.validation_id)
    assert not manned.store.exists(key)
    manned.store.write_bytes(key, b"of another version")
    assert validate(manned, clinic, batch_id).validation_id == found.validation_id
    assert not manned.store.exists(key)
    assert "failing_rows.csv" not in manned.store.read_bytes(found.docs_key).decode()


def test_the_rows_go_when_their_batch_is_retired_and_the_page_stays(manned: House, clinic: DatasetSpec) -> None:
    _, found = judged(manned, stricter(clinic, 60), date(2023, 5, 3))
    with pytest.raises(GateClosedError):
        release(manned, clinic, found.validation_id)
    assert manned.store.exists(keys.failing_rows("clinic", found.validation_id))
    retire(manned, clinic, date(2026, 5, 3))
    assert not manned.store.exists(keys.failing_rows("clinic", found.validation_id))
    assert manned.store.exists(found.docs_key)


def pictures(page: str) -> list[dict[str, Any]]:
    return [json.loads(html.unescape(spec)) for spec in re.findall(r'data-vega="([^"]*)"', page)]


def test_earlier_nights_stand_in_the_picture_of_each_check(manned: House, clinic: DatasetSpec) -> None:
    first = date(2020, 5, 1)  # before all other nights of this house
    for day in range(3):
        _, found = judged(manned, clinic, first + timedelta(days=day))
    days = [
        [point["day"] for point in one["data"]["values"]]
        for one in pictures(manned.store.read_bytes(found.docs_key).decode())
        if any("is_own" in point for point in one["data"]["values"])
    ]
    with manned.ledger.transaction() as books:
        checks = books.validations.checks("validation", found.validation_id)
        trend = books.validations.trend("clinic", first + timedelta(days=3), ["neighbours.coverage"])
    assert days == [["2020-05-01", "2020-05-02", "2020-05-03"]] * sum(
        not one.name.startswith("rule:") for one in checks
    )
    now = next(check for check in checks if check.name == "neighbours.coverage")
    assert (trend["neighbours.coverage"][-1].value, trend["neighbours.coverage"][-1].limit) == (now.value, now.limit)
