"""The Data Docs page: complete, in order, and harmless whatever the names in it are."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from typing import Any

import numpy as np
import pytest
from headwater.expectations.mode_category_presence import ExpectCategoryPresence

from headwater.checks.facts import describe
from headwater.expectations.validate import Subject, validate
from headwater.tables.frames import conform
from headwater.tables.schema import TableSchema

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(2)>',
    "' onmouseover='alert(3)",
    "$column ${sentence} $$",
    "{{ 7 * 7 }} {% raw %}",
    "</style></title><svg onload=alert(4)>",
    "žluťoučký 🐎 \u202e\u2028",
    "line\nbreak",
    "\u202eright to left\u202c \u200b\u200d\ufeff zero width",
    "n" * 300,
    "=cmd|' /C calc'!A0",
]


class Elements(HTMLParser):
    """The tags and attributes that a browser would see."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def failed(people: Any) -> str:
    """The page of a batch without its rarest job, with two rows out of range."""
    batch = people.batch()
    batch.loc[batch["job"].astype(str).str.startswith("<script>"), "job"] = "clerk"
    batch.loc[1:2, "age"] = 99
    return people.validate(batch).page


def test_the_head_tells_verdict_and_batch(failed: str, people: Any) -> None:
    text = " ".join(" ".join(Elements(failed).text).split())
    assert "Failed The batch does not meet its suite" in text
    for fact in ("people", "2026-01-01", "batch-1", "0b5c-1", "trees", "400", "ab" * 32):
        assert fact in text
    good = " ".join(" ".join(Elements(people.validate(people.batch()).page).text).split())
    assert "Passed The batch meets its suite: 29 of 29 checks passed." in good
    assert "What failed" not in good


def test_failed_rows_come_first_with_their_severity(failed: str) -> None:
    tables = re.findall(r"<tbody>(.*?)</tbody>", failed, re.S)
    outcomes = [re.findall(r'<tr class="(\w+)">', table) for table in tables]
    assert outcomes[0].count("failed") >= 1
    assert all(found == sorted(found) for found in outcomes)  # "failed" sorts before "passed"
    rows = sum(map(len, outcomes))
    assert rows == 29
    assert failed.count('class="badge badge-critical"') >= rows
    sections = re.findall(r'<section class="checks(| all-passed)" id', failed)
    assert sections[0] == ""
    assert sections[1:] == sorted(sections[1:])  # columns with failures first


def test_a_page_needs_nothing_from_elsewhere(failed: str) -> None:
    for tag, attributes in Elements(failed).seen:
        for name in ("src", "href"):
            target = attributes.get(name)
            assert target is None or target.startswith(
                ("../../../static/", "#", "data:,", "../../", "failing_rows.csv")
            ), (tag, target)
    assert "newsletter" not in failed
    assert "modal" not in failed


def assert_harmless(page: str) -> Elements:
    elements = Elements(page)
    scripts = [attributes for tag, attributes in elements.seen if tag == "script"]
    assert [(attributes.get("src") or "").rsplit("/", 1)[-1] for attributes in scripts] == [
        "vega.min.js",
        "vega-lite.min.js",
        "vega-embed.min.js",
        "docs.js",
    ]
    assert not [attributes for tag, attributes in elements.seen if tag in ("img", "svg", "iframe", "object")]
    assert not [name for _, attributes in elements.seen for name in attributes if name.startswith("on")]
    return elements


def test_a_hostile_category_is_text(failed: str) -> None:
    elements = assert_harmless(failed)
    assert any("<script>alert('job')</script>" in text for text in elements.text)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_column_name_is_text(people: Any, name: str) -> None:
    renamed = [
        column.model_copy(update={"name": name if column.name == "pay" else column.name})
        for column in people.schema.columns
    ]
    schema = TableSchema(columns=tuple(renamed))
    columns = {name if old == "pay" else old: column for old, column in people.spec.columns.items()}
    train, anchor, batch = (
        conform(frame.rename(columns={"pay": name}), schema)
        for frame in (people.reference.train, people.reference.anchor, people.batch())
    )
    batch.loc[2, name] = np.nan
    spec = people.spec.model_copy(update={"columns": columns})
    reference = replace(people.reference, schema=schema, train=train, anchor=anchor)
    subject = Subject("people", name, date(2026, 1, 1), name, datetime(2026, 1, 1, tzinfo=UTC), name, 400, name)
    found = validate(batch, spec, describe(train, schema), reference, subject)
    elements = assert_harmless(found.page)
    told = "".join(elements.text)
    assert name in told
    assert f"rule:column_values_to_not_be_null:{name}" in {result.name for result in found.results if not result.passed}


def test_pictures_are_json_that_a_script_reads(failed: str) -> None:
    specs = [attributes["data-vega"] for _, attributes in Elements(failed).seen if "data-vega" in attributes]
    assert len(specs) == 5
    for spec in specs:
        assert spec is not None
        assert "<" not in spec
        assert json.loads(spec)["$schema"].endswith("/vega-lite/v6.json")


def test_a_row_that_cannot_be_drawn_costs_itself_only(people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(check: Any) -> None:
        raise RuntimeError("no picture today")

    monkeypatch.setattr(ExpectCategoryPresence, "check_of", broken)
    found = people.validate(people.batch())
    page, sentence = found.page, next(one.sentence for one in found.results if one.name == "category_presence")
    assert page.count("could not be drawn in full") == 1
    assert html.escape(sentence) in page
    assert "no picture today" not in page
    assert len(re.findall(r"<tr class=", page)) == 29


def chart_that_raises(check: Any) -> None:
    raise RuntimeError("<script>no picture</script>")


def chart_that_is_no_json(check: Any) -> dict[str, Any]:
    return {"data": {"values": [{"x": float("nan")}]}}


@pytest.mark.parametrize("chart", [chart_that_raises, chart_that_is_no_json])
def test_a_picture_that_cannot_be_made_costs_itself_only(
    people: Any, monkeypatch: pytest.MonkeyPatch, chart: Any
) -> None:
    monkeypatch.setattr(ExpectCategoryPresence, "chart", staticmethod(chart))
    found = people.validate(people.batch())
    elements = assert_harmless(found.page)
    sentence = next(one.sentence for one in found.results if one.name == "category_presence")
    assert sentence in "".join(elements.text)
    assert len(re.findall(r"<tr class=", found.page)) == 29
    assert len([attributes for _, attributes in elements.seen if "data-vega" in attributes]) == 4
    assert "no picture" not in found.page
    assert "NaN" not in found.page


def test_a_trend_that_cannot_be_made_costs_its_row_only(people: Any) -> None:
    broken: Any = [{"batch_date": "yesterday"}]
    found = people.validate(people.batch(), history={"c2st": broken})
    assert_harmless(found.page)
    assert found.page.count("could not be drawn in full") == 1
