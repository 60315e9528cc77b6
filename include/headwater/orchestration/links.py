"""The way from a task to its Data Docs page: a button "Data Docs" in the Airflow UI.

A task calls :func:`link_data_docs` as soon as the page is written, so that the button is there however the task
ends. The plugin registers :class:`DataDocsLink` for all tasks; a task that pushed no link shows no button.
Belongs here: that link. Does not: serving the page (the plugin does).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from airflow.sdk import BaseOperatorLink, get_current_context

if TYPE_CHECKING:
    from airflow.sdk import BaseOperator
    from airflow.sdk.types import TaskInstanceKey

XCOM_KEY = "data_docs_url"
PREFIX = "/headwater"
"""Where the plugin's pages are mounted on the API server."""

_PATH = re.compile(r"/headwater/docs/[a-z][a-z0-9_]{0,39}/[0-9A-Za-z-]{1,64}/")


def data_docs_path(dataset: str, validation_id: str) -> str:
    """The page's path below Airflow's base URL; the slash at its end belongs to it."""
    return f"{PREFIX}/docs/{dataset}/{validation_id}/"


def link_data_docs(dataset: str, validation_id: str) -> str:
    """Give the running task its button. Returns the path that was pushed as XCom ``data_docs_url``."""
    path = data_docs_path(dataset, validation_id)
    get_current_context()["ti"].xcom_push(key=XCOM_KEY, value=path)
    return path


class DataDocsLink(BaseOperatorLink):
    """Reads, on the API server, the path that the task instance itself has pushed."""

    name = "Data Docs"

    @property
    def xcom_key(self) -> str:
        """The key that :func:`link_data_docs` writes."""
        return XCOM_KEY

    def get_link(self, operator: BaseOperator, *, ti_key: TaskInstanceKey) -> str:
        """The page's URL on this Airflow; empty, so no button, where the task has pushed none.

        Anybody who may write XComs could have written another URL: only paths of our pages are given out.
        """
        from airflow.configuration import conf
        from airflow.serialization.definitions.operatorlink import XComOperatorLink

        path = XComOperatorLink(name=self.name, xcom_key=self.xcom_key).get_link(operator, ti_key=ti_key)  # type: ignore[arg-type]
        if not _PATH.fullmatch(path):
            return ""
        return urlsplit(conf.get("api", "base_url", fallback="/")).path.rstrip("/") + path
