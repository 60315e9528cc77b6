"""What a person may type: versions, reasons, names; hostile ones are refused before anything is looked at."""

from __future__ import annotations

from datetime import timedelta

import pytest
from tests.ledger.facts import NOON, furnish, generator, snapshot, uid

from headwater.chain.asking import REASON_MAX, Request, RequestRefusedError, named
from headwater.chain.house import House
from headwater.ledger.answers import ChampionVersion


def test_a_request_is_kept_without_spaces_around_it() -> None:
    asked = Request.of(" previous ", "  Wards are missing.\n Line two: ü, ärzte, 病院, 👩‍⚕️ ", "ada")
    assert asked == Request("previous", "Wards are missing.\n Line two: ü, ärzte, 病院, 👩‍⚕️", "ada")
    assert Request.of("1", "x" * REASON_MAX, "ada").reason == "x" * REASON_MAX


@pytest.mark.parametrize("reason", ["", "   ", "\n\t", "\u200b\u00a0", "...", "👍", None, 7])
def test_a_reason_must_say_something(reason: str) -> None:
    with pytest.raises(RequestRefusedError, match=r"reason is empty\. Cure"):
        Request.of("1", reason, "ada")


def test_a_reason_has_an_end() -> None:
    with pytest.raises(RequestRefusedError, match=r"reason has 1,000,000 characters\. Cure: at most 2,000"):
        Request.of("1", "x" * 1_000_000, "ada")


@pytest.mark.parametrize("character", ["\x00", "\x1b", "\ud800", "\x7f"])
def test_what_is_no_text_is_refused_and_not_quoted(character: str) -> None:
    with pytest.raises(RequestRefusedError, match=r"control characters\. Cure") as refused:
        Request.of("1", f"wards{character} missing", "ada")
    assert "wards" not in str(refused.value)
    with pytest.raises(RequestRefusedError, match="name of who decides holds control"):
        Request.of("1", "wards are missing", f"a{character}da")


def test_a_version_has_an_end_and_a_name_too() -> None:
    with pytest.raises(RequestRefusedError, match="version has 5,000 characters"):
        Request.of("9" * 5_000, "why", "ada")
    with pytest.raises(RequestRefusedError, match="version is empty"):
        Request.of(" ", "why", "ada")
    with pytest.raises(RequestRefusedError, match="name of who decides is empty"):
        Request.of("1", "why", "")


@pytest.fixture
def reigning(house: House) -> House:
    """``clinic`` with the champions one, two; a third generator never was champion. ``bank`` has one of its own."""
    with house.ledger.transaction() as books:
        furnish(books)
        for hour, name in enumerate(("one", "two")):
            books.generators.record(generator(name))
            books.generators.promote("clinic", uid(name), NOON + timedelta(hours=hour))
        books.datasets.register("bank", "teller", "")
        books.datasets.register("empty", "nobody", "")
        books.snapshots.record(snapshot("bank", dataset="bank"))
        books.generators.record(generator("banker", dataset="bank", snapshot_id=uid("bank")))
        books.generators.promote("bank", uid("banker"), NOON)
    return house


def found(house: House, text: str, dataset: str = "clinic") -> ChampionVersion:
    with house.ledger.transaction() as books:
        return named(books, dataset, text)


def test_a_version_is_a_number_an_id_or_previous(reigning: House) -> None:
    for text in ("1", uid("one"), uid("one").upper(), uid("one").replace("-", ""), "previous", "Previous"):
        assert found(reigning, text).label == "one", text
    assert found(reigning, "2").label == "two"
    assert found(reigning, "1", dataset="bank").label == "banker"


@pytest.mark.parametrize(
    "text", ["0", "-1", "3", "99", "01", "1.0", "+1", "１", "' OR 1=1", "1; DROP TABLE x", "latest", "{version}", "%s"]
)
def test_what_names_no_version_is_refused_and_those_that_are_stand_there(reigning: House, text: str) -> None:
    with pytest.raises(RequestRefusedError) as refused:
        found(reigning, text)
    message = str(refused.value)
    assert f"clinic has no version {text!r}. Cure" in message
    assert "1 = one, champion since 2026-01-01 to 2026-01-01; 2 = two, champion since 2026-01-01 and now" in message


@pytest.mark.parametrize("name", ["banker", "generator", "nobody"])
def test_a_generator_that_never_was_champion_of_the_dataset_is_no_version(reigning: House, name: str) -> None:
    with pytest.raises(RequestRefusedError, match=rf"{uid(name)} was never champion of clinic\. Cure"):
        found(reigning, uid(name))


def test_without_an_earlier_champion_there_is_no_previous_one(reigning: House) -> None:
    with pytest.raises(RequestRefusedError, match=r"bank has had one champion only.*Cure"):
        found(reigning, "previous", dataset="bank")
    for dataset in ("empty", "never heard of"):
        with pytest.raises(RequestRefusedError, match=f"{dataset} has never had a champion. Cure: run retrain__"):
            found(reigning, "previous", dataset=dataset)


def test_of_many_versions_the_last_ones_are_listed(reigning: House) -> None:
    with reigning.ledger.transaction() as books:
        for hour in range(2, 20):
            books.generators.record(generator(f"later {hour}"))
            books.generators.promote("clinic", uid(f"later {hour}"), NOON + timedelta(hours=hour))
    with pytest.raises(RequestRefusedError) as refused:
        found(reigning, "0")
    assert "20 = later 19" in str(refused.value)
    assert "10 = later 9" not in str(refused.value)
    assert "older ones in headwater.champion_versions" in str(refused.value)
