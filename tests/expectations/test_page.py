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
from tests.expectations.test_validate import SEEN_ONLY

from headwater.checks import baseline
from headwater.checks.baseline import draw
from headwater.checks.facts import describe
from headwater.checks.judge import Judge
from headwater.checks.prepared import Prepared
from headwater.expectations import wording
from headwater.expectations.expect_category import ExpectCategory
from headwater.expectations.page_order import FAILED, RULES, TITLES
from headwater.expectations.validate import Subject, validate
from headwater.tables.frames import conform
from headwater.tables.schema import TableSchema

ROWS = 65
"""Of the page: rules of the table and checks of the battery."""
IN_CATEGORY = 3
"""Checks of the family ``category``."""
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
    assert f"Passed The batch meets its suite: {ROWS} of {ROWS} checks passed." in good
    assert "What failed" not in good


def test_failed_rows_come_first_with_their_severity(failed: str) -> None:
    tables = re.findall(r"<table>(.*?)</table>", failed, re.S)
    outcomes = [re.findall(r'<tr class="(passed|failed)">', table) for table in tables]
    assert outcomes[0].count("failed") >= 1
    assert all(found == sorted(found) for found in outcomes)  # "failed" sorts before "passed"
    rows = sum(map(len, outcomes))
    assert rows == ROWS
    severities = re.findall(r'<td data-label="Severity">.*?class="badge badge-(\w+)"', failed, re.S)
    assert len(severities) == ROWS
    assert severities.count("critical") == ROWS - len(SEEN_ONLY)
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
        "airflow.js",
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
def test_a_hostile_column_name_is_text(people: Any, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baseline, "LOSSES", ())  # the smallest loss that would be seen is not what is asked here
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
    shown = (people.reference.shown - {"pay"}) | {name}
    prepared = Prepared.of(replace(people.reference, schema=schema, train=train, anchor=anchor, shown=shown), 60)
    floor = draw(prepared, prepared.train, kind="noise_floor", subject=name, draws=2)
    subject = Subject("people", name, date(2026, 1, 1), name, datetime(2026, 1, 1, tzinfo=UTC), name, 400, name)
    found = validate(batch, spec, describe(train, schema), Judge(prepared, floor), subject)
    elements = assert_harmless(found.page)
    told = "".join(elements.text)
    assert name in told
    assert f"rule:column_values_to_not_be_null:{name}" in {result.name for result in found.results if not result.passed}


def test_pictures_are_json_that_a_script_reads(failed: str, people: Any) -> None:
    specs = [attributes["data-vega"] for _, attributes in Elements(failed).seen if "data-vega" in attributes]
    assert len(specs) == len(people.judge.names)
    for spec in specs:
        assert spec is not None
        assert "<" not in spec
        assert json.loads(spec)["$schema"].endswith("/vega-lite/v6.json")


def test_a_row_that_cannot_be_drawn_costs_itself_only(people: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(check: Any) -> None:
        raise RuntimeError("no picture today")

    monkeypatch.setattr(ExpectCategory, "check_of", broken)
    found = people.validate(people.batch())
    page, sentences = found.page, [one.sentence for one in found.results if one.family == "category"]
    assert page.count("could not be drawn in full") == len(sentences) == IN_CATEGORY
    assert [sentence for sentence in sentences if html.escape(sentence, quote=False) not in page] == []
    assert "no picture today" not in page
    assert len(re.findall(r'<tr class="(?:passed|failed)"', page)) == ROWS


def chart_that_raises(check: Any) -> None:
    raise RuntimeError("<script>no picture</script>")


def chart_that_is_no_json(check: Any) -> dict[str, Any]:
    return {"data": {"values": [{"x": float("nan")}]}}


@pytest.mark.parametrize("chart", [chart_that_raises, chart_that_is_no_json])
def test_a_picture_that_cannot_be_made_costs_itself_only(
    people: Any, monkeypatch: pytest.MonkeyPatch, chart: Any
) -> None:
    monkeypatch.setattr(ExpectCategory, "chart", staticmethod(chart))
    found = people.validate(people.batch())
    elements = assert_harmless(found.page)
    sentences = [one.sentence for one in found.results if one.family == "category"]
    assert len(sentences) == IN_CATEGORY
    assert [sentence for sentence in sentences if sentence not in "".join(elements.text)] == []
    assert len(re.findall(r'<tr class="(?:passed|failed)"', found.page)) == ROWS
    drawn = [attributes for _, attributes in elements.seen if "data-vega" in attributes]
    assert len(drawn) == len(people.judge.names) - IN_CATEGORY
    assert "no picture" not in found.page
    assert "NaN" not in found.page


def test_a_trend_that_cannot_be_made_costs_its_row_only(people: Any) -> None:
    broken: Any = [{"batch_date": "yesterday"}]
    found = people.validate(people.batch(), history={"joint.c2st": broken})
    assert_harmless(found.page)
    assert found.page.count("could not be drawn in full") == 1


def text_of(page: str) -> str:
    return " ".join(" ".join(Elements(page).text).split())


def test_every_check_tells_value_interval_honest_rows_limit_and_effect(people: Any) -> None:
    found = people.validate(people.batch())
    rows = dict(re.findall(r'<span class="name" >([\w.]+)</span>(.*?)</tr>', found.page, re.S))
    checks = [one for one in found.results if not one.name.startswith("rule:")]
    assert set(rows) == {check.name for check in checks} == set(people.judge.names)
    for check in checks:
        told = text_of(rows[check.name])
        assert check.sentence in told
        whose = "expected" if check.limit_origin == "exact" else "honest rows"
        assert f"{whose}: {wording.number(check.noise)}" in told, check.name
        assert wording.limit_of(check)[0] in told
        assert wording.ORIGIN[check.limit_origin] in told
        assert "honest rows on average." in told
        low, high = check.interval
        is_told = f"95%: {wording.number(low)} to {wording.number(high)}" in told
        assert is_told is (low <= check.value <= high), check.name


def test_checks_stand_under_their_family_failed_ones_before_all(failed: str, people: Any) -> None:
    def headings(page: str) -> list[str]:
        return re.findall(r'scope="rowgroup">(.*?)</th>', page)

    good = headings(people.validate(people.batch()).page)
    families = [title for family, title in TITLES.items() if family != "replay"]
    assert sorted(good) == sorted([*families, RULES]), "these people have no personal data"
    assert good[-1] == RULES
    assert headings(failed)[0] == FAILED
    assert headings(failed)[-1] == RULES


def test_the_few_rules_of_a_column_have_no_headings(failed: str) -> None:
    tables = re.findall(r"<table>(.*?)</table>", failed, re.S)
    assert len(tables) > 5
    assert [table.count('scope="rowgroup"') > 0 for table in tables] == [True] + [False] * (len(tables) - 1)


def test_within_a_family_the_nearest_to_its_limit_comes_first(people: Any) -> None:
    found = people.validate(people.batch())
    ratios = {one.name: one.ratio for one in found.results if not one.name.startswith("rule:")}
    families: dict[str, list[float]] = {}
    for name in re.findall(r'<span class="name" >([\w.]+)</span>', found.page):
        families.setdefault(name.partition(".")[0], []).append(ratios[name])
    assert all(told == sorted(told, reverse=True) for told in families.values())
    nearest = [max(told) for told in families.values()]
    assert nearest == sorted(nearest, reverse=True)


def test_a_candidate_is_shown_what_is_not_judged(people: Any) -> None:
    found = people.validate(people.batch(), judge=people.candidate)
    info = [one for one in found.results if one.severity == "info"]
    assert found.page.count("not judged before its generator is promoted") == len(info) > 10
    assert found.page.count('badge badge-info"') == len(info)
    assert "when promoted" not in found.page
    assert "from real rows against real rows" in found.page


def test_checks_that_could_not_run_for_one_reason_are_one_entry_of_the_head(people: Any) -> None:
    page = people.validate(people.batch().drop(columns="age")).page
    head = page.partition('<input type="checkbox"')[0]
    assert head.count("could not judge the batch") == 1
    assert f"{len(people.judge.names) - 1} more checks could not run for the same reason." in head
    assert "rule:table_columns_to_match_ordered_list" in head
