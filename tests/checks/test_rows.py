"""Codings of rows: where they lie is the same whoever asks, and chunks are joined as they were cut."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from townspeople import people

from headwater.checks import yardstick
from headwater.checks.prepared import Prepared
from headwater.checks.rows import Placed, Rows


def test_placed_rows_are_those_of_the_whole_coding(prepared: Prepared) -> None:
    frame = people(150, 5)
    placed, rows = prepared.yardstick.place(frame), prepared.yardstick.code(frame)
    assert not isinstance(placed, Rows)
    for field in fields(Placed):
        one, other = getattr(placed, field.name), getattr(rows, field.name)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other, equal_nan=one.dtype.kind == "f"), field.name


@pytest.mark.parametrize("form", ["place", "code"])
def test_chunks_are_joined_in_order(prepared: Prepared, monkeypatch: pytest.MonkeyPatch, form: str) -> None:
    frame = people(150, 5)
    at_once = getattr(prepared.yardstick, form)(frame)
    monkeypatch.setattr(yardstick, "_CHUNK", 40)
    by_chunks = getattr(prepared.yardstick, form)(frame)
    assert (type(by_chunks), len(by_chunks)) == (type(at_once), 150)
    assert np.array_equal(by_chunks.identity, at_once.identity)
    assert np.array_equal(by_chunks.fine, at_once.fine)
    assert np.array_equal(by_chunks.take(np.array([149, 0])).identity, at_once.identity[[149, 0]])
