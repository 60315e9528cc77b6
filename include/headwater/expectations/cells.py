"""The cells of a row on the page: a sentence, lines, a badge, a picture.

Belongs here: Great Expectations' content blocks. Does not: HTML (``templates/``), the words in them (``wording.py``).
Every text is plain; the page view escapes it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from great_expectations.render import CollapseContent, RenderedGraphContent, RenderedStringTemplateContent


def text(sentence: str, kind: str = "") -> RenderedStringTemplateContent:
    """A sentence, shown as it is: nothing in it is taken for markup or for a parameter. ``kind`` is a CSS class."""
    template: dict[str, Any] = {"template": "$sentence", "params": {"sentence": sentence}}
    return RenderedStringTemplateContent(
        string_template={**template, "styling": {"classes": [kind]}} if kind else template
    )


def headline(demand: str, name: str) -> RenderedStringTemplateContent:
    """What is demanded, and the name that index, ledger and log know the check by."""
    styling = {"params": {"demand": {"classes": ["demand"]}, "name": {"classes": ["name"]}}}
    template = {"template": "$demand $name", "params": {"demand": demand, "name": name}, "styling": styling}
    return RenderedStringTemplateContent(string_template=template)


def badge(word: str, kind: str) -> RenderedStringTemplateContent:
    """A word on a coloured ground; ``kind`` is a CSS class of ``docs.css``."""
    template = {"template": "$word", "params": {"word": word}, "styling": {"classes": ["badge", f"badge-{kind}"]}}
    return RenderedStringTemplateContent(string_template=template)


def picture(chart: dict[str, Any] | None, *, is_open: bool, label: str = "Picture") -> list[CollapseContent]:
    """A Vega-Lite chart in a fold called ``label``. As JSON text: Great Expectations would write a dict as Python.

    Raises:
        ValueError: the chart holds a number that JSON cannot write; a browser could not read it either.
    """
    if chart is None:
        return []
    graph = RenderedGraphContent(graph=json.dumps(chart, allow_nan=False).replace("<", "\\u003c"))
    fold = {"classes": ["open"] if is_open else []}
    return [CollapseContent(collapse=[graph], collapse_toggle_link=label, styling=fold)]


def lines(parts: Iterable[str]) -> list[RenderedStringTemplateContent]:
    """Each part on a line of its own, the first one largest."""
    return [text(part, "aside" if place else "") for place, part in enumerate(parts)]
