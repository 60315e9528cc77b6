"""``drift__X`` on a real Airflow: drift asks for one retraining and is green; without drift none is asked for."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.clinic import QUICK, clinic_rows, clinic_spec
from tests.ledger.facts import generator
from tests.running_airflow import RunningAirflow

from headwater.ledger import Ledger
from headwater.local.airflow_api import Run

pytestmark = pytest.mark.slow
RUN_SECONDS = 300


def look(airflow: RunningAirflow) -> Run:
    run_id = airflow.api.trigger("drift__moving")
    airflow.api.unpause("drift__moving")
    return airflow.api.follow("drift__moving", run_id, RUN_SECONDS)


def states(found: Run) -> dict[str, str | None]:
    return {task.label.partition("[")[0]: task.state for task in found.tasks}


def retrainings(airflow: RunningAirflow) -> list[str]:
    found = airflow.api.call("GET", "/dags/retrain__moving/dagRuns")["dag_runs"]
    return [each["dag_run_id"] for each in found]


def test_drift_asks_for_one_retraining_and_a_quiet_source_for_none(airflow: RunningAirflow, tmp_path: Path) -> None:
    csv = tmp_path / "moving.csv"
    clinic_rows().to_csv(csv, index=False)
    text = yaml.safe_dump({**clinic_spec(csv, contract=QUICK), "dataset": "moving", "schedule": {"drift": None}})
    (airflow.datasets / "moving.yaml").write_text(text)
    airflow.api.wait_for_dag("drift__moving")
    first = look(airflow)
    assert first.state == "success", states(first)
    assert states(first) == {"acquire": "success", "drift": "success", "retrain": "success"}
    assert "no champion yet" in airflow.api.xcom(first, "drift", "sentence")
    assert retrainings(airflow) == [f"drift__{first.run_id}"]

    ledger = Ledger(airflow.ledger_url)
    with ledger.transaction() as books:
        taken = books.snapshots.latest("moving")
        assert taken is not None
        assert [each["snapshot_id"] for each in airflow.api.xcom(first, "drift")] == [taken.snapshot_id]
        made = generator("moving", dataset="moving", snapshot_id=taken.snapshot_id)
        books.generators.record(made)
        books.generators.promote("moving", made.generator_id, taken.taken_at)
    ledger.close()
    second = look(airflow)
    assert second.state == "success", states(second)
    assert states(second) == {"acquire": "success", "drift": "success", "retrain": "skipped"}
    assert airflow.api.xcom(second, "drift") == []
    assert "very rows" in airflow.api.xcom(second, "drift", "sentence")
    assert retrainings(airflow) == [f"drift__{first.run_id}"]
