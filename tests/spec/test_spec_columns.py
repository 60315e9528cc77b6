"""Every rule of a column, each by a column that breaks it."""

# ruff: noqa: DTZ001 - times without zone are the subject here

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from headwater.spec import Candidate, Column


def why_column(**parts: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        Column.model_validate(parts)
    return str(caught.value)


def test_bare_words() -> None:
    assert Column.model_validate("numerical") == Column(sdtype="numerical")
    assert Candidate.model_validate("trees") == Candidate(kind="trees")


def test_pii_needs_its_kind_and_the_kind_pii() -> None:
    assert "go together" in why_column(sdtype="pii")
    assert "go together" in why_column(sdtype="numerical", pii="email")
    assert Column(sdtype="pii", pii="email").pii == "email"


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"sdtype": "categorical", "min": 1}, "min and max fit"),
        ({"sdtype": "id", "max": 1}, "min and max fit"),
        ({"sdtype": "categorical", "decimals": 1}, "decimals fits"),
        ({"sdtype": "numerical", "decimals": -1}, "greater than or equal"),
        ({"sdtype": "numerical", "decimals": 16}, "less than or equal"),
        ({"sdtype": "numerical", "decimals": True}, "valid integer"),
        ({"sdtype": "numerical", "values": [1]}, "values fits"),
        ({"sdtype": "categorical", "values": []}, "at least one value"),
        ({"sdtype": "categorical", "values": ["a", "a"]}, "each once"),
        ({"sdtype": "categorical", "values": [True, "no"]}, "quote them"),
        ({"sdtype": "categorical", "values": [1, "a"]}, "all text"),
        ({"sdtype": "categorical", "values": [date(2024, 1, 1)]}, "not a date"),
        ({"sdtype": "categorical", "values": [None]}, "missing value"),
        ({"sdtype": "categorical", "values": [float("nan")]}, "finite"),
        ({"sdtype": "numerical", "min": 2, "max": 1}, "min 2 is above max 1"),
        ({"sdtype": "datetime", "min": date(2024, 1, 2), "max": datetime(2024, 1, 1, 23)}, "is above max"),
        ({"sdtype": "numerical", "min": float("inf")}, "finite"),
        ({"sdtype": "numerical", "min": float("nan")}, "finite"),
        ({"sdtype": "numerical", "min": "17"}, "not the text '17'"),
        ({"sdtype": "numerical", "min": True}, "not a boolean"),
        ({"sdtype": "numerical", "min": date(2024, 1, 1)}, "must be a number"),
        ({"sdtype": "datetime", "min": 2024}, "must be a date"),
        ({"sdtype": "numerical", "nullable": "yes"}, "nullable"),
        ({"sdtype": "numerical", "sensitive": 1}, "sensitive"),
        ({"sdtype": "number"}, "sdtype"),
    ],
)
def test_options_that_do_not_fit(parts: dict[str, Any], words: str) -> None:
    assert words in why_column(**parts)


def test_integers_and_floats_may_stand_together() -> None:
    assert Column(sdtype="categorical", values=(1, 2.5)).values == (1, 2.5)


def test_one_and_true_are_kept_apart() -> None:
    assert [type(value) for value in Column(sdtype="categorical", values=(1, 0)).values or ()] == [int, int]
    assert [type(value) for value in Column(sdtype="categorical", values=(True, False)).values or ()] == [
        bool,
        bool,
    ]
