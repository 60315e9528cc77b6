"""The tabs Generator and Collapse of a DAG in Airflow: from the DAG to the page of its dataset.

Belongs here: which dataset a DAG is about, and what is told where it is about none. Does not: the pages themselves.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated, Any

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, Request, Response, status
from fastapi.responses import RedirectResponse

from headwater_plugin.access import may_see_dag, may_see_dataset
from headwater_plugin.rendering import page
from headwater_plugin.run_page import ID_MAX

_DAG = re.compile(r"(?:nightly|retrain|watch)__([a-z][a-z0-9_]{0,39})")
PURPOSE = {
    "generators": "Of retrain__DATASET, nightly__DATASET and watch__DATASET this tab shows the dataset's generators.",
    "collapse": "Of watch__DATASET, nightly__DATASET and retrain__DATASET this tab shows nights and generations beside "
    "the real anchor.",
}


def generators_tab(request: Request, user: Annotated[Any, Depends(get_user)]) -> Response:
    """To the generators of the DAG's dataset."""
    return _to("generators", request, user)


def collapse_tab(request: Request, user: Annotated[Any, Depends(get_user)]) -> Response:
    """To the collapse page of the DAG's dataset."""
    return _to("collapse", request, user)


def _to(what: str, request: Request, user: Any) -> Response:
    """A redirect to the page of the dataset; 422 with a sentence where ``dag_id`` is missing or no id."""
    dag_id = request.query_params.get("dag_id", "")
    if not dag_id or len(dag_id) > ID_MAX or "\x00" in dag_id:
        told = f"This page is about one DAG: dag_id must be its id, of 1 to {ID_MAX} characters."
        return _plain("This cannot be looked up", told, HTTPStatus.UNPROCESSABLE_ENTITY)
    may_see_dag(dag_id, request, user)
    found = _DAG.fullmatch(dag_id)
    if found is None:
        return _plain("This DAG is about no dataset of its own", PURPOSE[what])
    dataset = may_see_dataset(found.group(1), request, user)
    return RedirectResponse(f"{what}/{dataset}/", status.HTTP_303_SEE_OTHER)


def _plain(headline: str, sentence: str, code: HTTPStatus = HTTPStatus.OK) -> Response:
    view = {"headline": headline, "sentences": [sentence], "dataset": "", "training": None}
    return page("run.j2", view, root="./", here="tab", code=code)
