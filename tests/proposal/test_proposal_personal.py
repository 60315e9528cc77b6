"""Personal data by name and by pattern: what is found, what only looks like it, and that no value is ever told."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from faker import Faker
from tests.proposal.asking import ROWS, of_csv, of_table, random, said

from headwater.proposal.personal import is_iban, kind_by_name, luhn, shares


@pytest.fixture
def fake() -> Faker:
    made = Faker(["en_US", "de_DE"])
    made.seed_instance(4)
    return made


BY_VALUES: dict[str, Callable[[Faker], str]] = {
    "email": lambda fake: fake.email(),
    "iban": lambda fake: fake.iban(),
    "ssn": lambda fake: f"{fake.random_int(100, 665)}-{fake.random_int(10, 99)}-{fake.random_int(1000, 9999)}",
    "ipv4": lambda fake: fake.ipv4(),
    "phone_number": lambda fake: f"+43 {fake.random_int(600, 699)} {fake.random_int(10**6, 10**7 - 1)}",
    "address": lambda fake: f"{fake.building_number()} {fake['en_US'].last_name()} Street, {fake['en_US'].city()}",
    "name": lambda fake: fake["en_US"].name(),
}


@pytest.mark.parametrize("kind", BY_VALUES)
def test_values_tell_what_they_are_whatever_the_column_is_called(fake: Faker, kind: str) -> None:
    values = [BY_VALUES[kind](fake) for _ in range(ROWS)]
    for found in (of_csv("x7", values), of_table("x7", np.array(values, dtype=object))):
        assert found.options == {"sdtype": "pii", "pii": kind}
        assert not any(value in said(found) for value in values)


def test_payment_cards_are_made_anew_as_ids(fake: Faker) -> None:
    cards = [fake["en_US"].credit_card_number("visa16") for _ in range(ROWS)]
    assert of_csv("x7", cards).sdtype == "id"
    assert "payment card" in said(of_csv("x7", cards))
    assert "payment card" in said(of_table("x7", np.array(cards, dtype=np.int64)))
    amounts = [str(number) for number in random().integers(4 * 10**15, 5 * 10**15, ROWS)]
    assert "payment card" not in said(of_csv("x7", amounts)), "one number in ten has the right check digit by chance"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("email", "email"),
        ("e-mail", "email"),
        ("ContactEmail", "email"),
        ("Telefon", "phone_number"),
        ("mobile_phone", "phone_number"),
        ("IBAN", "iban"),
        ("ssn", "ssn"),
        ("client_ip", "ipv4"),
        ("ip_address", "ipv4"),
        ("first_name", "name"),
        ("lastName", "name"),
        ("name", "name"),
        ("Nachname", "name"),
        ("street", "address"),
        ("home address", "address"),
        ("city", "city"),
        ("employer", "company"),
        ("passport", "document"),
        ("product_name", None),
        ("filename", None),
        ("native-country", None),
        ("zip", None),
        ("recipe", None),
        ("shipment", None),
        ("birth_name_day", None),
    ],
)
def test_names_of_columns(name: str, kind: str | None) -> None:
    assert kind_by_name(name) == kind


def test_a_name_is_enough_where_values_have_no_pattern() -> None:
    surnames = [f"Xy{chr(97 + i % 26)}{chr(97 + i // 26)}" for i in range(ROWS)]
    assert of_csv("last_name", surnames).options == {"sdtype": "pii", "pii": "name"}
    found = of_csv("phone", [str(number) for number in range(5_550_000, 5_550_000 + ROWS)])
    assert found.options == {"sdtype": "pii", "pii": "phone_number"}
    assert "look at it" in said(found)
    assert of_table("phone", np.arange(5_550_000, 5_550_000 + ROWS)).options["pii"] == "phone_number"


def test_a_name_that_the_values_contradict_is_asked_about() -> None:
    found = of_csv("city", random().choice(["Graz", "Linz", "Wien"], ROWS))
    assert found.options == {"sdtype": "categorical", "sensitive": True}
    assert "pii, if they tell who it is" in said(found)
    assert of_csv("city", random().integers(0, 300, ROWS)).sdtype == "numerical", "bare numbers are no cities"


def test_some_addresses_among_categories_hide_the_column() -> None:
    found = of_csv("referred_by", ["ward"] * 300 + ["clinic"] * 95 + ["SECRET@clinic.example"] * 5)
    assert found.options == {"sdtype": "categorical", "sensitive": True}
    assert "look like an e-mail address" in said(found)
    assert found.shown == ()
    assert "SECRET" not in said(found)


def test_free_text_is_not_learned() -> None:
    values = [f"seen on day {i} and sent home with pills number {i * 7}" for i in range(ROWS)]
    found = of_csv("remarks", values)
    assert found.sdtype == "id"
    assert "free text" in said(found)


def test_a_date_of_birth_is_a_sensitive_date() -> None:
    found = of_csv("date_of_birth", [f"19{40 + i % 60}-04-{1 + i % 28:02d}" for i in range(ROWS)])
    assert found.options == {"sdtype": "datetime", "sensitive": True}


@pytest.mark.parametrize(
    "text", ["2024-01-31", "31.12.2024", "12.5", "1234567", "3.14159265", "10:30:00", "A-123-456-789", "1e10", "0042"]
)
def test_what_is_no_personal_data(text: str) -> None:
    assert set(shares([text]).values()) == {0.0}


def test_check_digits() -> None:
    assert luhn("79927398713")
    assert not luhn("79927398710")
    assert is_iban("GB82 WEST 1234 5698 7654 32")
    assert not is_iban("GB82 WEST 1234 5698 7654 33")
