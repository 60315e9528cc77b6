"""What Headwater adds to the Airflow UI: overview, tabs Batch, Generator and Collapse, Data Docs and the way there.

Belongs here: the plugin's registration. Does not: routes (``app.py``), the button (``headwater.orchestration.links``).
Airflow imports this in every process, so nothing heavy is imported.
"""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin

from headwater.orchestration.links import PREFIX, DataDocsLink
from headwater_plugin.pages import Pages

OVERVIEW = {"name": "Headwater", "href": f"{PREFIX}/".lstrip("/"), "destination": "nav", "url_route": "headwater"}
BATCH = {
    "name": "Batch",
    "href": f"{PREFIX}/run?dag_id={{DAG_ID}}&run_id={{RUN_ID}}".lstrip("/"),
    "destination": "dag_run",
    "url_route": "batch",
}
"""A tab on every DAG run: Airflow does not let a plugin choose the DAGs."""
GENERATOR = {
    "name": "Generator",
    "href": f"{PREFIX}/generators?dag_id={{DAG_ID}}".lstrip("/"),
    "destination": "dag",
    "url_route": "generator",
}
COLLAPSE = {
    "name": "Collapse",
    "href": f"{PREFIX}/collapse?dag_id={{DAG_ID}}".lstrip("/"),
    "destination": "dag",
    "url_route": "collapse",
}
"""Tabs on every DAG, for the same reason."""


class HeadwaterPlugin(AirflowPlugin):
    """Mounts the pages at ``/headwater``: "Headwater" in the menu, tabs on DAGs and their runs, a button at tasks."""

    name = "headwater"
    # Airflow declares these as instance variables and reads them from the class.
    fastapi_apps: list[Any] = [{"app": Pages(), "url_prefix": PREFIX, "name": "Headwater"}]  # noqa: RUF012
    external_views: list[Any] = [OVERVIEW, BATCH, GENERATOR, COLLAPSE]  # noqa: RUF012
    global_operator_extra_links: list[Any] = [DataDocsLink()]  # noqa: RUF012
