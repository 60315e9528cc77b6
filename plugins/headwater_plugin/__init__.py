"""What Headwater adds to the Airflow UI: the overview, the Batch tab, Data Docs pages and the button that leads there.

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


class HeadwaterPlugin(AirflowPlugin):
    """Mounts the pages at ``/headwater`` and adds "Headwater" to the menu, "Batch" to DAG runs, a button to tasks."""

    name = "headwater"
    # Airflow declares these as instance variables and reads them from the class.
    fastapi_apps: list[Any] = [{"app": Pages(), "url_prefix": PREFIX, "name": "Headwater"}]  # noqa: RUF012
    external_views: list[Any] = [OVERVIEW, BATCH]  # noqa: RUF012
    global_operator_extra_links: list[Any] = [DataDocsLink()]  # noqa: RUF012
