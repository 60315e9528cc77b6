"""One batch: the page under its own address, its manifest, and the view that the Batch tab shows too.

Belongs here: from the ledger's facts to what the template shows. Does not: words (``batch_words.py``), checks
(``check_rows.py``, ``column_rows.py``), lineage (``lineage_picture.py``), which batch a run made (``run_page.py``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import Depends, HTTPException, Response, status
from fastapi.responses import HTMLResponse

from headwater_plugin import headers
from headwater_plugin.access import may_see_dataset
from headwater_plugin.airflow_links import run_link
from headwater_plugin.batch_words import decisions_told, effort, night_told, repairs_told, stamp, standing
from headwater_plugin.check_rows import check_groups, verdict_counts
from headwater_plugin.column_rows import column_rows
from headwater_plugin.lineage_picture import stations
from headwater_plugin.places import open_store, reading
from headwater_plugin.rendering import page

if TYPE_CHECKING:
    from headwater.ledger.batch_answers import BatchPage

ROOT = "../../../"
"""The way from a batch's page to ``/headwater/``."""
_BATCH_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ABSENT = "there is no such batch"


def batch_page(dataset: Annotated[str, Depends(may_see_dataset)], batch_id: str) -> HTMLResponse:
    """The page of one batch."""
    found = _found(dataset, batch_id)
    return page("batch.j2", {**batch_view(found), "run": None}, root=ROOT, here="batch")


def manifest(dataset: Annotated[str, Depends(may_see_dataset)], batch_id: str) -> Response:
    """The manifest that lies beside the batch's Parquet files, as a file to keep.

    The folder is the one that the ledger names, never one that a visitor does.
    """
    from headwater.chain import keys

    location = _found(dataset, batch_id).batch.location or ""
    absent = "this batch has no manifest: it is not settled yet, or it was retired"
    if not location.startswith(f"{dataset}/") or ".." in location.split("/"):
        raise HTTPException(status.HTTP_404_NOT_FOUND, absent)
    store, key = open_store(), keys.manifest(location)
    if not store.exists(key):
        raise HTTPException(status.HTTP_404_NOT_FOUND, absent)
    saved_as = f'attachment; filename="{dataset}_{batch_id}_manifest.json"'
    sent = {**headers.DOWNLOAD, "Content-Disposition": saved_as}
    return Response(store.read_bytes(key), media_type="application/json", headers=sent)


def batch_view(found: BatchPage, run_id: str = "") -> dict[str, Any]:
    """What the template shows of a batch; ``run_id`` names the run whose tab it is, if it is one's."""
    batch, last = found.batch, found.judgements[-1] if found.judgements else None
    broken = any(check.name.startswith("rule:") and not check.passed and check.value for check in found.checks)
    return {
        "dataset": batch.dataset,
        "batch": batch,
        "day": batch.batch_date.isoformat(),
        "standing": standing(found),
        "counts": verdict_counts(found.checks),
        "released": stamp(batch.released_at) if batch.released_at else None,
        "made_by": run_link(f"nightly__{batch.dataset}", batch.run_id),
        "night": night_told(found.night, batch.batch_id, run_id),
        "stations": stations(found),
        "groups": check_groups(found.checks),
        "columns": column_rows(found.columns, found.checks),
        "repairs": repairs_told(found.repairs, batch.batch_id),
        "effort": effort(found),
        "decisions": decisions_told(found.decisions),
        "validation_id": last.validation_id if last else "",
        "has_failing_rows": broken,
    }


def _found(dataset: str, batch_id: str) -> BatchPage:
    """The batch's facts. Raises: HTTPException 404 for what is no batch of the dataset."""
    if not _BATCH_ID.fullmatch(batch_id):
        raise HTTPException(status.HTTP_404_NOT_FOUND, _ABSENT)
    with reading() as books:
        found = books.batch_pages.of(dataset, batch_id)
    if found is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, _ABSENT)
    return found
