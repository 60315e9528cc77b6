"""A person changes the champion while a retraining compares: what the machine decides is about the present champion."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.chain.second_champion import champion_of, crown, in_run, train_other

from headwater.chain.baselines import certificate
from headwater.chain.house import House
from headwater.chain.promote import Promotion, promote
from headwater.chain.rollback import rollback
from headwater.ledger.records import Decision
from headwater.spec import DatasetSpec


@pytest.fixture
def while_it_is_drawn(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], None]], list[int]]:
    """Something happens once, while the certificate of the next champion is drawn; the list has an entry afterwards."""

    def plan(event: Callable[[], None]) -> list[int]:
        happened: list[int] = []

        def drawn(*given: Any) -> Any:
            if not happened:
                happened.append(1)
                event()
            return certificate(*given)

        monkeypatch.setattr("headwater.chain.crowning.certificate", drawn)
        return happened

    return plan


def promoted(house: House, spec: DatasetSpec, candidate: str) -> tuple[Promotion, Decision]:
    house = in_run(house)
    with house.ledger.transaction() as books:
        snapshot_id = books.generators.get(candidate).snapshot_id
    settled = promote(house, spec, snapshot_id, [candidate])
    with house.ledger.transaction() as books:
        made = [each for each in books.decisions.of(settled.champion_id) if each.detail["run_id"] == house.run_id]
    (decision,) = made
    return settled, decision


def test_the_champion_that_a_person_went_back_to_is_compared_with(
    manned: House, clinic: DatasetSpec, while_it_is_drawn: Callable[[Callable[[], None]], list[int]]
) -> None:
    back, candidate = train_other(manned, clinic, "back", leaf=40), train_other(manned, clinic, "candidate", leaf=22)
    happened = while_it_is_drawn(lambda: crown(manned, "clinic", back))
    _, decision = promoted(manned, clinic, candidate)
    assert happened
    assert decision.detail["champion"]["generator_id"] == back


def test_a_candidate_that_a_person_withdrew_is_not_crowned(
    manned: House, clinic: DatasetSpec, while_it_is_drawn: Callable[[Callable[[], None]], list[int]]
) -> None:
    known, candidate = champion_of(manned, "clinic"), train_other(manned, clinic, "withdrawn", leaf=28)
    assert known is not None

    def taken_back() -> None:
        crown(manned, "clinic", candidate)
        rollback(in_run(manned), clinic, version=known, reason="not this one", decided_by="ada")

    happened = while_it_is_drawn(taken_back)
    settled, _ = promoted(manned, clinic, candidate)
    assert happened
    assert (settled.is_promoted, settled.champion_id) == (False, known)
    assert "a person withdrew" in settled.reason
