"""Rollback on a real house: an earlier champion is current again and makes the next night, or nothing changed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from threading import Barrier
from typing import Any

import pytest
from tests.chain.nights import batch_of, night
from tests.chain.second_champion import champion_of, crown, in_run, train_other, versions_of

from headwater.chain import rollback as stage
from headwater.chain.asking import RequestRefusedError
from headwater.chain.house import House
from headwater.chain.produce import plan
from headwater.chain.promote import promote
from headwater.chain.rollback import Rollback, rollback
from headwater.ledger.records import Decision, Generator
from headwater.spec import DatasetSpec

WHY = "Since Monday wards are missing."


@pytest.fixture(scope="module")
def generators(manned: House, clinic: DatasetSpec) -> tuple[str, str, str]:
    """Versions 1, 2 and 3 of ``clinic``; ids."""
    first = champion_of(manned, "clinic")
    assert first is not None
    others = [train_other(manned, clinic, name, leaf) for name, leaf in (("second", 25), ("third", 30))]
    for other in others:
        crown(manned, "clinic", other)
    return first, others[0], others[1]


@pytest.fixture
def third(manned: House, generators: tuple[str, str, str]) -> House:
    """A house where version 3 is champion after version 2, and no person has decided anything; a run of its own."""
    for generator_id in generators[1:]:
        crown(manned, "clinic", generator_id)
    with manned.ledger.transaction() as books:
        books.readers._connection().execute("DELETE FROM headwater.decisions WHERE kind = 'rollback'")
    return in_run(manned)


def decisions(house: House, subject: str) -> list[Decision]:
    with house.ledger.transaction() as books:
        return [each for each in books.decisions.of(subject) if each.kind == "rollback"]


def generator_of(house: House, generator_id: str) -> Generator:
    with house.ledger.transaction() as books:
        return books.generators.get(generator_id)


def state(house: House) -> list[Any]:
    """All reigns and all decisions."""
    with house.ledger.transaction() as books:
        connection = books.readers._connection()
        tables = ("champions ORDER BY champion_id", "decisions ORDER BY decision_id")
        return [connection.execute(f"SELECT * FROM headwater.{table}").fetchall() for table in tables]


def test_an_earlier_champion_is_current_and_makes_the_next_night(
    third: House, clinic: DatasetSpec, generators: tuple[str, str, str]
) -> None:
    first, _, last = generators
    done = rollback(third, clinic, "1", WHY, "ada")
    assert done == Rollback(first, 1, last)
    batch = batch_of(third, night(third, clinic, date(2026, 6, 1)))
    assert (batch.generator_id, batch.status) == (first, "released")
    (decision,) = decisions(third, first)
    assert (decision.reason, decision.decided_by, decision.outcome) == (WHY, "ada", "rollback")
    assert decision.detail == {
        "version": 1,
        "replaces": last,
        "replaced_version": 3,
        "asked": "1",
        "run_id": third.run_id,
    }
    versions = versions_of(third, "clinic")
    assert [(each.version, each.is_current) for each in versions] == [(1, True), (2, False), (3, False)]
    assert versions[2].retired_at == decision.decided_at == versions[2].withdrawn_at


@pytest.mark.parametrize("how", ["previous", "number", "id"])
def test_a_run_that_is_tried_again_changes_nothing_more(
    third: House, clinic: DatasetSpec, generators: tuple[str, str, str], how: str
) -> None:
    version = {"previous": "previous", "number": "2", "id": generators[1]}[how]
    done = rollback(third, clinic, version, WHY, "ada")
    after = state(third)
    assert done == Rollback(generators[1], 2, generators[2])
    assert rollback(third, clinic, version, WHY, "ada") == done
    assert state(third) == after
    with pytest.raises(RequestRefusedError, match=r"was asked for another rollback of clinic before.*Cure"):
        rollback(third, clinic, "1", WHY, "ada")
    assert state(third) == after


def test_asked_twice_for_the_previous_one_the_withdrawn_one_does_not_come_back(
    third: House, clinic: DatasetSpec, generators: tuple[str, str, str]
) -> None:
    rollback(third, clinic, "previous", WHY, "ada")
    after = state(third)
    with pytest.raises(RequestRefusedError, match=r"version 3, was withdrawn on 20.*Cure: name the number"):
        rollback(in_run(third), clinic, "previous", WHY, "ada")
    assert state(third) == after
    assert rollback(in_run(third), clinic, "3", "It was the source.", "ada").champion_id == generators[2]
    assert versions_of(third, "clinic")[2].withdrawn_at is None


@pytest.mark.parametrize("version", ["0", "-1", "99", "' OR 1=1", "3", "nobody"])
def test_what_is_no_earlier_champion_changes_nothing(third: House, clinic: DatasetSpec, version: str) -> None:
    before = state(third)
    with pytest.raises(RequestRefusedError, match=r"clinic.*Cure"):
        rollback(third, clinic, version, WHY, "ada")
    assert state(third) == before


@pytest.mark.parametrize("reason", ["", "  ", "x" * 2_001, "\x00 bad"])
def test_a_reason_that_is_none_changes_nothing(third: House, clinic: DatasetSpec, reason: str) -> None:
    before = state(third)
    with pytest.raises(RequestRefusedError, match=r"reason.*Cure"):
        rollback(third, clinic, "1", reason, "ada")
    assert state(third) == before


def test_a_generator_that_was_never_promoted_is_refused(third: House, clinic: DatasetSpec) -> None:
    never = train_other(third, clinic, "never", 35)
    with pytest.raises(RequestRefusedError, match="was never champion of clinic"):
        rollback(third, clinic, never, WHY, "ada")


@pytest.mark.parametrize("harm", ["gone", "altered"])
def test_a_model_that_cannot_be_loaded_changes_nothing(
    third: House, clinic: DatasetSpec, generators: tuple[str, str, str], harm: str
) -> None:
    model = generator_of(third, generators[0])
    honest = third.store.read_bytes(model.model_key)
    before = state(third)
    third.store.delete(model.model_key)
    if harm == "altered":
        third.store.write_bytes(model.model_key, honest[:-1] + bytes([honest[-1] ^ 1]))
    try:
        with pytest.raises(RequestRefusedError, match=rf"Version 1 of clinic .*{model.model_key}.*Cure") as refused:
            rollback(third, clinic, "1", WHY, "ada")
        assert {"gone": "no artifact", "altered": "was altered"}[harm] in str(refused.value)
        assert state(third) == before
    finally:
        third.store.write_bytes(model.model_key, honest)
    assert rollback(third, clinic, "1", WHY, "ada").version == 1


def test_an_anchor_that_is_gone_changes_nothing(
    third: House, clinic: DatasetSpec, generators: tuple[str, str, str]
) -> None:
    """Without the anchor no certificate can be had, and no night could be judged."""
    with third.ledger.transaction() as books:
        snapshot = books.snapshots.get(books.generators.get(generators[0]).snapshot_id)
    honest = third.store.read_bytes(snapshot.anchor_key_path)
    before = state(third)
    third.store.delete(snapshot.anchor_key_path)
    try:
        with pytest.raises(RequestRefusedError, match=r"Version 1 of clinic .*anchor.*Cure"):
            rollback(third, clinic, "1", WHY, "ada")
        assert state(third) == before
    finally:
        third.store.write_bytes(snapshot.anchor_key_path, honest)


def test_a_readers_table_that_would_not_take_its_rows_changes_nothing(third: House, clinic: DatasetSpec) -> None:
    night(third, clinic, date(2026, 6, 2))
    with third.ledger.transaction() as books:
        books.readers._connection().execute("ALTER TABLE synthetic.clinic ADD COLUMN height double precision")
    before = state(third)
    try:
        with pytest.raises(RequestRefusedError, match=r"synthetic.clinic cannot take.*'height' is gone.*Cure"):
            rollback(third, clinic, "1", WHY, "ada")
        assert state(third) == before
    finally:
        with third.ledger.transaction() as books:
            books.readers._connection().execute("ALTER TABLE synthetic.clinic DROP COLUMN height")


def test_its_certificate_is_drawn_before_it_comes_back(
    third: House, clinic: DatasetSpec, generators: tuple[str, str, str]
) -> None:
    def certificates() -> int:
        with third.ledger.transaction() as books:
            query = "SELECT count(*) FROM headwater.baselines WHERE kind = 'certificate' AND generator_id = %s"
            row = books.readers._connection().execute(query, [generators[1]]).fetchone()
        assert row is not None
        return int(row[0])

    with third.ledger.transaction() as books:
        query = "DELETE FROM headwater.baselines WHERE kind = 'certificate' AND generator_id = %s"
        books.readers._connection().execute(query, [generators[1]])
    assert certificates() == 0
    rollback(third, clinic, "2", WHY, "ada")
    assert certificates() == 1


@pytest.mark.parametrize("versions", [("1", "2"), ("previous", "previous"), ("1", "1")])
def test_of_two_rollbacks_at_once_one_wins(
    third: House,
    clinic: DatasetSpec,
    generators: tuple[str, str, str],
    versions: tuple[str, str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both have looked and found version 3; only then either begins its transaction."""
    looked, honest = Barrier(2, timeout=60), stage._refuse_unusable

    def refuse_unusable(*arguments: Any) -> None:
        honest(*arguments)
        looked.wait()

    monkeypatch.setattr(stage, "_refuse_unusable", refuse_unusable)

    def ask(version: str) -> Rollback | str:
        try:
            return rollback(in_run(third), clinic, version, WHY, "ada")
        except RequestRefusedError as refused:
            return str(refused)

    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(ask, versions))
    (won,) = [each for each in answers if isinstance(each, Rollback)]
    (lost,) = [each for each in answers if isinstance(each, str)]
    assert "Somebody else has just changed the champion of clinic: it is no longer version 3" in lost
    assert champion_of(third, "clinic") == won.champion_id != generators[2]
    assert len(decisions(third, generators[0]) + decisions(third, generators[1])) == 1


def test_one_run_that_two_workers_carry_out_is_done_once(
    third: House, clinic: DatasetSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task whose worker was taken for dead is started again while the first still works."""
    looked, honest = Barrier(2, timeout=60), stage._refuse_unusable

    def refuse_unusable(*arguments: Any) -> None:
        honest(*arguments)
        looked.wait()

    monkeypatch.setattr(stage, "_refuse_unusable", refuse_unusable)
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda _: rollback(third, clinic, "previous", WHY, "ada"), range(2)))
    assert answers[0] == answers[1]
    assert answers[0].version == 2


def test_killed_before_the_commit_nothing_has_changed(
    third: House, clinic: DatasetSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = state(third)

    def killed(*_: Any, **__: Any) -> Decision:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(stage, "decision_of", killed)
        with pytest.raises(KeyboardInterrupt):
            rollback(third, clinic, "1", WHY, "ada")
    assert state(third) == before
    assert rollback(third, clinic, "1", WHY, "ada").version == 1


def test_without_a_champion_there_is_nothing_to_roll_back_to(house: House, clinic: DatasetSpec) -> None:
    with pytest.raises(RequestRefusedError, match=r"clinic has never had a champion. Cure: run retrain__clinic"):
        rollback(house, clinic, "previous", WHY, "ada")


def test_a_planned_night_keeps_its_generator(
    third: House, clinic: DatasetSpec, generators: tuple[str, str, str]
) -> None:
    begun = plan(third, clinic, date(2026, 6, 3))
    rollback(third, clinic, "1", WHY, "ada")
    assert batch_of(third, begun.batch_id).generator_id == generators[2]
    after = plan(third, clinic, date(2026, 6, 3))
    assert batch_of(third, after.batch_id).generator_id == generators[0]


def test_a_withdrawn_generator_is_neither_crowned_again_nor_the_measure_of_others(
    third: House, clinic: DatasetSpec, generators: tuple[str, str, str]
) -> None:
    """Retraining on the same rows makes the same generator: only a person brings it back."""
    first, _, last = generators
    rollback(third, clinic, "1", WHY, "ada")
    withdrawn = generator_of(third, last)
    settled = promote(in_run(third), clinic, withdrawn.snapshot_id, [last])
    assert (settled.champion_id, settled.is_promoted) == (first, False)
    assert "a person withdrew" in settled.reason
    with third.ledger.transaction() as books:
        assert books.champions.withdrawn("clinic") == {last}
    rollback(in_run(third), clinic, last, WHY, "ada")
    with third.ledger.transaction() as books:
        assert books.champions.withdrawn("clinic") == {first}
