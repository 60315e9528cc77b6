"""Airflow's REST API as we use it, on a running Airflow."""

from __future__ import annotations

import pytest
from tests.running_airflow import RunningAirflow

from headwater.local.airflow_api import AirflowApi, AirflowApiError

pytestmark = pytest.mark.slow


def test_a_wrong_password_is_told(airflow: RunningAirflow) -> None:
    with (
        AirflowApi(airflow.api.base_url, "admin", "wrong") as stranger,
        pytest.raises(AirflowApiError, match="refuses"),
    ):
        stranger.call("GET", "/dags")


def test_a_missing_dag_is_told(airflow: RunningAirflow) -> None:
    with pytest.raises(AirflowApiError, match="nightly__nothing has not appeared within 1 s"):
        airflow.api.wait_for_dag("nightly__nothing", seconds=1)


def test_a_new_spec_becomes_a_dag_and_a_failed_run_says_why(airflow: RunningAirflow) -> None:
    spec = (airflow.datasets / "fair.yaml").read_text().replace("dataset: fair", "dataset: lonely")
    (airflow.datasets / "lonely.yaml").write_text(spec)
    try:
        airflow.api.wait_for_dag("nightly__lonely")
        run_id = airflow.api.trigger("nightly__lonely", {"batch_date": "2026-01-31"})
        assert airflow.api.run("nightly__lonely", run_id).state == "queued"
        airflow.api.unpause("nightly__lonely")
        looks: list[str] = []
        run = airflow.api.follow("nightly__lonely", run_id, 300, lambda look: looks.append(look.state))
        assert run.state == "failed"
        assert looks[-1] == "failed"
        tasks = {task.label: task for task in run.tasks}
        assert tasks["plan"].state == "failed"
        assert tasks["plan"].seconds is not None
        assert 0 < tasks["plan"].seconds < 120
        assert tasks["release"].state == "upstream_failed"
        # Nobody has trained a generator: an outcome, so it was tried once.
        assert tasks["plan"].try_number == 1
        assert "lonely" in airflow.api.error_of(run, tasks["plan"])
        assert airflow.api.xcom(run, "plan") is None
    finally:
        (airflow.datasets / "lonely.yaml").unlink()


def test_a_bad_param_is_refused_in_airflows_words(airflow: RunningAirflow) -> None:
    airflow.api.wait_for_dag("nightly__fair")
    with pytest.raises(AirflowApiError, match="batch_date"):
        airflow.api.trigger("nightly__fair", {"batch_date": 7})


def test_pausing_and_its_reverse(airflow: RunningAirflow) -> None:
    airflow.api.wait_for_dag("retrain__fair")
    before = airflow.api.is_paused("retrain__fair")
    airflow.api.pause("retrain__fair")
    assert airflow.api.is_paused("retrain__fair") is True
    if not before:
        airflow.api.unpause("retrain__fair")
        assert airflow.api.is_paused("retrain__fair") is False
