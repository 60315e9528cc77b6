"""Airflow's REST API v2, as much of it as following a run needs: log in, find a DAG, trigger, look, read a log.

What a run means for the demo stands in ``demo``; nothing is retried here except a connection that broke.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_attempt, wait_exponential

FINISHED = ("success", "failed")


class AirflowApiError(RuntimeError):
    """Airflow refused, or did not come to the state that was waited for."""


@dataclass(frozen=True)
class TaskRun:
    """One task instance. ``map_index`` is -1 where it is not mapped; times are UTC, None where it has not begun."""

    task_id: str
    map_index: int
    state: str | None
    started_at: datetime | None
    ended_at: datetime | None
    try_number: int

    @property
    def label(self) -> str:
        """Task id, with the map index where there is one."""
        return self.task_id if self.map_index < 0 else f"{self.task_id}[{self.map_index}]"

    @property
    def seconds(self) -> float | None:
        """Wall time of the last try, up to now where it is running; None before its start."""
        if self.started_at is None:
            return None
        return ((self.ended_at or datetime.now(UTC)) - self.started_at).total_seconds()


@dataclass(frozen=True)
class Run:
    """One DAG run and its task instances."""

    dag_id: str
    run_id: str
    state: str
    tasks: tuple[TaskRun, ...]

    @property
    def is_finished(self) -> bool:
        """Whether it will change no more by itself."""
        return self.state in FINISHED


class AirflowApi:
    """A client of one Airflow at ``base_url`` for one user of its simple or FAB login; close it after use."""

    def __init__(self, base_url: str, user: str, password: str) -> None:
        self.base_url = base_url.rstrip("/")
        self._user = user
        self._password = password
        # No proxy from the environment: this Airflow is on this machine.
        self._http = httpx.Client(base_url=self.base_url, timeout=30, trust_env=False)

    def __enter__(self) -> AirflowApi:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def call(self, method: str, path: str, **arguments: Any) -> Any:
        """Call ``/api/v2`` + ``path`` and return the JSON answer (None where there is none).

        Logs in first where there is no valid token. Raises AirflowApiError with Airflow's own words on a refusal.
        """
        answer = self._send(method, f"/api/v2{path}", **arguments)
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            self._log_in()
            answer = self._send(method, f"/api/v2{path}", **arguments)
        if answer.is_error:
            raise AirflowApiError(f"Airflow answers {answer.status_code} to {method} {path}: {answer.text[:500]}")
        return answer.json() if answer.content else None

    def wait_for_dag(self, dag_id: str, seconds: float = 120) -> None:
        """Return when the DAG has been parsed. Raises AirflowApiError if it does not appear."""
        deadline = time.monotonic() + seconds
        while self._send_logged_in("GET", f"/dags/{quote(dag_id)}").status_code == httpx.codes.NOT_FOUND:
            if time.monotonic() > deadline:
                raise AirflowApiError(f"DAG {dag_id} has not appeared within {seconds:.0f} s. {self._import_errors()}")
            time.sleep(0.5)

    def is_paused(self, dag_id: str) -> bool:
        """Say whether the scheduler leaves the DAG alone, also where a run of it was asked for."""
        return bool(self.call("GET", f"/dags/{quote(dag_id)}")["is_paused"])

    def pause(self, dag_id: str, is_paused: bool = True) -> None:
        """Hold the DAG back; a run that has begun waits."""
        self.call("PATCH", f"/dags/{quote(dag_id)}", params={"update_mask": "is_paused"}, json={"is_paused": is_paused})

    def unpause(self, dag_id: str) -> None:
        """Let the scheduler run the DAG."""
        self.pause(dag_id, is_paused=False)

    def trigger(self, dag_id: str, conf: Mapping[str, Any] | None = None, *, run_after: datetime | None = None) -> str:
        """Ask for a run without a logical date, with the params ``conf``; return its run id.

        ``run_after`` (with time zone; else now) is its place in the queue: of two runs the scheduler takes the earlier.
        """
        now = datetime.now(UTC)
        body = {
            "dag_run_id": f"manual__{now.isoformat()}",
            "logical_date": None,
            "run_after": (run_after or now).isoformat(),
            "conf": dict(conf or {}),
        }
        return str(self.call("POST", f"/dags/{quote(dag_id)}/dagRuns", json=body)["dag_run_id"])

    def run(self, dag_id: str, run_id: str) -> Run:
        """Return a run as it is now."""
        place = f"/dags/{quote(dag_id)}/dagRuns/{quote(run_id, safe='')}"
        state = self.call("GET", place)["state"]
        found = self.call("GET", f"{place}/taskInstances", params={"limit": 100})["task_instances"]
        tasks = sorted((_task_run(each) for each in found), key=lambda task: (task.task_id, task.map_index))
        return Run(dag_id, run_id, str(state), tuple(tasks))

    def follow(self, dag_id: str, run_id: str, seconds: float, watch: Callable[[Run], None] = lambda _: None) -> Run:
        """Look every second, show each look to ``watch``, and return the run when it has finished.

        Raises AirflowApiError if that takes more than ``seconds``.
        """
        deadline = time.monotonic() + seconds
        while True:
            run = self.run(dag_id, run_id)
            watch(run)
            if run.is_finished:
                return run
            if time.monotonic() > deadline:
                raise AirflowApiError(
                    f"{dag_id} {run_id} is still {run.state} after {seconds:.0f} s. See {self.base_url}"
                )
            time.sleep(1)

    def xcom(self, run: Run, task_id: str, key: str = "return_value", map_index: int = -1) -> Any:
        """Return what a task handed on, or None if nothing."""
        place = f"{_place(run, task_id)}/xcomEntries/{quote(key)}"
        answer = self._send_logged_in("GET", place, params={"map_index": map_index, "deserialize": True})
        return answer.json()["value"] if answer.is_success else None

    def error_of(self, run: Run, task: TaskRun) -> str:
        """Return the last error in a task's log as ``Type: message``, or a word that there is none."""
        place = f"{_place(run, task.task_id)}/logs/{task.try_number}"
        page = self.call("GET", place, params={"map_index": task.map_index}, headers={"Accept": "application/json"})
        for line in reversed(page["content"]):
            if isinstance(line, dict) and line.get("error_detail"):
                detail = line["error_detail"][0]
                return f"{detail.get('exc_type')}: {detail.get('exc_value')}"
        return "its log holds no error"

    def _import_errors(self) -> str:
        errors = self.call("GET", "/importErrors")["import_errors"]
        texts = [f"{each['filename']}: {each['stack_trace'].strip().splitlines()[-1]}" for each in errors]
        return "Import errors: " + "; ".join(texts) if texts else "No file of the DAG folder failed to import."

    def _send_logged_in(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        if "Authorization" not in self._http.headers:
            self._log_in()
        return self._send(method, f"/api/v2{path}", **arguments)

    def _log_in(self) -> None:
        answer = self._send("POST", "/auth/token", json={"username": self._user, "password": self._password})
        if answer.is_error:
            raise AirflowApiError(
                f"Airflow at {self.base_url} refuses the login of '{self._user}' ({answer.status_code})."
            )
        self._http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    @retry(
        retry=retry_if_exception_type(httpx.TransportError),
        stop=stop_after_attempt(5),
        wait=wait_exponential(multiplier=0.3, max=4),
        reraise=True,
    )
    def _send(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        return self._http.request(method, path, **arguments)


def _place(run: Run, task_id: str) -> str:
    return f"/dags/{quote(run.dag_id)}/dagRuns/{quote(run.run_id, safe='')}/taskInstances/{quote(task_id)}"


def _task_run(found: Mapping[str, Any]) -> TaskRun:
    return TaskRun(
        task_id=found["task_id"],
        map_index=found["map_index"],
        state=found["state"],
        started_at=_moment(found["start_date"]),
        ended_at=_moment(found["end_date"]),
        try_number=found["try_number"],
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
