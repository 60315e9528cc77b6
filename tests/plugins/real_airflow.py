"""Run as a script in its own process: a real Airflow with the plugin, asked over HTTP. Prints what it answered as JSON.

It needs a process of its own because Airflow reads its configuration when it is first imported. Belongs here: the
questions. Does not: what the answers should be (``test_plugin_in_airflow.py``).
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.plugins.asked_batches import ask_for_batches
from tests.plugins.asked_pages import ask_for_pages
from tests.plugins.judged import judge_nights
from tests.plugins.told_batch import MANIFEST, location
from tests.plugins.tonight import DATASETS, days, know_dags, live_through

PAGE = "/headwater/docs/people/0b5c-1/"
HTML = {"accept": "text/html"}
DAG = '''
"""Airflow DAGs of a test."""
from airflow.sdk import DAG, task
from headwater.orchestration.links import link_data_docs

with DAG("nightly__people", schedule=None):

    @task
    def release():
        link_data_docs("people", "0b5c-1")
        raise ValueError("the gate is closed")

    @task
    def forge():
        from airflow.sdk import get_current_context

        get_current_context()["ti"].xcom_push(key="data_docs_url", value="https://elsewhere.example/headwater/docs/a/b/")

    @task
    def plan():
        return 1

    release(), forge(), plan()
'''

GUARD = '''
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager


class Guard(SimpleAuthManager):
    """Lets nobody see the DAG of the dataset "secret", and the user "bob" none at all."""

    def is_authorized_dag(self, *, method, user, access_entity=None, details=None):
        if details is not None and details.id == "nightly__secret":
            return False
        if user.get_name() == "bob":
            return False
        return super().is_authorized_dag(method=method, user=user, access_entity=access_entity, details=details)
'''
INDEX = "/headwater/docs/"
OVERVIEW = "/headwater/"
WRONG = {
    "day": "from=yesterday",
    "order": "from=2026-02-01&to=2026-01-01",
    "verdict": "verdict=perhaps",
    "page": "page=0",
    "long page": "page=99999999999999999999",
    "odd page": "page=%C2%B2",
    "dataset": "dataset=%3Cscript%3E",
    "check": "check=a%00b",
}
TRAVERSALS = ("..%2fapp.py", "%2e%2e/app.py", "/etc/passwd", "%2fetc/passwd", "a%00b", "", "docs.js/../../app.py")


def settings(home: Path, repository: Path) -> None:
    """Airflow's settings in the environment, with the guard as its auth manager."""
    os.environ.update(
        AIRFLOW_HOME=str(home),
        AIRFLOW__CORE__LOAD_EXAMPLES="False",
        AIRFLOW__CORE__DAGS_FOLDER=str(home / "dags"),
        AIRFLOW__CORE__PLUGINS_FOLDER=str(repository / "plugins"),
        AIRFLOW__CORE__AUTH_MANAGER="guard.Guard",
        AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS="ann:viewer",
        AIRFLOW__API_AUTH__JWT_SECRET="x" * 64,
        AIRFLOW__LOGGING__LOGGING_LEVEL="ERROR",
        HEADWATER_STORE_URL=(home / "store").as_uri(),
    )
    (home / "guard.py").write_text(GUARD)
    sys.path.append(str(home))
    os.environ["PYTHONPATH"] = os.pathsep.join([os.environ["PYTHONPATH"], str(home)])
    (home / "dags").mkdir()


def migrate_airflow() -> None:
    """An empty Airflow database."""
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], check=True, capture_output=True)


def prepare(home: Path, repository: Path, *, has_runs: bool) -> None:
    """Settings, an empty Airflow database, one run of a DAG whose task fails, where ``has_runs``."""
    settings(home, repository)
    migrate_airflow()
    if not has_runs:
        return
    (home / "dags" / "people.py").write_text(DAG)
    subprocess.run([sys.executable, "-m", "airflow", "dags", "reserialize"], check=True, capture_output=True)
    run = ["dags", "test", "nightly__people"]
    subprocess.run([sys.executable, "-m", "airflow", *run], check=False, capture_output=True)


def ask(what: str) -> dict[str, Any]:
    """Status, place and text of each answer, first without a login, then with one; ``pages`` asks for those alone."""
    from airflow.api_fastapi.app import create_app, get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
    from fastapi.testclient import TestClient

    client = TestClient(create_app(apps="core"), follow_redirects=False)

    def token_of(name: str) -> str:
        return get_auth_manager().generate_jwt(SimpleAuthManagerUser(username=name, role="viewer"))

    if what == "pages":
        return ask_for_pages(client, token_of)
    files = (Path(os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"]) / "headwater_plugin").glob("*.py")
    answers: dict[str, Any] = {"stray modules": sorted({file.stem for file in files} & set(sys.modules) - {"__init__"})}

    def get(name: str, path: str, headers: dict[str, str] | None = None) -> Any:
        answer = client.get(path, headers=headers)
        answers[name] = {
            "status": answer.status_code,
            "location": answer.headers.get("location"),
            "policy": answer.headers.get("content-security-policy"),
            "kind": answer.headers.get("content-type"),
            "saved_as": answer.headers.get("content-disposition"),
            "sniffing": answer.headers.get("x-content-type-options"),
            "text": answer.text[:2_000],
        }
        return answer

    get("anonymous page", PAGE)
    get("anonymous rows", f"{PAGE}failing_rows.csv")
    get("anonymous script", "/headwater/static/docs.js")
    get("anonymous openapi", "/headwater/openapi.json")
    redirect = get("anonymous browser", PAGE, HTML)
    get("login route", redirect.headers["location"])
    get("anonymous index", INDEX)
    get("anonymous overview", OVERVIEW)
    get("anonymous style", "/headwater/static/headwater.css")
    get("anonymous browser at the overview", OVERVIEW, HTML)
    get("anonymous browser at the index", f"{INDEX}?verdict=failed", HTML)
    answers["frozen"] = [gc.get_freeze_count()]
    client.cookies.set("_token", token_of("ann"))
    get("page", PAGE)
    get("no page", "/headwater/docs/people/none/")
    get("forbidden page", "/headwater/docs/secret/0b5c-1/")
    get("rows", f"{PAGE}failing_rows.csv")
    get("no rows", "/headwater/docs/people/none/failing_rows.csv")
    get("forbidden rows", "/headwater/docs/secret/0b5c-1/failing_rows.csv")
    get("odd dataset", "/headwater/docs/People/0b5c-1/")
    get("odd validation", "/headwater/docs/people/..%5c..%5cx/")
    for path in TRAVERSALS:
        get(f"traversal {path}", f"/headwater/static/{path}")
    get("script", "/headwater/static/docs.js")
    answers["index"] = ask_for_index(client, token_of)
    answers["frozen"].append(gc.get_freeze_count())
    answers["overview"] = ask_for_overview(client, token_of)
    answers["batches"] = ask_for_batches(client, token_of)
    answers["frozen"].append(gc.get_freeze_count())
    get("plugins", "/api/v2/plugins")
    runs = client.get("/api/v2/dags/nightly__people/dagRuns").json()["dag_runs"]
    instances = f"/api/v2/dags/nightly__people/dagRuns/{runs[0]['dag_run_id']}/taskInstances"
    states = client.get(instances).json()["task_instances"]
    answers["states"] = {one["task_id"]: one["state"] for one in states}
    answers["links"] = {
        task: client.get(f"{instances}/{task}/links").json()["extra_links"] for task in ("release", "forge", "plan")
    }
    return answers


def ask_for_index(client: Any, token_of: Any) -> dict[str, Any]:
    """The index in full for each question: as ann, with wrong parameters, as bob, and with a ledger that is gone."""

    def get(query: str = "") -> dict[str, Any]:
        answer = client.get(f"{INDEX}{query}")
        policy = answer.headers.get("content-security-policy")
        return {"status": answer.status_code, "policy": policy, "text": answer.text}

    found = {"all": get(), "failed": get("?dataset=&from=&to=&verdict=failed&check=&page=")}
    found |= {"last page": get("?page=2"), "beyond": get("?page=9"), "other dataset": get("?dataset=secret")}
    found |= {"no match": get("?from=2031-01-01"), "one day": get("?from=2026-01-03&to=2026-01-03")}
    found |= {
        "check": get("?check=neighbours.coverage"),
        "hostile": get("?check=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"),
    }
    found |= {"two filters": get("?dataset=people&to=2026-03-01&other=1")}
    found |= {f"wrong {name}": get(f"?{query}") for name, query in WRONG.items()}
    client.cookies.set("_token", token_of("bob"))
    found["without a right"] = get()
    client.cookies.set("_token", token_of("ann"))
    url = os.environ["HEADWATER_LEDGER_URL"]
    for name, value in {"ledger gone": url.replace("@127.0.0.1:", "@127.0.0.1:1"), "no ledger": ""}.items():
        os.environ["HEADWATER_LEDGER_URL"] = value
        found[name] = get()
    os.environ["HEADWATER_LEDGER_URL"] = url
    return found


def ask_for_overview(client: Any, token_of: Any) -> dict[str, Any]:
    """The overview in full, of a ledger of its own: as ann, with wrong parameters, as bob, with DAGs asleep."""
    kept, os.environ["HEADWATER_LEDGER_URL"] = os.environ["HEADWATER_LEDGER_URL"], os.environ["HEADWATER_TONIGHT_URL"]
    live_through(os.environ["HEADWATER_LEDGER_URL"])

    def get(query: str = "") -> dict[str, Any]:
        answer = client.get(f"{OVERVIEW}{query}")
        policy = answer.headers.get("content-security-policy")
        return {"status": answer.status_code, "policy": policy, "text": answer.text}

    found = {"no dags": get()}
    know_dags([*DATASETS, "secret"])
    found |= {"all": get(), "trouble": get("?show=trouble"), "text": get("?text=%20QUI"), "beyond": get("?page=7")}
    found |= {"no match": get("?text=%25"), "hostile": get("?text=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")}
    wrong = {"text": f"text={'a' * 41}", "nul": "text=a%00b", "show": "show=all", "page": "page=-1"}
    found |= {f"wrong {name}": get(f"?{query}") for name, query in wrong.items()}
    client.cookies.set("_token", token_of("bob"))
    found["without a right"] = get()
    client.cookies.set("_token", token_of("ann"))
    know_dags(DATASETS, paused=["held"])
    found["paused"] = get()
    os.environ["HEADWATER_LEDGER_URL"] = ""
    found["no ledger"] = get()
    os.environ["HEADWATER_LEDGER_URL"] = kept
    return found


def main() -> None:
    """``real_airflow.py HOME REPOSITORY [pages]``."""
    home, repository, what = Path(sys.argv[1]), Path(sys.argv[2]), "".join(sys.argv[3:])
    prepare(home, repository, has_runs=what != "pages")
    from headwater.store import Store

    store = Store(os.environ["HEADWATER_STORE_URL"])
    for dataset in ("people", "secret"):
        store.write_bytes(f"{dataset}/docs/0b5c-1/index.html", b"<!DOCTYPE html>a page")
        store.write_bytes(f"{dataset}/docs/0b5c-1/failing_rows.csv", b"rule,row,age\na,3,99\n")
    store.write_bytes(f"{location('quiet', days()[0])}/manifest.json", MANIFEST)
    judge_nights(os.environ["HEADWATER_LEDGER_URL"], {"people": 60, "secret": 2})
    sys.stdout.write("\n" + json.dumps(ask(what)))


if __name__ == "__main__":
    main()
