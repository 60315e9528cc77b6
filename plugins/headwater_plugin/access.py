"""Who may see what: the right to a dataset is the right to its nightly DAG; a browser without login is sent to it.

Belongs here: dependencies and the error handler of the plugin's app. Does not: routes.
"""

from __future__ import annotations

from collections.abc import Iterable
from http import HTTPStatus
from typing import Annotated, Any
from urllib.parse import urlencode, urlsplit

from airflow.api_fastapi.core_api.security import get_user, requires_access_dag
from fastapi import Depends, HTTPException, Request, Response, status
from fastapi.exception_handlers import http_exception_handler
from fastapi.responses import RedirectResponse

from headwater_plugin.index_form import DATASET


def may_see_dataset(dataset: str, request: Request, user: Annotated[Any, Depends(get_user)]) -> str:
    """The dataset's name, for a user who may read its nightly DAG.

    Raises:
        HTTPException: 404 for what is no dataset's name, 403 where the right is missing.
    """
    if not DATASET.fullmatch(dataset):
        raise HTTPException(status.HTTP_404_NOT_FOUND, "there is no such dataset")
    requires_access_dag("GET", param_dag_id=_dag_of(dataset))(request, user)
    return dataset


def may_see_dag(dag_id: str, request: Request, user: Any) -> None:
    """Let a user pass who may read the DAG of that id. Raises: HTTPException 403."""
    requires_access_dag("GET", param_dag_id=dag_id)(request, user)


def readable_datasets(user: Any, datasets: Iterable[str]) -> frozenset[str]:
    """Those of ``datasets`` that :func:`may_see_dataset` would let the user see, asked for all at once."""
    from airflow.api_fastapi.app import get_auth_manager
    from airflow.models.dag import DagModel

    by_dag = {_dag_of(dataset): dataset for dataset in datasets}
    teams: dict[str, str | None] = DagModel.get_dag_id_to_team_name_mapping(list(by_dag))
    readable: set[str] = set()
    for team in {teams.get(dag) for dag in by_dag}:
        members = {dag for dag in by_dag if teams.get(dag) == team}
        readable |= get_auth_manager().filter_authorized_dag_ids(dag_ids=members, user=user, team_name=team)
    return frozenset(by_dag[dag] for dag in readable)


async def to_login_or_error(request: Request, error: Any) -> Response:
    """A browser that is not logged in goes to Airflow's login and comes back; everyone else gets the error."""
    wants_page = "text/html" in request.headers.get("accept", "")
    if error.status_code == HTTPStatus.UNAUTHORIZED and wants_page and request.method == "GET":
        return RedirectResponse(_login_url(request), status.HTTP_303_SEE_OTHER)
    return await http_exception_handler(request, error)


def _login_url(request: Request) -> str:
    """Airflow's own login route, whatever auth manager is behind it; it checks that ``next`` is on this server."""
    from airflow.configuration import conf

    base = urlsplit(conf.get("api", "base_url", fallback="/")).path.rstrip("/")
    query = f"?{request.url.query}" if request.url.query else ""
    return f"{base}/api/v2/auth/login?{urlencode({'next': request.url.path + query})}"


def _dag_of(dataset: str) -> str:
    return f"nightly__{dataset}"
