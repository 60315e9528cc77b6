"""Backfill over REST of 90 nights: the champion of each day, backwards, four at a time, killed, resumed, twice over."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml
from tests.chain.second_champion import reign
from tests.clinic import clinic_rows, clinic_spec
from tests.running_airflow import RunningAirflow, end_backfill
from tests.steady import steady_anchor

from headwater.chain import baselines, keys
from headwater.chain.acquire import acquire
from headwater.chain.baselines import certificate
from headwater.chain.house import House
from headwater.chain.makers import AsOf
from headwater.chain.preparing import reference_of
from headwater.chain.produce import plan, produce
from headwater.chain.profile import profile
from headwater.chain.train import train
from headwater.checks import baseline
from headwater.checks.baseline import draw
from headwater.checks.prepared import Prepared
from headwater.ledger import Ledger
from headwater.ledger.migrate import migrate
from headwater.ledger.records import Batch
from headwater.local.airflow_api import AirflowApiError, Run
from headwater.spec import DatasetSpec, load_spec
from headwater.store import Store
from headwater.tables.hashing import content_hash

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
NAME, DAG_ID = "ninety", "nightly__ninety"
DAY = timedelta(days=1)
COUNT, ROWS = 90, 300
SECOND = date(2025, 2, 15)
"""The first night of version 2: it is due at two in the morning after. Half of the nights are before."""
FIRST = SECOND - DAY * (COUNT // 2)
NIGHTS = [FIRST + DAY * at for at in range(COUNT)]
LAST, CROWNED = NIGHTS[-1], FIRST - DAY
REIGNS = tuple(datetime(day.year, day.month, day.day, 10, tzinfo=UTC) for day in (CROWNED, SECOND))
KILLED_AFTER = len(NIGHTS) // 4
"""So many nights are with their readers when tasks are killed and the backfill is cancelled."""
STATES = {"released": "success", "quarantined": "failed"}
"""Of a run, by the status of its batch."""
AGAIN = LAST - 5 * DAY
"""From this night on all are asked for again."""


def furnished(house: House, spec: DatasetSpec) -> list[str]:
    """Versions 1 and 2, with what nights are judged by; ids. Made anew from the same rows, they are the same."""
    snapshot = acquire(house, spec)
    profile(house, spec, snapshot)
    made = [train(house, spec, snapshot, each.label) for each in spec.candidates]
    reign(house, NAME, *zip(made, REIGNS, strict=True))
    return made


@pytest.fixture(scope="module")
def declared(airflow: RunningAirflow, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny dataset with two cheap candidates."""
    csv = tmp_path_factory.mktemp("ninety") / "ninety.csv"
    clinic_rows().to_csv(csv, index=False)
    path = airflow.datasets / f"{NAME}.yaml"
    changes: dict[str, Any] = {
        "candidates": ["trees", {"kind": "trees", "settings": {"leaf": 25}, "name": "other"}],
        "batch": {"rows": ROWS, "shards": 1},
        "schedule": {"start_date": "2024-12-01"},
        "repair": {"attempts": 0},  # so each night has one batch, good or not: of a hundred honest ones one is not
    }
    path.write_text(yaml.safe_dump({**clinic_spec(csv, **changes), "dataset": NAME}))
    return path


@pytest.fixture(scope="module")
def house(airflow: RunningAirflow, declared: Path) -> Iterator[House]:
    """The house of the running Airflow, where both champions have reigned."""
    house = House(Ledger(airflow.ledger_url), Store(airflow.store_url), lambda _: airflow.source_url, "test")
    spec = load_spec(declared)
    steady_anchor(airflow.ledger_url, NAME)
    with pytest.MonkeyPatch.context() as patch:
        # The nights find the nulls in the store. They are about days, and fewer draws are enough for them.
        patch.setattr(baselines, "draw", partial(draw, draws=150))
        patch.setattr(baseline, "LOSSES", ())
        for generator_id in furnished(house, spec):
            with house.ledger.transaction() as books:
                generator = books.generators.get(generator_id)
            _, reference = reference_of(house, spec, generator.snapshot_id)
            certificate(house, spec, generator, Prepared.of(reference, reference.judge_rows(spec.batch.rows)))
    airflow.api.wait_for_dag(DAG_ID)
    airflow.api.unpause(DAG_ID)
    yield house
    house.ledger.close()


def backfill(airflow: RunningAirflow, first: date, last: date, behaviour: str, **conf: Any) -> int:
    """Ask for the days, the last first, four at a time; the backfill's id."""
    body = {
        "dag_id": DAG_ID,
        "from_date": f"{first}T00:00:00Z",
        "to_date": f"{last}T23:59:59Z",
        "reprocess_behavior": behaviour,
        "max_active_runs": 4,
        "run_backwards": True,
        "dag_run_conf": conf,
    }
    return int(airflow.api.call("POST", "/backfills", json=body)["id"])


def finished(airflow: RunningAirflow, backfill_id: int, seconds: float = 2400) -> None:
    """Return when no run of the dataset is under way and the backfill is over."""
    deadline = time.monotonic() + seconds
    place = f"/dags/{DAG_ID}/dagRuns"
    while airflow.api.call("GET", place, params={"state": ["queued", "running"], "limit": 1})["total_entries"]:
        assert time.monotonic() < deadline, runs(airflow)
        time.sleep(1)
    end_backfill(airflow.api, backfill_id)


def runs(airflow: RunningAirflow) -> dict[date, tuple[str, str]]:
    """State and run id of each run, by its day."""
    found: list[dict[str, Any]] = []
    while True:
        page = airflow.api.call("GET", f"/dags/{DAG_ID}/dagRuns", params={"limit": 100, "offset": len(found)})
        found += page["dag_runs"]
        if len(found) >= page["total_entries"]:
            days = {date.fromisoformat(each["logical_date"][:10]): each for each in found}
            return {day: (each["state"], each["dag_run_id"]) for day, each in days.items() if day <= LAST}


def run_of(airflow: RunningAirflow, day: date) -> Run:
    return airflow.api.run(DAG_ID, runs(airflow)[day][1])


def rows(house: House, query: str) -> list[Any]:
    with house.ledger.transaction() as books:
        return books.readers._connection().execute(query, {"name": NAME, "last": LAST}).fetchall()


def held(house: House) -> dict[str, Any]:
    """What the ledger and the readers' table hold of the nights."""
    of = "WHERE dataset = %(name)s AND batch_date <= %(last)s ORDER BY batch_date, batch_id"
    told = {name: rows(house, f"SELECT * FROM headwater.{name} {of}") for name in ("batches", "batch_revisions")}
    seen = f"SELECT batch_date, _batch_id, count(*) FROM synthetic.{NAME} WHERE batch_date <= %(last)s GROUP BY 1, 2"
    return {**told, "readers": sorted(rows(house, seen))}


def files(house: House, day: date) -> dict[str, int]:
    """When each file of the night's released batches was written last."""
    root = Path(house.store.url.removeprefix("file://"))
    return {key: (root / key).stat().st_mtime_ns for key in house.store.list(f"{NAME}/batches/{day}")}


def settled(house: House) -> dict[date, Batch]:
    """The batch that each night came to; not the scheduled one that is made as soon as the DAG is not paused."""
    with house.ledger.transaction() as books:
        late = date(9999, 1, 1)
        found = [each for status in STATES for each in books.batches.older_than(NAME, status, late)]
    return {batch.batch_date: batch for batch in found if batch.batch_date <= LAST}


def released(house: House) -> dict[date, Batch]:
    """The nights that readers have."""
    return {day: batch for day, batch in settled(house).items() if batch.status == "released"}


def in_a_fresh_house(url: str, store: Path, spec: DatasetSpec) -> dict[date, tuple[str, str | None]]:
    """Batch and hash of each night by plain calls, day after day, in a house that has seen nothing else."""
    migrate(url)
    steady_anchor(url, NAME)
    house = House(Ledger(url), Store(store.as_uri()), lambda _: url, "fresh")
    furnished(house, spec)
    found = {}
    for day in NIGHTS:
        due = datetime(day.year, day.month, day.day, 2, tzinfo=UTC) + DAY
        planned = plan(house, spec, day, AsOf(due, due + DAY))
        for shard in planned.shards:
            produce(house, spec, planned.batch_id, shard)
        with house.ledger.transaction() as books:
            shards = books.batches.shards(planned.batch_id)
        found[day] = planned.batch_id, content_hash(block for shard in shards for block in shard.block_hashes)
    house.ledger.close()
    return found


def kill_tasks(airflow: RunningAirflow) -> int:
    """SIGKILL to every process that is at work on a task; their number."""
    scheduler = airflow.stack.table.record("scheduler")
    assert scheduler is not None
    killed = 0
    for each in psutil.Process(scheduler.pid).children(recursive=True):
        with suppress(psutil.NoSuchProcess):
            if re.search(r"airflow worker -- [0-9a-f]{8}-", " ".join(each.cmdline())):
                each.kill()
                killed += 1
    return killed


@pytest.fixture(scope="module")
def made(airflow: RunningAirflow, house: House) -> House:
    """All nights by one backfill that was killed and cancelled on its way, and one that went on."""
    deadline = time.monotonic() + 1200
    cut = backfill(airflow, FIRST, LAST, "none")
    with pytest.raises(AirflowApiError, match="already a running backfill"):
        backfill(airflow, FIRST, LAST, "completed")
    while len(settled(house)) < KILLED_AFTER or not kill_tasks(airflow):
        assert time.monotonic() < deadline, runs(airflow)
        time.sleep(0.5)
    airflow.api.call("PUT", f"/backfills/{cut}/cancel")
    assert len(settled(house)) < len(NIGHTS), "it was cut"
    finished(airflow, backfill(airflow, FIRST, LAST, "failed"))
    return house


def test_each_night_is_the_one_of_its_day_and_none_is_doubled_or_lost(
    airflow: RunningAirflow, made: House, declared: Path, database: str, tmp_path: Path
) -> None:
    nights, good = settled(made), sorted(released(made))
    assert {day: state for day, (state, _) in runs(airflow).items()} == {
        day: STATES[batch.status] for day, batch in nights.items()
    }
    wanted = in_a_fresh_house(database, tmp_path / "store", load_spec(declared))
    assert {day: (each.batch_id, each.content_hash) for day, each in nights.items()} == wanted
    first = {each.generator_id for day, each in nights.items() if day < SECOND}
    second = {each.generator_id for day, each in nights.items() if day >= SECOND}
    assert len(first) == len(second) == len(first | second) - 1 == 1
    now = held(made)
    assert len(now["batches"]) == len(NIGHTS)
    assert len(now["batch_revisions"]) == len(good) >= 0.8 * len(NIGHTS)
    assert [(day, count) for day, _, count in now["readers"]] == [(day, ROWS) for day in good]
    assert made.store.list(f"{NAME}/work") == []
    parts = [key.split("/")[2] for key in made.store.list(f"{NAME}/batches") if key.endswith(".parquet")]
    assert sorted(day for day in parts if day <= LAST.isoformat()) == [day.isoformat() for day in good]


def test_no_run_is_missing_and_errored_ones_find_their_nights_in_quarantine(
    airflow: RunningAirflow, made: House
) -> None:
    before, known = held(made), runs(airflow)
    for behaviour in ("none", "failed"):
        finished(airflow, backfill(airflow, FIRST, LAST, behaviour))
        assert runs(airflow) == known
        assert held(made) == before


def test_all_runs_find_what_is_there_and_make_again_what_was_lost(airflow: RunningAirflow, made: House) -> None:
    days = [day for day in NIGHTS if day >= AGAIN]
    last, nights = max(released(made)), settled(made)
    lost = nights[last]
    before, written = held(made), {day: files(made, day) for day in days}
    made.store.delete(keys.part(keys.released(NAME, last, lost.batch_id), 0))
    finished(airflow, backfill(airflow, AGAIN, LAST, "completed"))
    told = {day: run_of(airflow, day) for day in days}
    assert {day: found.state for day, found in told.items()} == {day: STATES[nights[day].status] for day in days}
    is_found = {day: "known" in airflow.api.xcom(found, "plan")[0] for day, found in told.items()}
    assert is_found == {day: day != last for day in days}
    assert held(made) == before
    assert {day: files(made, day) for day in days if day != last} == {day: written[day] for day in days if day != last}
    assert files(made, last).keys() == written[last].keys()


def test_another_champion_makes_a_new_revision(airflow: RunningAirflow, made: House) -> None:
    day = min(released(made))
    former = released(made)[day]
    finished(airflow, backfill(airflow, day, day, "completed", champion="present"))
    newer = released(made)[day]
    with made.ledger.transaction() as books:
        told = books.batches.revisions(NAME, day)
    assert newer.generator_id == settled(made)[LAST].generator_id != former.generator_id
    assert [(each.batch_id, each.revision) for each in told] == [(former.batch_id, 1), (newer.batch_id, 2)]
    beside = rows(made, f"SELECT _batch_id::text, count(*) FROM synthetic_former.{NAME} GROUP BY 1")
    assert beside == [(former.batch_id, ROWS)]


def test_days_before_the_first_champion_are_refused_once_and_with_a_sentence(
    airflow: RunningAirflow, made: House
) -> None:
    early = [CROWNED - 3 * DAY, CROWNED - 2 * DAY]
    before = held(made)
    finished(airflow, backfill(airflow, early[0], early[1], "none"))
    for day in early:
        found = run_of(airflow, day)
        (planned,) = [task for task in found.tasks if task.task_id == "plan"]
        assert (found.state, planned.state, planned.try_number) == ("failed", "failed", 1)
        told = airflow.api.error_of(found, planned)
        assert f"{NAME} had no champion when the night of {day} was due" in told
        assert f"Cure: begin at {CROWNED}" in told
    assert held(made) == before


def test_a_backfill_of_one_day_again_and_again_is_refused(airflow: RunningAirflow, made: House) -> None:
    before = held(made)
    finished(airflow, backfill(airflow, LAST, LAST, "completed", batch_date=FIRST.isoformat()))
    found = run_of(airflow, LAST)
    assert "leave batch_date empty" in airflow.api.error_of(found, next(t for t in found.tasks if t.task_id == "plan"))
    assert held(made) == before
