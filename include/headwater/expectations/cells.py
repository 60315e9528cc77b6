"""The cells of a row on the page: a sentence, a value, a limit with its origin, a badge, a picture.

Belongs here: Great Expectations' content blocks made of a check's result. Does not: HTML (``templates/``).
Every text is plain; the page view escapes it.
"""

from __future__ import annotations

import json
from typing import Any

from great_expectations.render import CollapseContent, RenderedGraphContent, RenderedStringTemplateContent

from headwater.checks.result import CheckResult, LimitOrigin

ORIGIN: dict[LimitOrigin, str] = {
    "spec": "from the spec",
    "noise_floor": "from the noise between real samples",
    "exact": "exact binomial limit",
    "certificate": "from what the generator showed when it was promoted",
}


def text(sentence: str) -> RenderedStringTemplateContent:
    """A sentence, shown as it is: nothing in it is taken for markup or for a parameter."""
    return RenderedStringTemplateContent(string_template={"template": "$sentence", "params": {"sentence": sentence}})


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


def finding(check: CheckResult) -> list[str]:
    """The finding in plain words; what honest rows show; what could have been missed."""
    parts = [check.sentence]
    if check.effect is not None and check.noise is not None:
        parts.append(
            f"Honest real rows show {number(check.noise)}; this is {check.effect:+.1f} standard deviations worse."
        )
    if check.ratio is not None and check.limit is not None:
        parts.append(f"It has gone {max(check.ratio, 0):.0%} of the way to the limit ({check.n:,} rows a side).")
    if check.detection_limit is not None:
        parts.append(f"A lost region of {check.detection_limit:.2%} of the rows would have been seen.")
    return parts


def value_of(check: CheckResult) -> str:
    """``0.912 (0.897 to 0.925)``; a dash where the check could not run."""
    if check.value is None:
        return "–"
    if check.name.startswith("rule:"):
        return f"{check.value:,.0f}"
    if check.interval is None:
        return number(check.value)
    low, high = check.interval
    return f"{number(check.value)} (95 %: {number(low)} to {number(high)})"


def limit_of(check: CheckResult) -> str:
    """``at least 0.85, from the spec``; a dash where nothing is judged. A rule's limit is always none."""
    if check.limit is None:
        return "–"
    if check.name.startswith("rule:"):
        return "none may break it"
    direction = "at least" if check.direction == "at_least" else "at most"
    return f"{direction} {number(check.limit)}, {ORIGIN[check.limit_origin]}"


def number(value: float) -> str:
    """Whole numbers with thousands' commas, others with four significant digits."""
    return f"{value:,.0f}" if float(value).is_integer() and abs(value) >= 2 else f"{value:.4g}"
