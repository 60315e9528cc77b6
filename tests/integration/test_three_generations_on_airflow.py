"""Three generations on a real Airflow: from real rows; from a source with a leak in it; from released rows as well.

The source lies in the datasets folder, so that the spec, and with it every batch, is the same each time this runs. The
first generations are coarse on purpose: each is at least as good as the one before, so all are promoted. The rows are
few, and nobody predicts from them: most of the time goes into drawing the nulls of three retrainings.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import psycopg
import pytest
import yaml
from tests.clinic import QUICK, clinic_rows, clinic_spec
from tests.running_airflow import RunningAirflow
from tests.steady import steady_anchor

from headwater.chain import keys
from headwater.chain.house import House
from headwater.ledger.guard_records import ContaminationScan
from headwater.ledger.records import Batch, Generator, Snapshot
from headwater.local.airflow_api import Run
from headwater.spec.training import Training

pytestmark = pytest.mark.slow
DATASET = "heirs"
RUN_SECONDS = 300
NIGHTS = tuple(date(2026, 3, day) for day in range(1, 5))
LEAP_DAY = "0 0 29 2 *"
"""Never since the start of these DAGs: only the test starts a run."""
BATCH_ROWS = 300
COLUMNS = ["ward", "age", "cost", "readmitted"]
ASKED = 0.3
"""Share of synthetic rows that the third generation learns from."""


@dataclass(frozen=True)
class Generation:
    """A retraining, the night after it, and what the ledger had then."""

    retrained: Run
    night: Run
    batch: Batch
    comments: dict[str, str]
    snapshot: Snapshot
    challenger: Generator
    champion: Generator
    scan: ContaminationScan


@dataclass(frozen=True)
class Leak:
    """The retraining that stopped, the night after it, and what lay in the source."""

    stopped: Run
    night: Run
    batch: Batch
    comments: dict[str, str]
    honest: pd.DataFrame
    released: pd.DataFrame


@pytest.fixture(scope="module")
def first(airflow: RunningAirflow, house: House) -> Generation:
    """Real rows alone; ``watch__heirs`` follows from here on."""
    write_source(airflow, clinic_rows(500))
    steady_anchor(airflow.ledger_url, DATASET)
    declare(airflow, "The first generation.", leaf=40)
    airflow.api.unpause(f"watch__{DATASET}")
    return generation(airflow, house, NIGHTS[0])


@pytest.fixture(scope="module")
def leak(airflow: RunningAirflow, house: House, first: Generation) -> Leak:
    """Somebody copied what readers see into the source, without the columns that say so, among new honest rows."""
    released = readers_rows(airflow, NIGHTS[0])
    honest = pd.concat([clinic_rows(500), clinic_rows(200, seed=8)])
    write_source(airflow, honest, released)
    stopped = run(airflow, "retrain")
    night = run(airflow, "nightly", batch_date=NIGHTS[1].isoformat())
    return Leak(stopped, night, released_on(house, NIGHTS[1]), comments(airflow), honest, released)


@pytest.fixture(scope="module")
def second(airflow: RunningAirflow, house: House, leak: Leak) -> Generation:
    """A person has looked at it: the honest rows are enough."""
    declare(airflow, "The second generation.", leaf=30, leak_share_max=0.5)
    return generation(airflow, house, NIGHTS[2])


@pytest.fixture(scope="module")
def third(airflow: RunningAirflow, house: House, second: Generation, leak: Leak) -> Generation:
    """The spec asks for released rows beside the real ones; nobody has cleaned the source."""
    write_source(airflow, pd.concat([leak.honest, clinic_rows(300, seed=9)]), leak.released)
    declare(airflow, "The third generation.", leaf=20, leak_share_max=0.5, synthetic_share=ASKED)
    return generation(airflow, house, NIGHTS[3])


def write_source(airflow: RunningAirflow, *parts: pd.DataFrame) -> None:
    pd.concat(parts)[COLUMNS].sample(frac=1, random_state=1).to_csv(airflow.datasets / f"{DATASET}.csv", index=False)


def declare(airflow: RunningAirflow, description: str, *, leaf: int, kind: str = "trees", **training: Any) -> None:
    """Write the spec, and return when Airflow's DAGs are those of this text."""
    spec = clinic_spec(
        Path("${HEADWATER_DATASETS}") / f"{DATASET}.csv",
        dataset=DATASET,
        description=description,
        candidates=[{"kind": kind, "name": f"leaf_{leaf}", "settings": {"leaf": leaf}}],
        batch={"rows": BATCH_ROWS, "shards": 1},
        targets=[],
        contract=QUICK,
        schedule={"nightly": LEAP_DAY, "retrain": LEAP_DAY, "drift": None},
        watch={"on_alarm": "notify"},
        training=training,
    )
    (airflow.datasets / f"{DATASET}.yaml").write_text(yaml.safe_dump(spec))
    for verb in ("retrain", "nightly", "watch"):
        airflow.api.wait_for_dag(f"{verb}__{DATASET}")
    deadline = time.monotonic() + 120
    while description not in airflow.api.call("GET", f"/dags/retrain__{DATASET}/details")["doc_md"]:
        assert time.monotonic() < deadline, "Airflow has not parsed the spec anew"
        time.sleep(0.5)


def run(airflow: RunningAirflow, verb: str, **conf: Any) -> Run:
    dag_id = f"{verb}__{DATASET}"
    run_id = airflow.api.trigger(dag_id, conf)
    airflow.api.unpause(dag_id)
    return airflow.api.follow(dag_id, run_id, RUN_SECONDS)


def generation(airflow: RunningAirflow, house: House, day: date) -> Generation:
    retrained = run(airflow, "retrain")
    assert retrained.state == "success", failures(airflow, retrained)
    night = run(airflow, "nightly", batch_date=day.isoformat())
    assert night.state == "success", failures(airflow, night)
    with house.ledger.transaction() as books:
        scan, champion = books.snapshots.last_scan(DATASET), books.generators.champion(DATASET)
        snapshot = books.snapshots.get(airflow.api.xcom(retrained, "acquire")["snapshot_id"])
        challenger = books.generators.get(airflow.api.xcom(retrained, "train", map_index=0))
    assert scan is not None
    assert champion is not None
    return Generation(
        retrained, night, released_on(house, day), comments(airflow), snapshot, challenger, champion, scan
    )


def failures(airflow: RunningAirflow, made: Run) -> dict[str, str]:
    return {task.label: airflow.api.error_of(made, task) for task in made.tasks if task.state == "failed"}


def released_on(house: House, day: date) -> Batch:
    with house.ledger.transaction() as books:
        found = books.batches.released_on(DATASET, day)
    assert found is not None
    return found


def ask(airflow: RunningAirflow, query: str) -> pd.DataFrame:
    with psycopg.connect(airflow.ledger_url.replace("+psycopg", "")) as connection:
        found = connection.execute(query)
        return pd.DataFrame(found.fetchall(), columns=[each.name for each in found.description or ()])


def readers_rows(airflow: RunningAirflow, day: date) -> pd.DataFrame:
    return ask(airflow, f"SELECT {', '.join(COLUMNS)} FROM synthetic.{DATASET} WHERE batch_date = '{day}'")


def snapshot_rows(house: House, snapshot: Snapshot) -> pd.DataFrame:
    return pd.concat(
        [house.store.read_table(key).to_pandas() for key in (snapshot.train_key, snapshot.anchor_key_path)]
    )


def as_set(rows: pd.DataFrame) -> set[tuple[str, int, float, bool]]:
    return {
        (str(ward), int(age), round(float(cost), 2), bool(back))
        for ward, age, cost, back in rows[COLUMNS].itertuples(index=False)
    }


def asset_event(airflow: RunningAirflow, asset: str, made: Run) -> dict[str, Any]:
    """What the asset was told by a run."""
    (known,) = airflow.api.call("GET", "/assets", params={"name_pattern": f"{asset}/{DATASET}"})["assets"]
    asked = {"asset_id": known["id"], "source_dag_id": made.dag_id, "source_run_id": made.run_id}
    (event,) = airflow.api.call("GET", "/assets/events", params=asked)["asset_events"]
    return dict(event)


def depths_told(airflow: RunningAirflow, house: House, batch: Batch, night: Run) -> dict[str, tuple[float, ...]]:
    """Depth, deepest row and share of real rows, by each place where somebody may look."""
    names, folder = ("depth", "depth_max", "real_share"), str(batch.location)
    manifest = json.loads(house.store.read_bytes(keys.manifest(folder)))
    footer = house.store.parquet_metadata(keys.part(folder, 0))
    extra = asset_event(airflow, "batch", night)["extra"]
    assert (footer["headwater.synthetic"], manifest["synthetic"], extra["batch_id"]) == ("true", True, batch.batch_id)
    return {
        "ledger": (batch.depth, batch.depth_max, batch.real_share),
        "manifest": tuple(manifest[name] for name in names),
        "footer": tuple(float(footer[f"headwater.{name}"]) for name in names),
        "asset": tuple(extra[name] for name in names),
    }


def comments(airflow: RunningAirflow) -> dict[str, str]:
    """What the readers' table and its partitions say of ``_batch_id``, by relation."""
    found = ask(
        airflow,
        "SELECT c.relname, col_description(c.oid, a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relnamespace = 'synthetic'::regnamespace AND a.attname = '_batch_id' AND c.relkind IN ('r', 'p')",
    )
    return dict(found.itertuples(index=False))


def assert_settled(airflow: RunningAirflow, house: House, one: Generation, before: Generator | None) -> None:
    """Promotion was decided and written down, and the night after it is the champion's, whoever that is."""
    told = airflow.api.xcom(one.retrained, "promote")
    with house.ledger.transaction() as books:
        of_champion = books.decisions.of(one.champion.generator_id)
    (decision,) = [each for each in of_champion if each.detail["run_id"] == one.retrained.run_id]
    assert (told["generator_id"], told["reason"]) == (one.champion.generator_id, decision.reason)
    if told["is_promoted"]:
        assert (decision.kind, one.champion) == ("promote", one.challenger)
    else:
        assert (decision.kind, one.champion) == ("keep", before)
    extra = asset_event(airflow, "generator", one.retrained)["extra"]
    depths = (one.champion.depth, one.champion.depth_max, one.champion.real_share)
    assert (extra["depth"], extra["depth_max"], extra["real_share"]) == depths
    assert one.batch.generator_id == one.champion.generator_id
    assert_said_everywhere(airflow, house, one, (one.champion.depth + 1, one.champion.depth_max + 1))


def assert_said_everywhere(
    airflow: RunningAirflow, house: House, one: Generation | Leak, depths: tuple[float, float]
) -> None:
    """Whoever looks at the batch, wherever, is told how far its rows are from real ones."""
    told = depths_told(airflow, house, one.batch, one.night)
    assert told == dict.fromkeys(told, (*depths, 0.0))
    sentence = f"{depths[0]:g} generations from real rows on average, at most {depths[1]:g}; real share 0."
    for relation in (DATASET, f"{DATASET}@{one.batch.batch_date}"):
        assert one.batch.batch_id in one.comments[relation]
        assert sentence in one.comments[relation]


def test_the_first_generation_learned_from_real_rows_alone(
    airflow: RunningAirflow, house: House, first: Generation
) -> None:
    assert (first.champion.depth, first.champion.depth_max, first.champion.real_share) == (0, 0, 1)
    assert (first.batch.depth, first.batch.depth_max, first.batch.real_share) == (1, 1, 0)
    assert (first.scan.batch_count, first.scan.named_rows, first.scan.real_share) == (0, 0, 1)
    assert_settled(airflow, house, first, None)


def test_a_leak_stops_the_retraining_and_nothing_else(
    airflow: RunningAirflow, house: House, first: Generation, leak: Leak
) -> None:
    by_name = {task.task_id: task for task in leak.stopped.tasks}
    assert leak.stopped.state == "failed"
    assert (by_name["acquire"].state, by_name["acquire"].try_number) == ("failed", 1), "a closed gate is not retried"
    assert {by_name[name].state for name in ("profile", "train", "promote")} <= {"upstream_failed", "skipped"}
    message = airflow.api.error_of(leak.stopped, by_name["acquire"])
    assert f"of {len(leak.honest) + BATCH_ROWS:,} rows" in message
    for word in ("training.leak_share_max (5.0%)", "nothing was trained", "Cure: take the synthetic rows out"):
        assert word in message
    with house.ledger.transaction() as books:
        (decision,) = [each for each in books.decisions.of(DATASET) if each.kind == "stop"]
        snapshot = books.snapshots.latest(DATASET)
    assert decision.reason in message
    assert snapshot == first.snapshot, "no snapshot was taken"
    scans = ask(airflow, f"SELECT * FROM headwater.contamination_scans WHERE dataset = '{DATASET}' ORDER BY scanned_at")
    stopped = scans.iloc[1]
    equal_by_chance = len(as_set(leak.released) & as_set(leak.honest))
    assert stopped.snapshot_id is None
    assert (stopped.rows, stopped.batch_count) == (len(leak.honest) + BATCH_ROWS, 1)
    assert abs(stopped.named_rows - BATCH_ROWS) <= equal_by_chance
    assert sum(stopped.findings["batches"].values()) == stopped.named_rows
    assert set(stopped.findings["batches"]) == {first.batch.batch_id}
    assert (stopped.depth, stopped.depth_max) == (pytest.approx(stopped.leaked_rows / stopped.rows), 1)
    assert stopped.sentence in message


def test_the_champion_makes_its_nights_meanwhile(
    airflow: RunningAirflow, house: House, first: Generation, leak: Leak
) -> None:
    assert leak.night.state == "success"
    assert leak.batch.generator_id == first.champion.generator_id
    assert leak.batch.content_hash != first.batch.content_hash
    assert_said_everywhere(airflow, house, leak, (1, 1))


def test_the_second_generation_learned_from_none_of_the_leaked_rows(
    airflow: RunningAirflow, house: House, first: Generation, leak: Leak, second: Generation
) -> None:
    kept, honest, released = (
        as_set(each) for each in (snapshot_rows(house, second.snapshot), leak.honest, leak.released)
    )
    assert kept <= honest
    assert honest - kept <= released, "what is missing looks like a released row"
    assert len(honest - kept) < 0.01 * len(honest)
    scan = second.scan
    residue = (scan.leaked_rows - scan.named_rows) / (scan.rows - scan.named_rows)
    assert second.snapshot.rows == scan.rows - scan.named_rows
    assert second.snapshot.real_share == pytest.approx(1 - residue)
    assert second.challenger.snapshot_id == second.snapshot.snapshot_id
    assert second.challenger.real_share == second.snapshot.real_share
    assert second.challenger.depth == second.snapshot.depth
    assert scan.sentence == airflow.api.xcom(second.retrained, "acquire")["contamination"]
    assert_settled(airflow, house, second, first.champion)


def test_the_third_generation_learned_from_released_rows_and_says_so(
    airflow: RunningAirflow, house: House, leak: Leak, second: Generation, third: Generation
) -> None:
    assert third.scan.named_rows == second.scan.named_rows, "what leaked lies in the source still"
    assert not (as_set(snapshot_rows(house, third.snapshot)) & as_set(leak.released)) - as_set(leak.honest)
    made = 1 - third.challenger.real_share
    assert made == pytest.approx(ASKED, abs=0.03)
    assert third.challenger.real_share >= Training().real_share_min
    assert third.challenger.depth == pytest.approx(made)
    assert third.challenger.depth_max == 1
    with house.ledger.transaction() as books:
        parents = {
            key for kind, key in books.lineage.into("generator", third.challenger.generator_id) if kind == "batch"
        }
        usable = {each.batch_id for each in books.batches.ever_released(DATASET) if each.batch_date < NIGHTS[3]}
    assert parents == usable
    assert len(parents) == 3
    assert_settled(airflow, house, third, second.champion)
    assert third.champion == third.challenger, airflow.api.xcom(third.retrained, "promote")["reason"]
    assert third.batch.depth > 1
    assert third.batch.depth_max == 2


def test_a_retraining_that_fits_nobody_is_red_and_changes_nothing(
    airflow: RunningAirflow, house: House, third: Generation
) -> None:
    declare(airflow, "A word misspelt.", kind="treees", leaf=20, leak_share_max=0.5)
    made = run(airflow, "retrain")
    found = failures(airflow, made)
    assert made.state == "failed"
    assert sorted(found) == ["promote", "train[0]"]
    assert "did you mean 'trees'?" in found["train[0]"]
    assert "No candidate could be trained" in found["promote"]
    assert {task.try_number for task in made.tasks if task.state == "failed"} == {1}
    with house.ledger.transaction() as books:
        assert books.generators.champion(DATASET) == third.champion


@pytest.fixture(scope="module")
def generations(first: Generation, second: Generation, third: Generation) -> tuple[Generation, ...]:
    return first, second, third


def test_the_watch_followed_every_release_and_every_promotion(
    airflow: RunningAirflow, house: House, generations: tuple[Generation, ...], leak: Leak
) -> None:
    first, second, third = generations
    nights = [first.night, leak.night, second.night, third.night]
    followed = [("generator", each.retrained) for each in generations] + [("batch", each) for each in nights]
    assert {state for asset, made in followed for state in watches(airflow, asset, made)} == {"success"}
    with house.ledger.transaction() as books:
        alarms = books.watch.alarms(DATASET)
        versions = books.champions.versions(DATASET)
        nights_together = books.watch.points(DATASET, "union", "union.repeats")
        charted = books.watch.points(DATASET, "generations", "all together")
        succeeded = books.watch.points(DATASET, "generations", "succession")
    assert alarms == []
    champions = [each.generator_id for each in versions]
    assert [point.generator_id for point in nights_together] == [
        each.batch.generator_id for each in (leak, second, third)
    ]
    assert [point.subject_id for point in nights_together] == [each.batch.batch_id for each in (leak, second, third)]
    assert [point.subject_id for point in succeeded] == champions[1:], "one champion alone is compared with nobody"
    assert charted == [], "each source is larger than the one before, and judgements of other sizes are not compared"


def watches(airflow: RunningAirflow, asset: str, made: Run) -> list[str]:
    """States of the runs of the watch that the run's asset event set off, when all have ended."""
    deadline = time.monotonic() + RUN_SECONDS
    while True:
        found = asset_event(airflow, asset, made)["created_dagruns"]
        states = [each["state"] for each in found if each["dag_id"] == f"watch__{DATASET}"]
        if states and all(state in ("success", "failed") for state in states):
            return states
        assert time.monotonic() < deadline, f"{asset} of {made.run_id}: {states}"
        time.sleep(1)
