"""What a visitor asks of the plugin's pages, and the seconds of each answer of a real Airflow API server's app.

Belongs here: the questions, and Airflow's knowledge of the DAGs. Does not: what the answers should look like (tests).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.api_server import signed_in, timed

OVERVIEW, INDEX = "/headwater/", "/headwater/docs/"
QUESTIONS = {
    "overview": OVERVIEW,
    "overview, last page": f"{OVERVIEW}?page=PAGES",
    "overview, in trouble": f"{OVERVIEW}?show=trouble",
    "overview, part of a name": f"{OVERVIEW}?text=_39",
    "Data Docs": INDEX,
    "Data Docs, failed": f"{INDEX}?verdict=failed",
    "Data Docs, a dataset": f"{INDEX}?dataset=table_007",
    "Data Docs, a check": f"{INDEX}?check=neighbours.coverage",
    "generators": "/headwater/generators/table_007/",
    "generators, last page": "/headwater/generators/table_007/?runs=6",
    "a generator": "/headwater/generators/table_007/2/",
    "collapse": "/headwater/collapse/table_007/",
    "collapse, a year": "/headwater/collapse/table_007/?nights=365",
    "collapse, long ago": "/headwater/collapse/table_007/?to=2025-01-01",
}


def ask(home: str, repository: str, places: dict[str, str], repetitions: int) -> dict[str, Any]:
    """Seconds of each question and of the first of all, in a process of its own: Airflow reads its settings once."""
    client = signed_in(Path(home), Path(repository), places)
    know_dags(places["ledger"])
    found = {"first request of the process": timed(client, OVERVIEW, 1)}
    pages = client.get(OVERVIEW).text.split("page 1 of ")[1].split("<")[0].replace(",", "")
    for name, path in QUESTIONS.items():
        found[name] = timed(client, path.replace("PAGES", pages), repetitions)
    return found


def know_dags(ledger_url: str) -> None:
    """Tell Airflow's database of the nightly DAGs of all datasets, as its processor would."""
    from airflow.models.dag import DagModel
    from airflow.models.dagbundle import DagBundleModel
    from airflow.utils.session import create_session

    from headwater.ledger import Ledger

    with Ledger(ledger_url).transaction() as books:
        names = books.overview.names()
    with create_session() as session:
        session.merge(DagBundleModel(name="dags-folder"))
        session.flush()
        for name in names:
            at = {"bundle_name": "dags-folder", "fileloc": "supply_chain.py", "timetable_summary": "0 2 * * *"}
            session.add(DagModel(dag_id=f"nightly__{name}", is_paused=False, is_stale=False, **at))
