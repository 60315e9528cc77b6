"""What a person decides about a batch in quarantine: release, another repair, discard; once, with name and reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from tests import faults
from tests.chain.nights import batch_of, make, rows_for_readers
from tests.chain.second_champion import in_run

from headwater.chain import keys
from headwater.chain.answers import CONFIRM, DISCARD, OBJECT, RELEASE, REPAIR, Answer, Resolution, unanswered
from headwater.chain.house import GateClosedError, House
from headwater.chain.known import known
from headwater.chain.questions import AGAIN_MAX, question_of, waiting
from headwater.chain.release import release
from headwater.chain.repair import repair
from headwater.chain.settling import Settled, settle
from headwater.generators.trees.generator import Trees
from headwater.ledger.guard_records import Alarm
from headwater.ledger.records import Decision
from headwater.spec import DatasetSpec
from headwater.spec.repair import Repair as Limits
from headwater.spec.watch import Watch

WHY = "The rare ward (病院) was closed all week; <b>readers</b> know."


def answered(option: str, by: str | None = "anna", reason: str = WHY) -> Answer:
    return Answer(option=option, reason=reason, by=by, at=datetime(2026, 11, 27, 6, tzinfo=UTC))


def failed_night(house: House, spec: DatasetSpec, day: date) -> str:
    """A night up to quarantine, as the tasks of ``nightly__X`` do it; the id of its batch."""
    _, validation_id = make(house, spec, day)
    found = repair(house, spec, validation_id)
    with pytest.raises(GateClosedError, match="is in quarantine"):
        release(house, spec, found.judgement.validation_id)
    return found.batch_id


def settled(house: House, spec: DatasetSpec, batch_id: str, option: str, second: Answer | None = None) -> Settled:
    return settle(house, spec, "release", batch_id, Resolution(answered(option), second))


def decided(house: House, batch_id: str, kind: str) -> list[Decision]:
    with house.ledger.transaction() as books:
        return [each for each in books.decisions.of(batch_id) if each.kind == kind]


@pytest.fixture
def strict(clinic: DatasetSpec) -> DatasetSpec:
    """Too little may be mended to save a night."""
    limits = Limits(attempts=1, rows_share=0.005, previous_champion=False)
    return clinic.model_copy(update={"repair": limits})


@pytest.mark.usefixtures("forgets")
def test_the_question_tells_what_failed_what_was_tried_and_what_can_be_done(
    forgetful: House, strict: DatasetSpec
) -> None:
    batch_id = failed_night(forgetful, strict, date(2026, 4, 1))
    assert ("release", batch_id) in waiting(forgetful, "clinic")
    asked = question_of(forgetful, strict, "release", batch_id)
    assert asked is not None
    assert asked.headline == "Batch 2026-04-01 of clinic is in quarantine; no reader sees its 2,000 rows."
    assert asked.options == (RELEASE, REPAIR, DISCARD)
    assert {each.family for each in asked.failed} & {"category", "cell", "column"}
    assert all(each.severity == "critical" and not each.passed for each in asked.failed)
    assert any(each.startswith("Repair, look 2: reweigh, ") for each in asked.told)
    second = question_of(forgetful, strict, "release", batch_id, answered(RELEASE))
    assert second is not None
    assert second.options == (CONFIRM, OBJECT)
    assert "anna chose 'Release anyway'" in second.headline
    assert second.told[-1] == f"anna wrote: {WHY}"


@pytest.mark.usefixtures("forgets")
def test_released_anyway_it_is_with_its_readers_and_stands_under_a_name(forgetful: House, strict: DatasetSpec) -> None:
    day = date(2026, 4, 2)
    batch_id = failed_night(forgetful, strict, day)
    assert rows_for_readers(forgetful, day) == 0
    house = in_run(forgetful)
    done = settled(house, strict, batch_id, RELEASE, answered(CONFIRM, "ben", "I looked too."))
    assert (done.released_id, done.asks_again) == (batch_id, False)
    assert settled(house, strict, batch_id, RELEASE, answered(CONFIRM, "ben", "I looked too.")) == done
    batch = batch_of(forgetful, batch_id)
    place = keys.released("clinic", day, batch_id)
    assert (batch.status, batch.location, rows_for_readers(forgetful, day)) == ("released", place, 2_000)
    assert not forgetful.store.list(keys.quarantined("clinic", day, batch_id))
    (decision,) = decided(forgetful, batch_id, "release")
    assert (decision.decided_by, decision.reason) == ("anna", WHY)
    assert decision.detail["despite"].startswith("Not passed: ")
    assert decision.detail["second"]["by"] == "ben"
    manifest = json.loads(forgetful.store.read_bytes(keys.manifest(place)))
    assert manifest["released_by"] == {"name": "anna", "reason": WHY}
    assert manifest["validation"]["passed"] is False
    assert forgetful.store.exists(keys.fingerprints("clinic", batch_id)), "its rows are known when they come back"
    assert ("release", batch_id) not in waiting(forgetful, "clinic")

    found = known(forgetful, batch_id)
    assert found is not None
    assert found.batch.batch_id == batch_id
    assert release(in_run(forgetful), strict, found.validation.validation_id) == place, "the night again is no red one"
    assert len(decided(forgetful, batch_id, "release")) == 1


@pytest.mark.usefixtures("forgets")
def test_a_discarded_batch_waits_no_more_and_can_be_thought_over(forgetful: House, strict: DatasetSpec) -> None:
    day = date(2026, 4, 3)
    batch_id = failed_night(forgetful, strict, day)
    nobody = settle(forgetful, strict, "release", batch_id, Resolution(unanswered(DISCARD, 12, datetime.now(UTC))))
    assert "Nobody answered within 12 h." in nobody.sentence
    (decision,) = decided(forgetful, batch_id, "discard")
    assert decision.decided_by == "headwater"
    assert ("release", batch_id) not in waiting(forgetful, "clinic")
    assert batch_of(forgetful, batch_id).status == "quarantined"
    with pytest.raises(GateClosedError, match="is in quarantine"):
        release(forgetful, strict, latest(forgetful, batch_id))
    assert waiting(forgetful, "clinic", batch_id) == [("release", batch_id)]
    asked = question_of(forgetful, strict, "release", batch_id)
    assert asked is not None
    assert any("headwater discarded it: Nobody answered" in each for each in asked.told)
    assert settled(in_run(forgetful), strict, batch_id, RELEASE).released_id == batch_id
    assert question_of(forgetful, strict, "release", batch_id) is None, "nothing is left to decide"


def latest(house: House, batch_id: str) -> str:
    with house.ledger.transaction() as books:
        found = books.validations.latest(batch_id)
    assert found is not None
    return found.validation_id


@pytest.mark.usefixtures("forgets")
def test_four_eyes_that_do_not_agree_let_nothing_through(forgetful: House, strict: DatasetSpec) -> None:
    day = date(2026, 4, 4)
    batch_id = failed_night(forgetful, strict, day)
    settled(forgetful, strict, batch_id, RELEASE, answered(OBJECT, "ben", "The ward was open."))
    assert (batch_of(forgetful, batch_id).status, rows_for_readers(forgetful, day)) == ("quarantined", 0)
    (decision,) = decided(forgetful, batch_id, "discard")
    assert (decision.decided_by, decision.detail["answered_by"]) == ("ben", "anna")
    assert decision.reason == "'Release anyway' was not confirmed. The ward was open."


def test_mended_again_it_has_other_rows_and_a_budget_of_its_own(
    forgetful: House, clinic: DatasetSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(faults.Forgetful, "forgotten", 1.0)
    monkeypatch.setattr(faults.Forgetful, "sample_where", finds_none, raising=False)
    spec = clinic.model_copy(update={"repair": Limits(attempts=2, previous_champion=False)})
    day = date(2026, 4, 12)
    batch_id = failed_night(forgetful, spec, day)
    with forgetful.ledger.transaction() as books:
        before = books.repairs.of("clinic", day)
    again = in_run(forgetful)
    done = settled(again, spec, batch_id, REPAIR)
    assert done.asks_again
    assert done.released_id is None
    assert batch_of(forgetful, batch_id).status == "quarantined"
    assert not forgetful.store.list(keys.work("clinic", batch_id))
    asked = question_of(forgetful, spec, "release", batch_id)
    assert asked is not None
    assert any(f"anna asked for another round of repair: {WHY}" in each for each in asked.told)

    monkeypatch.delattr(faults.Forgetful, "sample_where")
    monkeypatch.setattr(faults.Forgetful, "only", 2_000)  # more rows of the same generator are honest now
    mended = settled(in_run(forgetful), spec, batch_id, REPAIR)
    assert mended.released_id not in (None, batch_id), mended.sentence
    assert rows_for_readers(forgetful, day) == 2_000
    with forgetful.ledger.transaction() as books:
        after = books.repairs.of("clinic", day)
    assert [each.look for each in after] == list(range(2, len(after) + 2)), "every look of the night is counted"
    assert len({each.repaired_batch_id for each in after}) == len(after) > len(before)
    assert ("release", batch_id) not in waiting(forgetful, "clinic"), "its date has a batch"


def finds_none(self: Trees, conditions: Mapping[str, Any], n: int, seed: int) -> SimpleNamespace:
    """What a generator says that makes no rows to order."""
    return SimpleNamespace(rows=Trees.sample(self, 1, seed)[:0])


@pytest.mark.usefixtures("forgets")
def test_a_batch_is_not_mended_without_end(forgetful: House, strict: DatasetSpec) -> None:
    batch_id = failed_night(forgetful, strict, date(2026, 4, 6))
    for number in range(AGAIN_MAX):
        done = settle(
            in_run(forgetful), strict, "release", batch_id, Resolution(answered(REPAIR, reason=f"Try {number}."))
        )
        assert done.asks_again, done.sentence
    asked = question_of(forgetful, strict, "release", batch_id)
    assert asked is not None
    assert asked.options == (RELEASE, DISCARD)
    with pytest.raises(GateClosedError, match="Cure: release or discard it"):
        settled(in_run(forgetful), strict, batch_id, REPAIR)
    limits = Limits(attempts=0)
    never = question_of(forgetful, strict.model_copy(update={"repair": limits}), "release", batch_id)
    assert never is not None
    assert never.options == (RELEASE, DISCARD)


@pytest.mark.usefixtures("forgets")
def test_an_alarm_that_stops_releases_stops_this_one_too(forgetful: House, strict: DatasetSpec) -> None:
    day = date(2026, 4, 7)
    batch_id = failed_night(forgetful, strict, day)
    stopping = strict.model_copy(update={"watch": Watch(on_alarm="stop")})
    with forgetful.ledger.transaction() as books:
        batch = books.batches.get(batch_id)
        books.watch.raise_alarm(alarm(batch_id, batch.generator_id))
    with pytest.raises(GateClosedError, match="an alarm stops the releases of clinic"):
        settled(in_run(forgetful), stopping, batch_id, RELEASE)
    assert (batch_of(forgetful, batch_id).status, rows_for_readers(forgetful, day)) == ("quarantined", 0)
    assert decided(forgetful, batch_id, "release") == []


def alarm(batch_id: str, generator_id: str) -> Alarm:
    return Alarm(
        alarm_id="11111111-2222-3333-4444-555555555555",
        dataset="clinic",
        chart="nights",
        name="column.tvd",
        subject_id=batch_id,
        generator_id=generator_id,
        since=None,
        score=9.0,
        limit=5.0,
        sentence="It slid.",
        run_id="test",
        raised_at=datetime.now(UTC),
    )


def test_what_is_with_its_readers_is_no_question(forgetful: House, clinic: DatasetSpec) -> None:
    batch_id, validation_id = make(forgetful, clinic, date(2026, 4, 8))
    release(forgetful, clinic, validation_id)
    assert question_of(forgetful, clinic, "release", batch_id) is None
    with pytest.raises(GateClosedError, match=r"is released, not in quarantine\. Nothing was changed"):
        settled(forgetful, clinic, batch_id, REPAIR)
