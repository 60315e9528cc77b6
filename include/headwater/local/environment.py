"""The environment of every process of the local installation: how Airflow and Headwater find their things."""

from __future__ import annotations

import json
import os
import secrets
import sys
from pathlib import Path

from headwater.local.drawn_keys import fernet_key, signing_key
from headwater.local.home import Home
from headwater.local.ports import LOOPBACK
from headwater.local.postgres import EmbeddedPostgres
from headwater.local.private_files import kept_secret

USER = "admin"
USERS = f"{USER}:admin"
"""Names and roles for Airflow's simple login."""
AIRFLOW_DATABASE = "airflow"
HEADWATER_DATABASE = "headwater"
# What tasks import: each is forked from a process that has these already. Libraries only: a task reads Headwater's own
# code from the disk, so that an edit is seen without a restart.
PRELOADED = (
    "airflow.dag_processing.dagbag",
    "airflow.executors.local_executor",
    "airflow.providers.postgres.assets.postgres",
    "airflow.providers.standard.operators.trigger_dagrun",
    "airflow.sdk.execution_time.task_runner",
    "great_expectations",
    "jinja2.ext",
    "psycopg",
    "pyarrow.parquet",
    "scipy.stats",
    "sklearn.cluster",
    "sklearn.ensemble",
    "sklearn.linear_model",
    "sklearn.tree",
    "xgboost",
    "headwater.local.frozen_heap",  # the last one: what was imported before it is frozen
)
PARSED_EVERY = "10"
"""Seconds between two looks into a file of ``dags/``: a new spec is a DAG soon, and the folder is small."""
# A second thread in each of several processes on few cores makes everything slower, without end.
_ONE_THREAD = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMEXPR_NUM_THREADS")


def settings(home: Home, postgres: EmbeddedPostgres, api_port: int) -> dict[str, str]:
    """Return the variables that are ours (text to text); some hold secrets, so they must not be printed."""
    return {
        **_airflow(home, postgres, api_port),
        **_headwater(home, postgres),
        **dict.fromkeys(_ONE_THREAD, "1"),
        "PYTHONPATH": _joined(str(home.root / "include"), os.environ.get("PYTHONPATH", "")),
        "PATH": _joined(str(Path(sys.executable).parent), os.environ.get("PATH", "")),
        "PYTHONUNBUFFERED": "1",
        # Tasks speak with the API server of this machine; a proxy must not come between.
        "NO_PROXY": f"{LOOPBACK},localhost",
        "no_proxy": f"{LOOPBACK},localhost",
        "NO_COLOR": "1",
    }


def api_password(home: Home) -> str:
    """Return the password of the user ``admin``, made on first use. For the terminal, never for a log."""
    text = kept_secret(home.password_file, lambda: json.dumps({USER: secrets.token_urlsafe(16)}))
    return str(json.loads(text)[USER])


def _airflow(home: Home, postgres: EmbeddedPostgres, api_port: int) -> dict[str, str]:
    base_url = f"http://{LOOPBACK}:{api_port}"
    # Airflow prints a password that it must make itself into its log: so it finds one.
    api_password(home)
    sections = {
        "CORE": {
            "DAGS_FOLDER": str(home.dags),
            "PLUGINS_FOLDER": str(home.root / "plugins"),
            "LOAD_EXAMPLES": "False",
            "EXECUTOR": "LocalExecutor",
            "PARALLELISM": "4",
            "MIN_SERIALIZED_DAG_UPDATE_INTERVAL": "2",
            "FERNET_KEY": kept_secret(home.secrets / "fernet_key", fernet_key),
            "SIMPLE_AUTH_MANAGER_USERS": USERS,
            "SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(home.password_file),
            "EXECUTION_API_SERVER_URL": f"{base_url}/execution/",
            "MP_FORKSERVER_PRELOAD": ",".join(PRELOADED),
        },
        "DATABASE": {
            "SQL_ALCHEMY_CONN": postgres.url(AIRFLOW_DATABASE, "postgresql+psycopg2"),
            "SQL_ALCHEMY_CONN_ASYNC": postgres.url(AIRFLOW_DATABASE, "postgresql+asyncpg"),
        },
        "API": {
            "HOST": LOOPBACK,
            "PORT": str(api_port),
            "BASE_URL": base_url,
            "SECRET_KEY": kept_secret(home.secrets / "api_secret_key"),
        },
        "API_AUTH": {"JWT_SECRET": kept_secret(home.secrets / "jwt_secret", signing_key)},
        # The supervisor of a task often misses its end and then sleeps for a whole interval, 5 s by default.
        "WORKERS": {"MIN_HEARTBEAT_INTERVAL": "1"},
        "SCHEDULER": {"SCHEDULER_IDLE_SLEEP_TIME": "0.5", "MP_START_METHOD": "forkserver"},
        "DAG_PROCESSOR": {"REFRESH_INTERVAL": "5", "MIN_FILE_PROCESS_INTERVAL": PARSED_EVERY},
        "LOGGING": {"COLORED_CONSOLE_LOG": "False", "BASE_LOG_FOLDER": str(home.airflow / "logs")},
        "USAGE_DATA_COLLECTION": {"ENABLED": "False"},
    }
    named = {f"AIRFLOW__{section}__{key}": text for section, keys in sections.items() for key, text in keys.items()}
    return {"AIRFLOW_HOME": str(home.airflow), **named}


def _headwater(home: Home, postgres: EmbeddedPostgres) -> dict[str, str]:
    return {
        "HEADWATER_LEDGER_URL": postgres.url(HEADWATER_DATABASE),
        "HEADWATER_STORE_URL": home.store.as_uri(),
        "HEADWATER_DATASETS": str(home.datasets),
        # The demo's real rows lie in the same database, in the schema "source".
        "AIRFLOW_CONN_HEADWATER_SOURCE": postgres.url(HEADWATER_DATABASE, "postgresql"),
    }


def _joined(first: str, rest: str) -> str:
    others = [each for each in rest.split(os.pathsep) if each and each != first]
    return os.pathsep.join([first, *others])
