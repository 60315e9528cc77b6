"""The index of Data Docs: one page of validations from the ledger.

Belongs here: from a visitor's form to the page. Does not: parameters (``index_form.py``), queries
(``headwater.ledger``), who may see what (``access.py``).
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

from headwater_plugin.access import readable_datasets
from headwater_plugin.index_form import Form, FormError, read_form
from headwater_plugin.places import reading
from headwater_plugin.rendering import page

if TYPE_CHECKING:
    from headwater.ledger import Books
    from headwater.ledger.answers import DocsEntry, DocsQuery

PAGE_ROWS = 50
NAMES_SHOWN = 4
"""Failed checks named in a line; the rest is counted, and told on the validation's own page."""
SENTENCE_MAX = 240


def docs_index(request: Request, user: Annotated[Any, Depends(get_user)]) -> HTMLResponse:
    """The validations that the visitor may see, newest first; 422 with a sentence where a parameter is wrong."""
    error = ""
    try:
        form = read_form(request.query_params)
    except FormError as wrong:
        form, error = Form(), str(wrong)
    with reading() as books:
        seen = readable_datasets(user, books.docs_index.datasets())
        view = {**_offered(books, seen), **({} if error else _found(books, form, seen))}
    code = HTTPStatus.UNPROCESSABLE_ENTITY if error else HTTPStatus.OK
    return page("docs_index.j2", {**view, "form": form, "error": error}, root="../", here="docs", code=code)


def _offered(books: Books, seen: frozenset[str]) -> dict[str, Any]:
    """What the form offers for choosing."""
    return {"datasets": sorted(seen), "checks": books.docs_index.failed_names(seen)}


def _found(books: Books, form: Form, seen: frozenset[str]) -> dict[str, Any]:
    """The lines of the page that was asked for, and where it stands among the others."""
    from headwater.ledger.repositories.docs_index import COUNT_MAX

    query = _query(form, seen)
    counted = books.docs_index.count(query)
    total = min(counted, COUNT_MAX)
    first = (form.page - 1) * PAGE_ROWS
    entries = books.docs_index.entries(query, offset=first, limit=PAGE_ROWS) if first < total else []
    return {
        "total": total,
        "is_more": counted > total,
        "first": first + 1,
        "last": first + len(entries),
        "pages": max(1, -(-total // PAGE_ROWS)),
        "lines": [_line(entry) for entry in entries],
    }


def _query(form: Form, seen: frozenset[str]) -> DocsQuery:
    from headwater.ledger.answers import DocsQuery

    return DocsQuery(
        datasets=seen,
        dataset=form.dataset or None,
        from_date=form.from_date,
        to_date=form.to_date,
        passed={"": None, "passed": True, "failed": False}[form.verdict],
        check=form.check or None,
    )


def _line(entry: DocsEntry) -> dict[str, Any]:
    """An entry as the template shows it."""
    sentence = entry.sentence
    return {
        "entry": entry,
        "failed": entry.failed[:NAMES_SHOWN],
        "more": max(0, len(entry.failed) - NAMES_SHOWN),
        "sentence": sentence if len(sentence) <= SENTENCE_MAX else f"{sentence[: SENTENCE_MAX - 1]}…",
        "finished_iso": entry.finished_at.isoformat(),
        "finished_text": f"{entry.finished_at:%Y-%m-%d %H:%M} UTC",
    }
