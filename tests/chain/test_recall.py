"""Recall on a real house: what a withdrawn generator made leaves its readers whole, and the dates are made anew."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from tests.chain.nights import batch_of, former_rows, make, night, rows_for_readers
from tests.chain.second_champion import crown, in_run, train_other, two_versions, versions_of

from headwater.chain import keys
from headwater.chain.asking import RequestRefusedError
from headwater.chain.house import GateClosedError, House
from headwater.chain.recall import recall
from headwater.chain.release import release
from headwater.chain.retire import retire
from headwater.chain.rollback import rollback
from headwater.ledger.records import Decision
from headwater.spec import DatasetSpec
from headwater.store import Store

WHY = "The rare ward is missing since Monday."


@pytest.fixture(scope="module")
def generators(manned: House, clinic: DatasetSpec) -> tuple[str, str]:
    """Versions 1 and 2 of ``clinic``; ids."""
    return two_versions(manned, clinic)


@pytest.fixture
def second(manned: House, generators: tuple[str, str]) -> House:
    """A house where version 2 is champion and nobody has taken anything back; a run of its own."""
    crown(manned, "clinic", generators[1])
    with manned.ledger.transaction() as books:
        books.readers._connection().execute("DELETE FROM headwater.decisions WHERE kind IN ('rollback', 'recall')")
    return in_run(manned)


def roll_back(house: House, spec: DatasetSpec, version: str = "1") -> None:
    rollback(in_run(house), spec, version, WHY, "ada")


def aside(batch_id: str, day: date) -> str:
    return f'synthetic_recalled."clinic@{day}@{batch_id[:8]}"'


def rows_aside(house: House, batch_id: str, day: date) -> int | None:
    """Rows of the batch that are kept for an auditor; None where there is no table."""
    with house.ledger.transaction() as books:
        connection = books.readers._connection()
        if connection.execute("SELECT to_regclass(%s)", [aside(batch_id, day)]).fetchone() == (None,):
            return None
        query = f"SELECT count(*), count(*) FILTER (WHERE _batch_id = '{batch_id}') FROM {aside(batch_id, day)}"
        found = connection.execute(query).fetchone()
    assert found is not None
    assert found[0] == found[1]
    return int(found[0])


def decisions(house: House, subject: str) -> list[Decision]:
    with house.ledger.transaction() as books:
        return [each for each in books.decisions.of(subject) if each.kind == "recall"]


def is_with_readers(house: House, batch_id: str) -> bool:
    """Whether the batch is wholly with its readers; it must be that, or wholly recalled."""
    batch = batch_of(house, batch_id)
    public = keys.released("clinic", batch.batch_date, batch_id)
    hidden = keys.recalled("clinic", batch.batch_date, batch_id)
    found = (
        batch.status,
        batch.location,
        rows_for_readers(house, batch.batch_date),
        rows_aside(house, batch_id, batch.batch_date),
        bool(house.store.list(public)),
        house.store.exists(keys.manifest(hidden)),
        len(decisions(house, batch_id)),
    )
    if found == ("released", public, 2000, None, True, False, 0):
        return True
    assert found == ("recalled", hidden, 0, 2000, False, True, 1)
    return False


def test_recalled_batches_leave_their_readers_whole_and_stay_for_an_auditor(
    second: House, clinic: DatasetSpec, generators: tuple[str, str]
) -> None:
    days = [date(2026, 6, 1), date(2026, 6, 2)]
    made = [night(second, clinic, day) for day in days]
    roll_back(second, clinic)
    kept = night(second, clinic, date(2026, 6, 3))
    done = recall(second, clinic, "2", WHY, "ada")
    assert (done.generator_id, done.version, set(done.batch_ids)) == (generators[1], 2, set(made))
    assert [is_with_readers(second, each) for each in (*made, kept)] == [False, False, True]
    document = second.store.read_bytes(keys.manifest(keys.recalled("clinic", days[0], made[0])))
    assert json.loads(document)["batch_id"] == made[0]
    with second.ledger.transaction() as books:
        lineage = books.lineage.of_batch(made[0])
        comment = books.readers._connection().execute(
            "SELECT obj_description(to_regclass(%s), 'pg_class')", [aside(made[0], days[0])]
        )
        assert lineage is not None
        assert (lineage.status, lineage.released_to) == ("recalled", None)
        (text,) = comment.fetchone() or ("",)
    for word in ("RECALLED 20", "by ada", made[0], generators[1], WHY):
        assert word in text
    (decision,) = decisions(second, made[0])
    assert (decision.reason, decision.decided_by) == (WHY, "ada")
    assert decision.detail == {
        "generator_id": generators[1],
        "version": 2,
        "table": aside(made[0], days[0]).replace('"', ""),
        "run_id": second.run_id,
    }
    (about,) = decisions(second, generators[1])
    assert about.detail == {"version": 2, "batch_count": 2, "asked": "2", "run_id": second.run_id}


def test_the_recalled_date_is_made_anew_by_the_present_champion(
    second: House, clinic: DatasetSpec, generators: tuple[str, str]
) -> None:
    day = date(2026, 6, 5)
    bad = night(second, clinic, day)
    roll_back(second, clinic)
    recall(second, clinic, "previous", WHY, "ada")
    assert rows_for_readers(second, day) == 0
    good = night(second, clinic, day)
    assert good != bad
    assert (batch_of(second, good).generator_id, batch_of(second, good).status) == (generators[0], "released")
    assert rows_for_readers(second, day) == 2000
    assert (batch_of(second, bad).status, rows_aside(second, bad, day)) == ("recalled", 2000)


def test_the_present_champion_cannot_be_recalled(second: House, clinic: DatasetSpec) -> None:
    made = night(second, clinic, date(2026, 6, 6))
    with pytest.raises(RequestRefusedError, match=r"Version 2 of clinic is champion now.*Cure: trigger rollback"):
        recall(second, clinic, "2", WHY, "ada")
    assert is_with_readers(second, made)


def test_a_second_run_finds_nothing_more_and_the_same_run_says_so_quietly(second: House, clinic: DatasetSpec) -> None:
    made = night(second, clinic, date(2026, 6, 7))
    roll_back(second, clinic)
    assert made in recall(second, clinic, "2", WHY, "ada").batch_ids
    before = decisions(second, made)
    assert recall(second, clinic, "2", WHY, "ada").batch_ids == ()
    with pytest.raises(RequestRefusedError, match=r"Nothing to recall: no batch of version 2 of clinic.*Cure"):
        recall(in_run(second), clinic, "2", WHY, "bob")
    with pytest.raises(RequestRefusedError, match=r"was asked for another recall of clinic before"):
        recall(second, clinic, "1", WHY, "ada")
    assert decisions(second, made) == before


@pytest.mark.parametrize("version", ["0", "-1", "99", "' OR 1=1", "nobody"])
def test_what_is_no_version_recalls_nothing(second: House, clinic: DatasetSpec, version: str) -> None:
    with pytest.raises(RequestRefusedError, match=r"clinic has no version.*Cure"):
        recall(second, clinic, version, WHY, "ada")


@pytest.mark.parametrize("reason", ["", " \n", "x" * 2_001, "\ud800"])
def test_a_reason_that_is_none_recalls_nothing(second: House, clinic: DatasetSpec, reason: str) -> None:
    made = night(second, clinic, date(2026, 6, 20))
    roll_back(second, clinic)
    with pytest.raises(RequestRefusedError, match=r"reason.*Cure"):
        recall(second, clinic, "2", reason, "ada")
    assert is_with_readers(second, made)


def test_a_reason_may_be_any_text(second: House, clinic: DatasetSpec) -> None:
    day, reason = date(2026, 6, 9), "It's \"bad\"'); DROP TABLE headwater.batches; -- %s {x} 病院 👩‍⚕️"
    made = night(second, clinic, day)
    roll_back(second, clinic)
    recall(second, clinic, "2", reason, "adа")
    assert not is_with_readers(second, made)
    assert decisions(second, made)[0].reason == reason


@pytest.mark.parametrize("instant", ["between batches", "before the rename", "between rename and commit"])
def test_killed_each_batch_is_recalled_or_not_and_a_second_run_finishes(
    second: House, clinic: DatasetSpec, instant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    month = {"between batches": 7, "before the rename": 8, "between rename and commit": 9}[instant]
    made = [night(second, clinic, date(2026, month, day)) for day in (1, 2, 3)]
    roll_back(second, clinic)
    honest, moves = Store.publish, []

    def publish(store: Store, source: str, target: str) -> None:
        moves.append(target)
        if len(moves) == 2 and instant == "before the rename":
            raise KeyboardInterrupt
        honest(store, source, target)
        if len(moves) == 2 and instant == "between rename and commit":
            raise KeyboardInterrupt

    def held(books: Any, batch_id: str) -> Any:
        if batch_id == made[1]:
            raise KeyboardInterrupt
        return books.get(batch_id)

    with monkeypatch.context() as patch:
        patch.setattr(Store, "publish", publish)
        if instant == "between batches":
            patch.setattr("headwater.ledger.repositories.batches.Batches.held", held)
        with pytest.raises(KeyboardInterrupt):
            recall(second, clinic, "2", WHY, "ada")
    assert batch_of(second, made[0]).status == "recalled"
    assert [batch_of(second, each).status for each in made[1:]] == ["released", "released"]
    assert [rows_for_readers(second, date(2026, month, day)) for day in (1, 2, 3)] == [0, 2000, 2000]
    recall(second, clinic, "2", WHY, "ada")
    assert [is_with_readers(second, each) for each in made] == [False, False, False]


def test_a_superseded_batch_is_recalled_and_the_one_in_its_place_stays(
    second: House, clinic: DatasetSpec, generators: tuple[str, str]
) -> None:
    """Its rows are former ones, which may be read too; its files still lie beside the readers' own."""
    day = date(2026, 6, 11)
    bad = night(second, clinic, day)
    roll_back(second, clinic)
    good = night(second, clinic, day)
    assert batch_of(second, bad).status == "superseded"
    assert bad in recall(second, clinic, "2", WHY, "ada").batch_ids
    assert is_with_readers(second, good)
    assert (batch_of(second, bad).status, rows_aside(second, bad, day)) == ("recalled", 2000)
    assert former_rows(second, bad) == 0
    assert second.store.exists(keys.manifest(keys.recalled("clinic", day, bad)))
    assert second.store.list(keys.released("clinic", day, bad)) == []
    assert decisions(second, bad)[0].detail["table"] == f"synthetic_recalled.clinic@{day}@{bad[:8]}"


def test_lost_files_do_not_keep_the_rows_with_the_readers(second: House, clinic: DatasetSpec) -> None:
    day = date(2026, 6, 12)
    made = night(second, clinic, day)
    second.store.delete(keys.released("clinic", day, made))
    roll_back(second, clinic)
    recall(second, clinic, "2", WHY, "ada")
    assert (batch_of(second, made).status, batch_of(second, made).location) == ("recalled", None)
    assert (rows_for_readers(second, day), rows_aside(second, made, day)) == (0, 2000)


def test_a_night_under_way_is_not_released_after_the_recall(second: House, clinic: DatasetSpec) -> None:
    day = date(2026, 6, 14)
    night(second, clinic, date(2026, 6, 13))
    _, validation_id = make(second, clinic, day)
    roll_back(second, clinic)
    recall(second, clinic, "2", WHY, "ada")
    with pytest.raises(GateClosedError, match=r"is not released.*version 2 of clinic, were recalled on 20.*Cure"):
        release(second, clinic, validation_id)
    assert rows_for_readers(second, day) == 0
    roll_back(second, clinic, "2")
    release(second, clinic, validation_id)
    assert rows_for_readers(second, day) == 2000


def test_a_recall_holds_back_nights_that_are_not_released_where_none_is(
    second: House, clinic: DatasetSpec, generators: tuple[str, str]
) -> None:
    """The generator's first night failed to be released, and it was withdrawn: a cleared release publishes nothing."""
    third = train_other(second, clinic, name="third", leaf=30)
    crown(second, "clinic", third)
    day = date(2026, 6, 18)
    made, validation_id = make(second, clinic, day)
    crown(second, "clinic", generators[0])
    done = recall(second, clinic, third, WHY, "ada")
    assert (done.generator_id, done.batch_ids) == (third, ())
    with pytest.raises(GateClosedError, match=r"is not released.*were recalled on 20.*Cure"):
        release(second, clinic, validation_id)
    assert (batch_of(second, made).status, rows_for_readers(second, day)) == ("passed", 0)
    with pytest.raises(RequestRefusedError, match="Nothing to recall"):
        recall(in_run(second), clinic, third, WHY, "ada")


def test_a_machine_does_not_bring_recalled_batches_back_and_a_person_does(
    second: House, clinic: DatasetSpec, generators: tuple[str, str]
) -> None:
    day = date(2026, 6, 15)
    made = night(second, clinic, day)
    roll_back(second, clinic)
    recall(second, clinic, "2", WHY, "ada")
    crown(second, "clinic", generators[1])
    with pytest.raises(GateClosedError, match="were recalled"):
        night(second, clinic, day)
    assert not is_with_readers(second, made)
    crown(second, "clinic", generators[0])
    roll_back(second, clinic, "2")
    assert versions_of(second, "clinic")[1].recalled_at is None
    assert night(second, clinic, day) == made
    batch = batch_of(second, made)
    assert (batch.status, batch.location) == ("released", keys.released("clinic", day, made))
    assert (rows_for_readers(second, day), rows_aside(second, made, day)) == (2000, None)
    assert second.store.list(keys.recalled("clinic", day, made)) == []


def test_a_run_that_is_tried_again_after_a_person_brought_it_back_recalls_nothing(
    second: House, clinic: DatasetSpec, generators: tuple[str, str]
) -> None:
    day = date(2026, 6, 16)
    night(second, clinic, day)
    roll_back(second, clinic)
    recall(second, clinic, "2", WHY, "ada")
    roll_back(second, clinic, "2")
    made = night(second, clinic, day)
    crown(second, "clinic", generators[0])
    with pytest.raises(RequestRefusedError, match=r"was brought back after run .*Cure: trigger a new run"):
        recall(second, clinic, "2", WHY, "ada")
    assert batch_of(second, made).status == "released"


def test_recalled_batches_are_retired_with_their_days(second: House, clinic: DatasetSpec) -> None:
    day = date(2024, 6, 1)
    made = night(second, clinic, day)
    roll_back(second, clinic)
    recall(second, clinic, "2", WHY, "ada")
    assert made not in retire(second, clinic, date(2024, 6, 2))
    assert rows_aside(second, made, day) == 2000
    assert retire(second, clinic, date(2025, 7, 1)) == [made]
    assert batch_of(second, made).status == "retired"
    assert rows_aside(second, made, day) is None
    assert second.store.list(keys.recalled("clinic", day, made)) == []
    with second.ledger.transaction() as books:
        assert [each.kind for each in books.decisions.of(made)] == ["release", "recall", "retire"]
