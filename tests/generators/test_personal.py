"""Personal data: of the right form, seeded, quick, never learned."""

from __future__ import annotations

from typing import get_args

import pytest
from generator_tables import column

from headwater.generators.errors import FitError
from headwater.generators.personal import KINDS, check_personal, fresh_personal
from headwater.spec.columns import PiiKind

FORMS = {
    "name": r"\S+ \S+",
    "email": r"[a-z.']+\d+@example\.(com|org|net)",
    "phone_number": r"\+1-2\d\d-555-01\d\d",
    "address": r"\d+ .+, .+, [A-Z]{2} \d{5}",
    "city": r"[A-Z].+",
    "company": r"[A-Z].+",
    "iban": r"GB\d{2}[A-Z]{4}\d{14}",
    "ssn": r"\d{3}-\d{2}-\d{4}",
    "ipv4": r"10\.\d{1,3}\.\d{1,3}\.\d{1,3}",
}


def test_every_kind_of_the_spec_can_be_made() -> None:
    assert set(KINDS) == set(get_args(PiiKind)) == set(FORMS)


@pytest.mark.parametrize("kind", KINDS)
def test_values_have_the_form_of_their_kind(kind: str) -> None:
    made = fresh_personal(column("x", "pii", "text", pii=kind), 0, 2_000, seed=4)
    assert made.str.fullmatch(FORMS[kind]).all()
    assert str(made.dtype) == "string"
    assert made.nunique() > 400
    again = fresh_personal(column("x", "pii", "text", pii=kind), 0, 2_000, seed=4)
    assert made.equals(again)
    assert not made.equals(fresh_personal(column("x", "pii", "text", pii=kind), 0, 2_000, seed=5))
    assert not made.equals(fresh_personal(column("x", "pii", "text", pii=kind), 1, 2_000, seed=4))


def test_addresses_of_the_network_are_private_ones() -> None:
    made = fresh_personal(column("x", "pii", "text", pii="ipv4"), 0, 5_000, seed=4)
    assert made.str.split(".").map(lambda parts: all(0 <= int(part) <= 255 for part in parts)).all()


def test_a_column_that_cannot_be_made_is_named() -> None:
    with pytest.raises(FitError, match="'who' has pii 'shoe'; set pii to one of: name"):
        check_personal(column("who", "pii", "text", pii="shoe"))
    with pytest.raises(FitError, match="'who' is stored as integer, but ssn is text"):
        check_personal(column("who", "pii", "integer", pii="ssn"))
