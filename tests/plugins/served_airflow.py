"""Run as a script in its own process: a real Airflow API server with the plugin on a port of 127.0.0.1.

Prints its address and a token of the user ann as JSON when it answers, and ends when its input is closed. The ledger
and the store are those of the environment. Belongs here: serving. Does not: what is looked at
(``test_docs_in_browser.py``).
"""

from __future__ import annotations

import json
import os
import socket
import sys
import threading
import time
from pathlib import Path

from tests.plugins.real_airflow import migrate_airflow, settings
from tests.plugins.told_batch import RUN, know_run
from tests.plugins.tonight import DATASETS, days, know_dags


def serialize(dag_id: str) -> None:
    """Give Airflow's UI a DAG to show, without reading files for one."""
    from airflow.models.serialized_dag import SerializedDagModel
    from airflow.sdk import DAG
    from airflow.serialization.serialized_objects import LazyDeserializedDAG

    made = LazyDeserializedDAG.from_dag(DAG(dag_id, schedule=None))
    SerializedDagModel.write_dag(made, bundle_name="dags-folder", bundle_version=None)


def main() -> None:
    """``served_airflow.py HOME REPOSITORY``."""
    home = Path(sys.argv[1])
    listener = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    store = os.environ["HEADWATER_STORE_URL"]
    settings(home, Path(sys.argv[2]))
    os.environ.update(AIRFLOW__API__BASE_URL=address, HEADWATER_STORE_URL=store)
    migrate_airflow()
    know_dags(DATASETS)
    know_dags(["census"], verbs=("retrain", "watch"))
    know_dags([""], verbs=("rollback", "close_alarm"))
    know_run("nightly__quiet", RUN, days()[0])
    for dag_id in ("nightly__quiet", "retrain__census", "watch__census", "rollback", "close_alarm"):
        serialize(dag_id)
    import uvicorn
    from airflow.api_fastapi.app import create_app, get_auth_manager
    from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

    server = uvicorn.Server(uvicorn.Config(create_app(apps="core"), log_level="error"))
    threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True).start()
    while not server.started:
        time.sleep(0.05)
    token = get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="ann", role="admin"))
    sys.stdout.write("\n" + json.dumps({"address": address, "token": token}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()


if __name__ == "__main__":
    main()
