"""The index of Data Docs: one page of validations from the ledger, as HTML that needs no script.

Belongs here: from a visitor's form to the page. Does not: parameters (``index_form.py``), queries
(``headwater.ledger``), who may see what (``access.py``).
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, Request
from fastapi.responses import HTMLResponse

import headwater.expectations
from headwater_plugin.access import readable_datasets
from headwater_plugin.headers import SAFE, policy
from headwater_plugin.index_form import Form, FormError, read_form
from headwater_plugin.places import reading

if TYPE_CHECKING:
    from jinja2 import Environment

    from headwater.ledger import Books
    from headwater.ledger.answers import DocsEntry, DocsQuery

PAGE_ROWS = 50
NAMES_SHOWN = 4
"""Failed checks named in a line; the rest is counted, and told on the validation's own page."""
SENTENCE_MAX = 240
TEMPLATES = Path(__file__).parent / "templates"
PAGE_TEMPLATES = Path(next(iter(headwater.expectations.__path__))) / "templates"


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
    return HTMLResponse(render({**view, "form": form, "error": error}), code, headers=_headers())


def render(view: dict[str, Any]) -> str:
    """The page; everything in ``view`` is text and is escaped."""
    return _environment().get_template("docs_index.j2").render(**view, style=_style())


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
        "finished_day": entry.finished_at.strftime("%Y-%m-%d"),
        "finished_time": entry.finished_at.strftime("%H:%M"),
    }


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader([TEMPLATES, PAGE_TEMPLATES])
    return Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)


@lru_cache(maxsize=1)
def _style() -> Any:
    """The style sheet of the validations' pages and the index's own, to stand inside the page."""
    from markupsafe import Markup

    sheets = [PAGE_TEMPLATES / "docs.css", TEMPLATES / "docs_index.css"]
    return Markup("".join(sheet.read_text() for sheet in sheets))  # noqa: S704  our own files


@lru_cache(maxsize=1)
def _headers() -> dict[str, str]:
    """No script at all, no style but the page's own (named by its hash), a form that stays on this server."""
    digest = base64.b64encode(hashlib.sha256(str(_style()).encode()).digest()).decode()
    rules = {"script-src": "'none'", "style-src": f"'sha256-{digest}'", "form-action": "'self'"}
    return {**SAFE, "Content-Security-Policy": policy(rules)}
