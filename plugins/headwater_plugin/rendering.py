"""From a view to a page: the templates, and the headers that every page of ours is sent with.

Belongs here: rendering. Does not: what a page tells (each page's file), the routes (``app.py``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastapi.responses import HTMLResponse
from starlette.background import BackgroundTask

from headwater_plugin.headers import FORMS

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES = Path(__file__).parent / "templates"
FROZEN_HEAP = "headwater.local.frozen_heap"
"""A whole garbage collection of an API server goes through some 600,000 objects, nearly all modules and routes, and
holds every answer up meanwhile: a third of a second, now and then, on any page."""
SEPARATED = re.compile(r"[^_:./-]+[_:./-]*|[_:./-]+")
"""A word of a name, with the separators behind it."""


def page(
    template: str, view: Mapping[str, Any], *, root: str, here: str, code: HTTPStatus = HTTPStatus.OK
) -> HTMLResponse:
    """The page; everything in ``view`` is text and is escaped.

    Args:
        template: a file of ``templates/`` that extends ``page.j2``.
        view: what the template shows.
        root: the way from the page's own address to ``/headwater/``, such as ``./`` or ``../``. Relative, since
            Airflow may be served below a path of its own.
        here: which entry of the bar is the present one.
        code: the answer's status.
    """
    html = _environment().get_template(template).render(**view, root=root, here=here)
    # Behind a page that is answered, which has imported what all of them need; once in a process, as any import.
    behind = BackgroundTask(import_module, FROZEN_HEAP) if code == HTTPStatus.OK else None
    return HTMLResponse(html, code, headers=FORMS, background=behind)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    loader = FileSystemLoader(TEMPLATES)
    made = Environment(loader=loader, autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    made.filters["breakable"] = breakable
    return made


def breakable(name: str) -> Markup:
    """A long name that may be broken behind its separators, escaped: not in the middle of a word."""
    from markupsafe import Markup, escape

    return Markup("<wbr>").join(escape(part) for part in SEPARATED.findall(name))
