"""The pages below ``/headwater``: overview, batches, generators, collapse, Data Docs, and the files they need.

Belongs here: routes. Does not: who may call them (``access.py``), what a page tells (``headwater.expectations``).
Every route needs Airflow's login, the files too; a page also needs the right to see its dataset's DAG.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI, HTTPException, Request, Response, status
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.staticfiles import StaticFiles

from headwater_plugin import headers
from headwater_plugin.access import may_see_dataset, to_login_or_error
from headwater_plugin.batch_page import batch_page, manifest
from headwater_plugin.collapse_page import collapse_page
from headwater_plugin.dag_tabs import collapse_tab, generators_tab
from headwater_plugin.docs_index import docs_index
from headwater_plugin.generator_page import generator_page
from headwater_plugin.generators_page import generators_page
from headwater_plugin.overview import overview
from headwater_plugin.places import open_store
from headwater_plugin.run_page import run_page

STATIC = Path(__file__).parent / "static"
_VALIDATION_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


def create_app() -> FastAPI:
    """The app to be mounted on Airflow's API server. It has no OpenAPI pages: those would need no login."""
    app = FastAPI(
        title="Headwater",
        dependencies=[Depends(get_user)],
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        exception_handlers={StarletteHTTPException: to_login_or_error},
    )
    app.add_api_route("/", overview, response_class=HTMLResponse)
    app.add_api_route("/docs/", docs_index, response_class=HTMLResponse)
    app.add_api_route("/docs/{dataset}/{validation_id}/", data_docs, response_class=HTMLResponse)
    app.add_api_route("/docs/{dataset}/{validation_id}/failing_rows.csv", failing_rows)
    app.add_api_route("/run", run_page, response_class=HTMLResponse)
    app.add_api_route("/batches/{dataset}/{batch_id}/", batch_page, response_class=HTMLResponse)
    app.add_api_route("/batches/{dataset}/{batch_id}/manifest.json", manifest)
    app.add_api_route("/generators", generators_tab, response_class=HTMLResponse)
    app.add_api_route("/generators/{dataset}/", generators_page, response_class=HTMLResponse)
    app.add_api_route("/generators/{dataset}/{version}/", generator_page, response_class=HTMLResponse)
    app.add_api_route("/collapse", collapse_tab, response_class=HTMLResponse)
    app.add_api_route("/collapse/{dataset}/", collapse_page, response_class=HTMLResponse)
    app.add_api_route("/static/{path:path}", static_file)
    return app


def data_docs(dataset: Annotated[str, Depends(may_see_dataset)], validation_id: str) -> HTMLResponse:
    """The Data Docs page of one validation."""
    page = _of_validation(dataset, validation_id, "index.html", "this validation has no Data Docs page")
    return HTMLResponse(page, headers=headers.PAGE)


def failing_rows(dataset: Annotated[str, Depends(may_see_dataset)], validation_id: str) -> Response:
    """The rows of a batch that break rules of its table, as a file to keep."""
    absent = "there are no failing rows, or their batch was retired"
    rows = _of_validation(dataset, validation_id, "failing_rows.csv", absent)
    saved_as = f'attachment; filename="{dataset}_{validation_id}_failing_rows.csv"'
    return Response(rows, media_type="text/csv", headers={**headers.DOWNLOAD, "Content-Disposition": saved_as})


def _of_validation(dataset: str, validation_id: str, name: str, absent: str) -> bytes:
    """A file of a validation's folder in the store."""
    if not _VALIDATION_ID.fullmatch(validation_id):
        raise HTTPException(status.HTTP_404_NOT_FOUND, "there is no such validation")
    store, key = open_store(), f"{dataset}/docs/{validation_id}/{name}"
    if not store.exists(key):
        raise HTTPException(status.HTTP_404_NOT_FOUND, absent)
    return store.read_bytes(key)


_files = StaticFiles(directory=STATIC)


async def static_file(path: str, request: Request) -> Response:
    """A script or style of the pages; a path that leads out of the folder is not found."""
    if "\x00" in path:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "there is no such file")
    response = await _files.get_response(path, request.scope)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
