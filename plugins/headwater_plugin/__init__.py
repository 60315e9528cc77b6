"""What Headwater adds to the Airflow UI: Data Docs pages, and the button that leads to them.

Belongs here: the plugin's registration. Does not: routes (``app.py``), the button (``headwater.orchestration.links``).
Airflow imports this in every process, so nothing heavy is imported.
"""

from __future__ import annotations

from typing import Any

from airflow.plugins_manager import AirflowPlugin

from headwater.orchestration.links import PREFIX, DataDocsLink
from headwater_plugin.pages import Pages

DATA_DOCS = {"name": "Data Docs", "href": f"{PREFIX}/docs/".lstrip("/"), "destination": "nav", "url_route": "data-docs"}


class HeadwaterPlugin(AirflowPlugin):
    """Mounts the pages at ``/headwater`` and adds "Data Docs" to the menu and to tasks that name a page."""

    name = "headwater"
    # Airflow declares these as instance variables and reads them from the class.
    fastapi_apps: list[Any] = [{"app": Pages(), "url_prefix": PREFIX, "name": "Headwater"}]  # noqa: RUF012
    external_views: list[Any] = [DATA_DOCS]  # noqa: RUF012
    global_operator_extra_links: list[Any] = [DataDocsLink()]  # noqa: RUF012
