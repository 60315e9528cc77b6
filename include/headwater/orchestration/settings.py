"""Where the process finds its datasets, ledger, store and connections: from the environment, or files that it names."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from headwater.given import given

if TYPE_CHECKING:
    from headwater.chain.house import House
    from headwater.store import Store

DATASETS = "HEADWATER_DATASETS"
LEDGER_URL = "HEADWATER_LEDGER_URL"
STORE_URL = "HEADWATER_STORE_URL"


def datasets_folder() -> Path:
    """The folder of the specs: ``HEADWATER_DATASETS``, else ``include/datasets`` beside this package."""
    shipped = Path(__file__).resolve().parents[2] / "datasets"
    return Path(os.environ.get(DATASETS) or shipped)


def dataset_names() -> list[str]:
    """The names of all datasets, also of those whose spec is broken: a file is called as its dataset. Reads no file."""
    return sorted({path.stem for ending in ("yaml", "yml") for path in datasets_folder().glob(f"*.{ending}")})


def spec_file(dataset: str) -> Path:
    """The file of a dataset's spec: ``NAME.yaml``, or ``NAME.yml`` where there is only that. Reads no file."""
    file, other = (datasets_folder() / f"{dataset}.{ending}" for ending in ("yaml", "yml"))
    return other if other.exists() and not file.exists() else file


def open_house(run_id: str) -> House:
    """Ledger, store and connections for one task.

    Raises:
        RuntimeError: an environment variable is not set.
    """
    from headwater.chain.house import House
    from headwater.ledger import Ledger

    return House(Ledger(_required(LEDGER_URL)), open_store(), connection_url, run_id)


def open_store() -> Store:
    """The store alone, for a task that writes nothing down in the ledger.

    Raises:
        RuntimeError: the environment variable is not set.
    """
    from headwater.store import Store

    return Store(_required(STORE_URL))


def connection_url(connection_id: str) -> str:
    """The URI of an Airflow connection; it is a secret and belongs in no log.

    Raises:
        LookupError: Airflow knows no such connection.
    """
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        return Connection.get(connection_id).get_uri()
    except AirflowNotFoundException as error:
        raise LookupError(f"Airflow has no connection {connection_id!r}") from error


def _required(name: str) -> str:
    value = given(name)
    if not value:
        raise RuntimeError(f"environment variable {name} is not set; `make up` and docker-compose.yaml set it")
    return value
