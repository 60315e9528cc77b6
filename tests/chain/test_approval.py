"""A candidate that won waits for a person, where the spec asks for it: approved, rejected, or nobody answered."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from tests.chain.second_champion import champion_of, crown, in_run
from tests.chain.test_promotion import BY_ITSELF, first_champion, plant, trained

from headwater.chain.answers import KEEP, PROMOTE, Answer, Resolution, unanswered
from headwater.chain.house import GateClosedError, House
from headwater.chain.promote import WITHDRAWN, Promotion, promote
from headwater.chain.questions import question_of, waiting
from headwater.chain.settling import Settled, settle
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec

WHY = "Compared by hand with last month's."


@pytest.fixture
def winner(manned: House, clinic: DatasetSpec) -> Generator:
    """A candidate that is as good as the champion."""
    plant(manned, first_champion(manned))
    return trained(manned, clinic, BY_ITSELF)


def asked_for(house: House, spec: DatasetSpec, candidate: Generator) -> Promotion:
    return promote(in_run(house), spec, candidate.snapshot_id, [candidate.generator_id], is_asked=True)


def settled(house: House, spec: DatasetSpec, candidate: Generator, answer: Answer) -> Settled:
    return settle(in_run(house), spec, "promotion", candidate.generator_id, Resolution(answer))


def answered(option: str) -> Answer:
    return Answer(option=option, reason=WHY, by="carla", at=datetime.now(UTC))


def test_it_waits_and_the_champion_stays_until_a_person_approves(
    manned: House, clinic: DatasetSpec, winner: Generator
) -> None:
    first = first_champion(manned).generator_id
    found = asked_for(manned, clinic, winner)
    assert (found.champion_id, found.is_promoted, found.waiting_id) == (first, False, winner.generator_id)
    assert champion_of(manned, "clinic") == first
    assert waiting(manned, "clinic") == [("promotion", winner.generator_id)]
    asked = question_of(manned, clinic, "promotion", winner.generator_id)
    assert asked is not None
    assert asked.headline == "again won its comparison, and would take the place of trees of clinic."
    assert asked.sentence in found.reason
    assert asked.options == (PROMOTE, KEEP)

    done = settled(manned, clinic, winner, unanswered(KEEP, 72, datetime.now(UTC)))
    assert done.champion_id is None
    assert waiting(manned, "clinic") == []
    assert question_of(manned, clinic, "promotion", winner.generator_id) is None

    asked_for(manned, clinic, winner)  # nobody's silence bars it
    done = settled(manned, clinic, winner, answered(PROMOTE))
    assert (done.champion_id, champion_of(manned, "clinic")) == (winner.generator_id, winner.generator_id)
    with manned.ledger.transaction() as books:
        (decision,) = [each for each in books.decisions.of(winner.generator_id) if each.kind == "promote"]
    assert (decision.decided_by, decision.reason) == ("carla", WHY)
    assert decision.detail["because"] == asked.sentence
    assert settled(manned, clinic, winner, answered(PROMOTE)).champion_id == winner.generator_id
    assert waiting(manned, "clinic") == []


def test_where_the_champion_changed_meanwhile_the_comparison_is_void(
    manned: House, clinic: DatasetSpec, winner: Generator
) -> None:
    crown(manned, "clinic", first_champion(manned).generator_id)
    asked_for(manned, clinic, winner)
    other = trained(manned, clinic, {"kind": "trees", "name": "third", "settings": {"leaf": 30}})
    crown(manned, "clinic", other.generator_id)
    with pytest.raises(GateClosedError, match=r"that is none any more\. Cure: retrain"):
        settled(manned, clinic, winner, answered(PROMOTE))
    assert champion_of(manned, "clinic") == other.generator_id


def test_a_rejected_candidate_is_not_asked_about_again(manned: House, clinic: DatasetSpec, winner: Generator) -> None:
    first = first_champion(manned).generator_id
    crown(manned, "clinic", first)
    asked_for(manned, clinic, winner)
    done = settled(manned, clinic, winner, answered(KEEP))
    assert WHY in done.sentence
    again = asked_for(manned, clinic, winner)
    assert (again.reason, again.waiting_id, again.champion_id) == (WITHDRAWN, None, first)
    assert not promote(in_run(manned), clinic, winner.snapshot_id, [winner.generator_id]).is_promoted
