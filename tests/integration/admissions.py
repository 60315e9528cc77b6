"""``admissions``: a small table in the demo's database, an honest champion of old, and one that has lost a ward.

Belongs here: the dataset that the operator of ``test_operator_in_browser.py`` looks after, and what the ledger, the
readers' table and the store hold of it. Does not: what the operator does.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import yaml
from tests.chain.second_champion import reign
from tests.clinic import CLINIC, clinic_rows
from tests.faults import LostWard
from tests.running_airflow import RunningAirflow, end_backfill
from tests.steady import steady_anchor

from headwater.chain import baselines
from headwater.chain.acquire import acquire
from headwater.chain.baselines import certificate
from headwater.chain.house import House
from headwater.chain.preparing import reference_of
from headwater.chain.profile import profile
from headwater.chain.train import train
from headwater.checks import baseline
from headwater.checks.baseline import draw
from headwater.checks.prepared import Prepared
from headwater.ledger import Ledger
from headwater.spec import DatasetSpec, load_spec
from headwater.store import Store

NAME, DAG_ID = "admissions", "nightly__admissions"
ROWS, DRAWS = 300, 100
FIRST_CHAMPION = datetime(2025, 2, 1, 10, tzinfo=UTC)
SECOND_CHAMPION = datetime.now(UTC) - timedelta(days=3)
PAST = [date(2025, 2, day) for day in (10, 11, 12)]
EARLY = date(2025, 1, 27)
"""Its night was due before the first champion."""
RUN_SECONDS = 600


@contextmanager
def declared(airflow: RunningAirflow) -> Iterator[DatasetSpec]:
    """The table in the source, and the file that declares it with both candidates.

    Nothing in it changes from one test session to the next, so each past day is the same batch whenever it is made.
    """
    source = {"kind": "table", "connection": "headwater_source", "schema": "source", "table": NAME}
    changes: dict[str, Any] = {
        "candidates": ["trees", {"kind": LostWard.kind, "name": "hasty"}],
        "batch": {"rows": ROWS, "shards": 1},
        "contract": {"false_alarm": 0.001},  # of honest nights, none is to fail
        "schedule": {"start_date": "2024-12-01"},
        "repair": {"attempts": 0},  # a night that fails stays so
    }
    engine = sa.create_engine(airflow.source_url)
    clinic_rows(500).to_sql(NAME, engine, schema="source", index=False)
    path = airflow.datasets / f"{NAME}.yaml"
    path.write_text(yaml.safe_dump({**CLINIC, "dataset": NAME, "source": source, **changes}))
    yield load_spec(path)
    with engine.begin() as connection:
        connection.execute(sa.text(f"drop table source.{NAME}"))
    engine.dispose()


@contextmanager
def manned(airflow: RunningAirflow, spec: DatasetSpec) -> Iterator[House]:
    """The house of the running Airflow: version 1 has reigned for long, version 2 for three days."""
    house = House(Ledger(airflow.ledger_url), Store(airflow.store_url), lambda _: airflow.source_url, "test")
    steady_anchor(airflow.ledger_url, NAME)
    with pytest.MonkeyPatch.context() as patch:
        # The nights find the nulls in the store. They are about pages, and fewer draws are enough for them.
        patch.setattr(baselines, "draw", partial(draw, draws=DRAWS))
        patch.setattr(baseline, "LOSSES", ())
        _furnish(house, spec)
    airflow.api.wait_for_dag(DAG_ID)
    yield house
    house.ledger.close()


def _furnish(house: House, spec: DatasetSpec) -> None:
    snapshot = acquire(house, spec)
    profile(house, spec, snapshot)
    made = [train(house, spec, snapshot, each.label) for each in spec.candidates]
    reign(house, NAME, *zip(made, (FIRST_CHAMPION, SECOND_CHAMPION), strict=True))
    _, reference = reference_of(house, spec, snapshot)
    prepared = Prepared.of(reference, reference.judge_rows(spec.batch.rows))
    for generator_id in made:
        with house.ledger.transaction() as books:
            generator = books.generators.get(generator_id)
        certificate(house, spec, generator, prepared)


def settled(airflow: RunningAirflow, run_type: str, *days: date) -> list[str]:
    """Ids of the DAG's runs of this type, once each of the days (if any) has one and none is under way."""
    deadline = time.monotonic() + RUN_SECONDS
    while True:
        found = airflow.api.call("GET", f"/dags/{DAG_ID}/dagRuns", params={"limit": 100, "run_type": run_type})
        runs = {date.fromisoformat(each["logical_date"][:10]): each for each in found["dag_runs"]}
        under_way = [each for each in runs.values() if each["state"] in ("queued", "running")]
        if runs and not under_way and runs.keys() >= set(days):
            return [runs[day]["dag_run_id"] for day in days or runs]
        assert time.monotonic() < deadline, {day: each["state"] for day, each in runs.items()}
        time.sleep(0.5)


def completed(airflow: RunningAirflow) -> None:
    """End the backfills whose runs have ended, so that Airflow takes another."""
    for each in airflow.api.call("GET", "/backfills", params={"dag_id": DAG_ID})["backfills"]:
        if each["completed_at"] is None:
            end_backfill(airflow.api, each["id"])


def held(house: House) -> dict[str, Any]:
    """What the ledger, the readers' table and the store (with times of writing) hold of the past days."""
    of = "WHERE batch_date BETWEEN %(first)s AND %(last)s"
    batches = f"SELECT batch_date, status, batch_id, content_hash FROM headwater.batches {of} AND dataset = %(name)s"
    readers = f"SELECT batch_date, _batch_id, count(*) FROM synthetic.{NAME} {of} GROUP BY 1, 2"
    with house.ledger.transaction() as books:
        ask = partial(books.readers._connection().execute, params={"name": NAME, "first": PAST[0], "last": PAST[-1]})
        found = {"batches": sorted(ask(batches).fetchall()), "readers": sorted(ask(readers).fetchall())}
    root = Path(house.store.url.removeprefix("file://"))
    written = [key for day in PAST for key in house.store.list(f"{NAME}/batches/{day}")]
    return {**found, "files": {key: (root / key).stat().st_mtime_ns for key in written}}
