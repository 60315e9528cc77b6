"""Any text, name or number reads back as it was, alone, between brackets, as a key; no comment breaks out."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.proposal.yaml_text import WIDTH, comment, entry, flow, scalar

HOSTILE = [
    "yes",
    "no",
    "on",
    "null",
    "~",
    "True",
    "1",
    "1e3",
    "1_000",
    "0x1F",
    "012",
    "1:30",
    "2024-01-31",
    " leading",
    "trailing ",
    "a: b",
    "a #b",
    "#b",
    "- a",
    "? a",
    "{a}",
    "[a]",
    "a, b",
    "it's",
    'a "b"',
    "both ' and \"",
    "*alias",
    "&anchor",
    "!!python/object:x",
    "%dir",
    "@at",
    "`tick`",
    "line\nbreak",
    "tab\there",
    "\x07bell",
    "\x85next",
    "\u2028line",
    "\ufeffbom",
    "größe 身長 😀",
    "<=50K",
    "=",
    "<<",
    "",
    ".",
    "---",
    "...",
    "x" * 1_500,
    "${HEADWATER_CENSUS_CSV}",
    "C:\\new",
]


def read_back(value: Any) -> None:
    assert yaml.safe_load(scalar(value)) == value
    assert yaml.safe_load(flow({"key": [value, {"inner": value}]})) == {"key": [value, {"inner": value}]}
    if isinstance(value, str):
        document = "top:\n" + entry(value, flow([value]), 2) + "\n  other: 1\n"
        wanted = {"top": {value: [value]} | {"other": 1}}
        assert yaml.safe_load(document) == wanted


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_read_back(text: str) -> None:
    read_back(text)
    assert yaml.safe_load(f"a: 1\n{comment(text, 2)}\nb: 2\n") == {"a": 1, "b": 2}


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=40))
def test_any_text_reads_back(text: str) -> None:
    read_back(text)
    assert yaml.safe_load(f"a: 1\n{comment(text, 2)}\nb: 2\n") == {"a": 1, "b": 2}


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans(), st.dates()))
def test_any_number_and_date_reads_back(value: int | float | bool | date) -> None:
    read_back(value)
    assert type(yaml.safe_load(scalar(value))) is type(value)


def test_words_stay_bare() -> None:
    assert scalar("census") == "census"
    assert flow({"kind": "csv", "path": "/data/rooms.csv"}) == "{kind: csv, path: /data/rooms.csv}"
    assert scalar('col("a b") == 0') == "'col(\"a b\") == 0'"


def test_long_comments_are_wrapped() -> None:
    lines = comment("word " * 100, 4).splitlines()
    assert len(lines) > 3
    assert all(line.startswith("    #") and len(line) <= WIDTH for line in lines)
