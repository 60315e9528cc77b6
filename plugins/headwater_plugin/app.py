"""The pages below ``/headwater``: Data Docs from the store, and the files they need.

Belongs here: routes. Does not: who may call them (``access.py``), what a page tells (``headwater.expectations``).
Every route needs Airflow's login, the files too; a page also needs the right to see its dataset's DAG.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Annotated

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI, HTTPException, Request, Response, status
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.staticfiles import StaticFiles

from headwater_plugin.access import may_see_dataset, to_login_or_error

STATIC = Path(__file__).parent / "static"
STORE_URL = "HEADWATER_STORE_URL"
POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'self'",
    ]
)
"""Scripts come from our own files only; styles stand in the page, and Vega sets some while it draws."""

HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "private, no-store",
}
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
    app.add_api_route("/docs/{dataset}/{validation_id}/", data_docs, response_class=HTMLResponse)
    app.add_api_route("/static/{path:path}", static_file)
    return app


def data_docs(dataset: Annotated[str, Depends(may_see_dataset)], validation_id: str) -> HTMLResponse:
    """The Data Docs page of one validation."""
    if not _VALIDATION_ID.fullmatch(validation_id):
        raise HTTPException(status.HTTP_404_NOT_FOUND, "there is no such validation")
    # Imported here: the store brings pyarrow, and Airflow imports plugins in every process.
    from headwater.store import Store

    url = os.environ.get(STORE_URL)
    if not url:
        raise HTTPException(
            status.HTTP_503_SERVICE_UNAVAILABLE, f"environment variable {STORE_URL} is not set for the API server"
        )
    store, key = Store(url), f"{dataset}/docs/{validation_id}/index.html"
    if not store.exists(key):
        raise HTTPException(status.HTTP_404_NOT_FOUND, "this validation has no Data Docs page")
    return HTMLResponse(store.read_bytes(key), headers=HEADERS)


_files = StaticFiles(directory=STATIC)


async def static_file(path: str, request: Request) -> Response:
    """A script or style of the pages; a path that leads out of the folder is not found."""
    if "\x00" in path:
        raise HTTPException(status.HTTP_404_NOT_FOUND, "there is no such file")
    response = await _files.get_response(path, request.scope)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response
