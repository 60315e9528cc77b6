"""The Batch tab of a DAG run: the batch that the run made, or what the run was for.

Belongs here: from a run to its batch, and the page where there is none. Does not: the batch itself
(``batch_page.py``), what Airflow knows of the run (``airflow_runs.py``), queries.
"""

from __future__ import annotations

import re
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from headwater_plugin.access import may_see_dag, may_see_dataset
from headwater_plugin.airflow_runs import Run, find_run
from headwater_plugin.batch_page import batch_view
from headwater_plugin.batch_words import STATUS, decisions_told, seconds, stamp
from headwater_plugin.places import reading
from headwater_plugin.rendering import page

if TYPE_CHECKING:
    from headwater.ledger import Books
    from headwater.ledger.batch_answers import NightBatch, Training

ID_MAX = 250
"""Characters of an id that Airflow keeps."""
_DAG = re.compile(r"(nightly|retrain)__([a-z][a-z0-9_]{0,39})")
PURPOSE = (
    "Of a run of nightly__DATASET this tab shows the batch that it made and what was found about it; of a run of "
    "retrain__DATASET the candidates that it tried."
)
ROOT = "./"


def run_page(request: Request, user: Annotated[Any, Depends(get_user)]) -> HTMLResponse:
    """The page for ``dag_id`` and ``run_id``; 422 with a sentence where one is missing or no id."""
    dag_id, run_id = request.query_params.get("dag_id", ""), request.query_params.get("run_id", "")
    for name, given in (("dag_id", dag_id), ("run_id", run_id)):
        if not given or len(given) > ID_MAX or "\x00" in given:
            told = f"This page is about one DAG run: {name} must be its id, of 1 to {ID_MAX} characters"
            return _plain("This cannot be looked up", [f"{told}."], code=HTTPStatus.UNPROCESSABLE_ENTITY)
    may_see_dag(dag_id, request, user)
    what = _DAG.fullmatch(dag_id)
    if what is None:
        return _plain("This run makes no batch", [PURPOSE])
    verb, dataset = what.group(1), may_see_dataset(what.group(2), request, user)
    with reading() as books:
        return _nightly(books, dataset, run_id) if verb == "nightly" else _retrain(books, dataset, run_id)


def _nightly(books: Books, dataset: str, run_id: str) -> HTMLResponse:
    run = find_run(f"nightly__{dataset}", run_id)
    day = _day(books, dataset, run_id, run)
    night = books.batch_pages.night(dataset, day) if day else []
    if not night:
        return _plain(_headline(day), _why_none(day, run), dataset=dataset)
    chosen = _chosen(night, run_id)
    found = books.batch_pages.of(dataset, chosen.batch_id)
    if found is None:  # its row was there a moment ago, and rows of batches stay
        raise RuntimeError(f"batch {chosen.batch_id} of {dataset} is in the list of its date and nowhere else")
    told = {"id": run_id, "told": _part_of_run(night, chosen, run_id)}
    return page("batch.j2", {**batch_view(found, run_id), "run": told}, root=ROOT, here="batch")


def _day(books: Books, dataset: str, run_id: str, run: Run | None) -> date | None:
    """The date that the run is about: that of the batches it wrote down, else the one that Airflow started it for."""
    dates = books.batch_pages.dates_of_run(dataset, run_id)
    if dates or run is None:
        return dates[0] if dates else None
    declared = books.overview.declared([dataset])
    if not declared:
        return None
    from headwater.spec.dataset import Schedule

    return run.day(Schedule.model_validate(declared[0].schedule).zone)


def _chosen(night: list[NightBatch], run_id: str) -> NightBatch:
    """The newest batch that the run made itself; else the one that readers have; else the newest."""
    own = [each for each in night if each.run_id == run_id]
    released = [each for each in night if each.status == "released"]
    return next(iter([*own, *released, *night]))


def _part_of_run(night: list[NightBatch], chosen: NightBatch, run_id: str) -> str:
    own = sum(each.run_id == run_id for each in night)
    if own > 1:
        return f"This run made {own} batches of the date; the newest of them is shown."
    if own:
        return "This run made this batch."
    word = STATUS[chosen.status][0]
    return f"This run found the batch of the date made before, by run {chosen.run_id}; it is {word}."


def _headline(day: date | None) -> str:
    return f"No batch of {day.isoformat()} yet" if day else "No batch of this run"


def _why_none(day: date | None, run: Run | None) -> list[str]:
    if run is None:
        return ["Neither the ledger nor Airflow knows this run."]
    if day is None:
        return ["The run has no data interval and no param batch_date, so it names no day to make."]
    waits = "It appears here as soon as the task plan has opened it in the ledger."
    return [f"The run is {run.state}. {waits}"]


def _retrain(books: Books, dataset: str, run_id: str) -> HTMLResponse:
    training = books.batch_pages.training(dataset, run_id)
    if training is None:
        told = "A retrain run makes no batch but a generator; this one has fitted none, so nothing was there to try."
        return _plain("No candidates of this run", [told], dataset=dataset)
    return _plain("What this run tried", [], dataset=dataset, training=_training(training))


def _training(training: Training) -> dict[str, Any]:
    return {
        "snapshot": training,
        "taken": stamp(training.taken_at),
        "candidates": [
            {
                "label": each.label,
                "status": each.status,
                "seconds": "" if each.seconds is None else seconds(each.seconds),
                "score": "not tried" if each.score is None else f"{each.score:.3f}",
                "generator_id": each.generator_id or "",
            }
            for each in training.candidates
        ],
        "decisions": decisions_told(training.decisions),
    }


def _plain(
    headline: str,
    sentences: list[str],
    *,
    dataset: str = "",
    training: dict[str, Any] | None = None,
    code: HTTPStatus = HTTPStatus.OK,
) -> HTMLResponse:
    """A page without a batch; ``dataset`` is one that the visitor may see."""
    view = {"headline": headline, "sentences": sentences, "dataset": dataset, "training": training}
    return page("run.j2", view, root=ROOT, here="batch", code=code)
