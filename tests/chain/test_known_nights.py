"""A night that is there already is found and not written again; what was lost of it is made again, and the same."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier, Lock
from typing import Any

import pytest
from tests.chain.nights import batch_of, make, night, rows_for_readers
from tests.chain.second_champion import in_run

from headwater.chain import keys
from headwater.chain.house import GateClosedError, House
from headwater.chain.known import Known
from headwater.chain.produce import plan, produce
from headwater.chain.release import release
from headwater.chain.repair import repair
from headwater.chain.validate import validate
from headwater.spec import DatasetSpec
from headwater.store import ArtifactError

TABLES = ("batches", "shards", "validations", "checks", "repairs", "decisions", "lineage_edges")


def ledger_rows(house: House) -> dict[str, list[Any]]:
    with house.ledger.transaction() as books:
        connection = books.readers._connection()
        return {
            name: sorted(map(str, connection.execute(f"SELECT * FROM headwater.{name}").fetchall())) for name in TABLES
        }


def files(house: House) -> dict[str, tuple[int, int]]:
    """When each file was written last, and its inode."""
    root = Path(house.store.url.removeprefix("file://"))
    stats = {key: (root / key).stat() for key in house.store.list("clinic")}
    return {key: (stat.st_mtime_ns, stat.st_ino) for key, stat in stats.items()}


def partition(house: House, day: date) -> Any:
    """The table that holds the rows of the date: another one would have another number."""
    with house.ledger.transaction() as books:
        name = f'synthetic."clinic@{day}"'
        return books.readers._connection().execute("SELECT to_regclass(%s)::oid", [name]).fetchone()


def found(house: House, spec: DatasetSpec, day: date) -> Known:
    known = plan(house, spec, day).known
    assert known is not None
    return known


def test_a_released_night_is_found_and_nothing_is_written(manned: House, clinic: DatasetSpec) -> None:
    day = date(2026, 3, 1)
    batch_id = night(manned, clinic, day)
    before = ledger_rows(manned), files(manned), partition(manned, day)
    for _ in range(2):
        again = in_run(manned)
        known = found(again, clinic, day)
        assert release(again, clinic, known.validation.validation_id) == keys.released("clinic", day, batch_id)
    assert (known.batch.batch_id, known.validation.passed) == (batch_id, True)
    assert "is there already (released)" in known.sentence
    assert (ledger_rows(manned), files(manned), partition(manned, day)) == before


def test_a_night_that_was_never_made_is_not_found(manned: House, clinic: DatasetSpec) -> None:
    day = date(2026, 3, 2)
    assert plan(manned, clinic, day).known is None
    make(manned, clinic, day)
    assert plan(manned, clinic, day).known is None, "it passed, and nobody has it yet"


def lose_part(house: House, day: date, batch_id: str) -> None:
    house.store.delete(keys.part(keys.released("clinic", day, batch_id), 0))


def damage_part(house: House, day: date, batch_id: str) -> None:
    key = keys.part(keys.released("clinic", day, batch_id), 0)
    house.store.write_bytes(key, house.store.read_bytes(key)[:-1] + b"x")


def lose_folder(house: House, day: date, batch_id: str) -> None:
    house.store.delete(keys.released("clinic", day, batch_id))


def lose_partition(house: House, day: date, batch_id: str) -> None:
    with house.ledger.transaction() as books:
        books.readers.drop("clinic", day)


def lose_rows(house: House, day: date, batch_id: str) -> None:
    with house.ledger.transaction() as books:
        books.readers._connection().execute("DELETE FROM synthetic.clinic WHERE batch_date = %s AND age < 30", [day])


@pytest.mark.parametrize(
    ("lose", "day"),
    [(each, date(2026, 4, at)) for at, each in enumerate((lose_part, damage_part, lose_folder), start=1)]
    + [(each, date(2026, 4, at)) for at, each in enumerate((lose_partition, lose_rows), start=4)],
)
def test_what_was_lost_is_made_again_with_the_same_hash(
    manned: House, clinic: DatasetSpec, lose: Any, day: date
) -> None:
    batch_id = night(manned, clinic, day)
    before = batch_of(manned, batch_id)
    lose(manned, day, batch_id)
    again = in_run(manned)
    assert plan(again, clinic, day).known is None
    assert night(again, clinic, day) == batch_id
    assert batch_of(manned, batch_id) == before
    assert found(again, clinic, day).batch.content_hash == before.content_hash
    assert rows_for_readers(manned, day) == before.rows
    assert manned.store.list(keys.work("clinic", batch_id)) == []
    with manned.ledger.transaction() as books:
        kinds = [each.kind for each in books.decisions.of(batch_id)]
        assert len(books.batches.revisions("clinic", day)) == 1
    assert sorted(kinds) == ["release", "restore"]


def test_a_former_revision_comes_back_without_being_made_again(manned: House, clinic: DatasetSpec) -> None:
    day = date(2026, 3, 4)
    wider = clinic.model_copy(update={"batch": clinic.batch.model_copy(update={"rows": 2500})})
    batch_id = night(manned, clinic, day)
    night(manned, wider, day)
    written = {key: at for key, at in files(manned).items() if batch_id in key and key.endswith(".parquet")}
    again = in_run(manned)
    known = found(again, clinic, day)
    assert known.batch.status == "superseded"
    release(again, clinic, known.validation.validation_id)
    assert batch_of(manned, batch_id).status == "released"
    assert rows_for_readers(manned, day) == 2000
    part = keys.part(keys.released("clinic", day, batch_id), 0)
    assert files(manned)[part] == written[part]


def test_a_mended_night_is_found_by_the_one_that_failed(
    forgetful: House, clinic: DatasetSpec, forgets_at_night: None
) -> None:
    day = date(2026, 3, 5)
    batch_id, validation_id = make(forgetful, clinic, day)
    mended = repair(forgetful, clinic, validation_id)
    release(forgetful, clinic, mended.judgement.validation_id)
    known = found(in_run(forgetful), clinic, day)
    assert known.batch.batch_id == mended.batch_id != batch_id
    assert known.validation.validation_id == mended.judgement.validation_id
    lose_folder(forgetful, day, mended.batch_id)
    again = in_run(forgetful)
    assert plan(again, clinic, day).known is None
    _, validation_id = make(again, clinic, day)
    back = repair(again, clinic, validation_id)
    release(again, clinic, back.judgement.validation_id)
    assert back.batch_id == mended.batch_id
    assert found(again, clinic, day).batch.content_hash == known.batch.content_hash


def test_a_night_in_quarantine_is_found_and_stays_there(forgetful: House, clinic: DatasetSpec, forgets: None) -> None:
    day = date(2026, 3, 6)
    batch_id, validation_id = make(forgetful, clinic, day)
    with pytest.raises(GateClosedError, match="is in quarantine"):
        release(forgetful, clinic, validation_id)
    before = ledger_rows(forgetful), files(forgetful)
    known = found(in_run(forgetful), clinic, day)
    assert (known.batch.batch_id, known.validation.passed) == (batch_id, False)
    with pytest.raises(GateClosedError, match="is in quarantine"):
        release(in_run(forgetful), clinic, known.validation.validation_id)
    assert (ledger_rows(forgetful), files(forgetful)) == before
    part = keys.part(keys.quarantined("clinic", day, batch_id), 0)
    forgetful.store.delete(part)
    assert plan(forgetful, clinic, day).known is None
    _, validation_id = make(forgetful, clinic, day)
    with pytest.raises(GateClosedError, match="is in quarantine"):
        release(forgetful, clinic, validation_id)
    assert forgetful.store.exists(part)
    assert found(forgetful, clinic, day).batch == known.batch


def test_two_runs_of_one_night_at_the_same_time_leave_what_one_leaves(manned: House, clinic: DatasetSpec) -> None:
    """A task whose files were moved away beneath it fails, is tried again as Airflow does, and finds the night."""
    day = date(2026, 3, 7)
    together, judging = Barrier(2), Lock()

    def run(_: int) -> str:
        house = in_run(manned)
        planned = plan(house, clinic, day)
        together.wait()
        for shard in planned.shards:
            produce(house, clinic, planned.batch_id, shard)
        with judging:  # one process judges a batch once at a time; these are threads of one
            judged = tried_again(lambda: validate(house, clinic, planned.batch_id))
        together.wait()
        return tried_again(lambda: release(house, clinic, judged.validation_id))

    with ThreadPoolExecutor(2) as threads:
        places = set(threads.map(run, range(2)))
    batch_id = found(manned, clinic, day).batch.batch_id
    assert places == {keys.released("clinic", day, batch_id)}
    assert rows_for_readers(manned, day) == 2000
    assert manned.store.list(keys.work("clinic", batch_id)) == []
    with manned.ledger.transaction() as books:
        assert [each.kind for each in books.decisions.of(batch_id)] == ["release"]


def test_a_night_whose_files_have_moved_on_keeps_its_verdict(manned: House, clinic: DatasetSpec) -> None:
    """It was made by two runs, and the other one has released it before this one judges it."""
    day = date(2026, 3, 8)
    batch_id = night(manned, clinic, day)
    before = ledger_rows(manned)
    judged = validate(in_run(manned), clinic, batch_id)
    assert judged.is_passed
    assert judged.validation_id == found(manned, clinic, day).validation.validation_id
    assert ledger_rows(manned) == before


def tried_again(task: Callable[[], Any]) -> Any:
    """As Airflow does: a task whose files the other run has moved away fails, and is tried twice more."""
    for _ in range(2):
        try:
            return task()
        except ArtifactError:
            continue
    return task()
