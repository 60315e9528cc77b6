"""The DAG ``propose`` on a real Airflow: a form in, a spec in the store out, and no value of a row on the way."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from tests.proposal.asking import visits
from tests.running_airflow import RunningAirflow

from headwater.local.airflow_api import AirflowApiError, Run
from headwater.spec import load_spec
from headwater.store import Store

pytestmark = pytest.mark.slow
RUN_SECONDS = 300
FORM = {"name": "proposed", "connection": "headwater_source", "schema": "proposing", "table": "visits"}


@pytest.fixture(scope="module")
def table(airflow: RunningAirflow) -> Iterator[None]:
    """A table that nobody has described; the spec that is written for it goes afterwards."""
    engine = sa.create_engine(airflow.source_url)
    with engine.begin() as connection:
        connection.execute(sa.text("create schema proposing"))
    visits().to_sql("visits", engine, schema="proposing", index=False)
    yield
    with engine.begin() as connection:
        connection.execute(sa.text("drop schema proposing cascade"))
    engine.dispose()
    (airflow.datasets / "proposed.yaml").unlink(missing_ok=True)


def run(airflow: RunningAirflow, **conf: Any) -> Run:
    airflow.api.wait_for_dag("propose")
    run_id = airflow.api.trigger("propose", conf)
    airflow.api.unpause("propose")
    return airflow.api.follow("propose", run_id, RUN_SECONDS)


def log_of(airflow: RunningAirflow, made: Run) -> str:
    place = f"/dags/propose/dagRuns/{made.run_id}/taskInstances/propose/logs/{made.tasks[0].try_number}"
    return json.dumps(airflow.api.call("GET", place, headers={"Accept": "application/json"}), ensure_ascii=False)


@pytest.mark.usefixtures("table")
def test_a_table_is_proposed_into_the_store_and_where_asked_into_the_datasets(
    airflow: RunningAirflow, tmp_path: Path
) -> None:
    made = run(airflow, **FORM)
    assert made.state == "success", airflow.api.error_of(made, made.tasks[0])
    told = airflow.api.xcom(made, "propose")
    text = Store(airflow.store_url).read_bytes(told["proposal_key"])
    assert told == {
        "dataset": "proposed",
        "proposal_key": f"proposed/proposals/{hashlib.sha256(text).hexdigest()[:16]}/proposed.yaml",
        "is_in_datasets": False,
        "row_count": 600,
        "question_count": text.count(b"# unsure: "),
    }
    (tmp_path / "proposed.yaml").write_bytes(text)
    spec = load_spec(tmp_path / "proposed.yaml")
    assert (spec.owner, spec.targets, spec.keys.primary) == ("headwater", ("readmitted",), ("visit_id",))
    assert not (airflow.datasets / "proposed.yaml").exists()

    log = log_of(airflow, made)
    assert "readmitted: boolean" in log
    assert "unsure: column 'lab': " in log
    assert told["proposal_key"] in log
    for value in ("SECRET", "surgery", "elsewhere", "UNUSUAL", "max: 100"):
        assert value not in log, value
    assert b"surgery" in text

    asked = run(airflow, **FORM, into_datasets=True)
    assert asked.state == "success", airflow.api.error_of(asked, asked.tasks[0])
    assert airflow.api.xcom(asked, "propose") == {**told, "is_in_datasets": True}
    assert (airflow.datasets / "proposed.yaml").read_bytes() == text
    airflow.api.wait_for_dag("retrain__proposed")

    (airflow.datasets / "proposed.yaml").write_bytes(text + b"# changed by a person\n")
    again = run(airflow, **FORM, into_datasets=True)
    assert (again.state, again.tasks[0].try_number) == ("failed", 1)
    assert "already holds 'proposed'. Cure:" in airflow.api.error_of(again, again.tasks[0])
    assert (airflow.datasets / "proposed.yaml").read_bytes().endswith(b"by a person\n")


@pytest.mark.parametrize(
    ("conf", "words"),
    [
        ({"name": "nothing"}, "names no table, or two places"),
        ({"name": "both", "path": "/a.csv", "connection": "x", "table": "y"}, "names no table, or two places"),
        ({"name": "url", "path": "postgresql://u:hidden@h/b#t"}, "add it as a connection"),
        ({"name": "lost", "path": "/no/such.csv"}, "There is no file"),
    ],
)
def test_a_form_that_names_no_table_fails_once_with_the_cure(
    airflow: RunningAirflow, conf: dict[str, Any], words: str
) -> None:
    made = run(airflow, **conf)
    assert (made.state, made.tasks[0].try_number) == ("failed", 1)
    message = airflow.api.error_of(made, made.tasks[0])
    assert words.lower() in message.lower()
    assert "Cure:" in message
    assert "hidden" not in message


@pytest.mark.parametrize("name", ["Visits", "../visits", "", "1st"])
def test_the_form_refuses_what_is_no_name(airflow: RunningAirflow, name: str) -> None:
    airflow.api.wait_for_dag("propose")
    with pytest.raises(AirflowApiError, match="answers 4"):
        airflow.api.trigger("propose", {**FORM, "name": name})
