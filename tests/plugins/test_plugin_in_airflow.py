"""The plugin in a real Airflow: who gets a page, who does not, and the button on a task that failed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = "/headwater/docs/people/0b5c-1/"
TRAVERSALS = ("..%2fapp.py", "%2e%2e/app.py", "/etc/passwd", "%2fetc/passwd", "a%00b", "", "docs.js/../../app.py")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a real Airflow answered to the questions of ``real_airflow.py``."""
    home = tmp_path_factory.mktemp("airflow")
    paths = os.pathsep.join([str(ROOT / "include"), str(ROOT / "plugins")])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "plugins" / "real_airflow.py"), str(home), str(ROOT)],
        env={**environment, "PYTHONPATH": paths},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("what", ["anonymous page", "anonymous script"])
def test_without_a_login_nothing_is_served(answers: dict[str, Any], what: str) -> None:
    assert answers[what]["status"] == 401
    assert "a page" not in answers[what]["text"]


def test_there_are_no_openapi_pages(answers: dict[str, Any]) -> None:
    assert answers["anonymous openapi"]["status"] == 404


def test_a_browser_is_sent_to_the_login_and_back(answers: dict[str, Any]) -> None:
    assert answers["anonymous browser"]["status"] == 303
    assert answers["anonymous browser"]["location"] == f"/api/v2/auth/login?next={quote(PAGE, safe='')}"
    assert answers["login route"]["location"].endswith(f"next={quote(PAGE, safe='')}")


def test_a_user_gets_the_page_under_a_strict_policy(answers: dict[str, Any]) -> None:
    assert (answers["page"]["status"], answers["page"]["text"]) == (200, "<!DOCTYPE html>a page")
    policy = dict(part.split(" ", 1) for part in answers["page"]["policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"


def test_the_right_to_the_dag_is_the_right_to_the_page(answers: dict[str, Any]) -> None:
    assert answers["forbidden page"]["status"] == 403
    assert "a page" not in answers["forbidden page"]["text"]


@pytest.mark.parametrize("what", ["no page", "odd dataset", "odd validation"])
def test_what_is_no_page_is_not_found(answers: dict[str, Any], what: str) -> None:
    assert answers[what]["status"] == 404


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_path_leads_out_of_the_static_folder(answers: dict[str, Any], path: str) -> None:
    assert answers[f"traversal {path}"]["status"] == 404


def test_scripts_are_served_to_users(answers: dict[str, Any]) -> None:
    assert answers["script"]["status"] == 200
    assert "vegaEmbed" in answers["script"]["text"] or "Data Docs" in answers["script"]["text"]


def test_airflow_knows_the_plugin(answers: dict[str, Any]) -> None:
    assert '"url_prefix":"/headwater"' in answers["plugins"]["text"]


def test_a_task_that_failed_still_has_its_button(answers: dict[str, Any]) -> None:
    assert answers["states"]["release"] == "failed"
    assert answers["links"]["release"] == {"Data Docs": PAGE}


def test_a_task_without_a_page_has_no_button(answers: dict[str, Any]) -> None:
    assert answers["links"]["plan"] == {"Data Docs": None}


def test_a_forged_link_is_not_given_out(answers: dict[str, Any]) -> None:
    assert answers["states"]["forge"] == "success"
    assert answers["links"]["forge"] == {"Data Docs": None}
