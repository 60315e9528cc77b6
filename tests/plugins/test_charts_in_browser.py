"""Every kind of picture in a real browser, drawn by the packaged Vega under a policy without eval."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.expectations.test_charts import HOSTILE, bins, pair, result, shares
from tests.plugins.browsing import needs_browser

from headwater.expectations import charts

STATIC = Path(__file__).resolve().parents[2] / "plugins" / "headwater_plugin" / "static"
SCRIPTS = ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js", "docs.js")
POLICY = "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data:"
ADDRESS = "http://127.0.0.1:9/"
"""Nothing listens there: the test itself answers every request."""
PICTURES: dict[str, Any] = {
    "shares": charts.category_shares(result(shares())),
    "shares-hostile": charts.category_shares(result(shares(column=HOSTILE * 9, names=[HOSTILE, "x" * 300, "\n<b>"]))),
    "shares-hidden": charts.category_shares(result(shares(names=None))),
    "bins": charts.column_distribution(result(bins(synthetic=[0.5, 0.4, 0.1]))),
    "bins-hostile": charts.column_distribution(
        result(bins(column="x" * 300, labels=[HOSTILE, "x" * 300, "(missing)"]))
    ),
    "bins-one": charts.column_distribution(result(bins(labels=["all"], real=[1.0], synthetic=[1.0]))),
    "pair": charts.pair_table(result(pair())),
    "pair-hostile": charts.pair_table(result(pair(columns=[HOSTILE, "image"], labels=[None, [HOSTILE, "x" * 300]]))),
    "cells": charts.cells(result({"real": [0.3, 0.7], "synthetic": [0.1, 0.9], "kept": [False, True]})),
    "gaps": charts.column_gaps(result({"columns": [HOSTILE, "x" * 300, "zero"], "gaps": [0.1, -0.1, 0.0]})),
    "gaps-zero": charts.column_gaps(result({"columns": ["a", "b"], "gaps": [0.0, 0.0]})),
    "scores": charts.two_scores(result({"score": "AUC", "trained_on_real": 0.9, "trained_on_synthetic": 0.8})),
    "limit": charts.against_limit(result({}, noise=0.6, interval=(0.45, 0.55))),
    "limit-bare": charts.against_limit(result({}, value=0.0, limit=0.0, direction="at_most")),
}
"""Each as a fold of the page would have it."""
OUTSIDE = """
(svg) => { const box = svg.getBoundingClientRect(); return [...svg.querySelectorAll("text")].filter((text) => {
  const own = text.getBoundingClientRect();
  return own.width > 0 && (own.left < box.left - 1 || own.right > box.right + 1);
}).map((text) => text.textContent); }
"""

pytestmark = [pytest.mark.slow, needs_browser]


@pytest.fixture(scope="module")
def page(browser: Any) -> Iterator[Any]:
    """All pictures on one page; what it complains of, in ``page.complaints``."""
    opened = browser.new_page()
    opened.complaints = []
    opened.on("console", lambda message: opened.complaints.append(message.text))
    opened.on("pageerror", lambda error: opened.complaints.append(str(error)))
    opened.on("dialog", lambda dialog: (opened.complaints.append(dialog.message), dialog.dismiss()))
    opened.route("**/*", _answer)
    opened.goto(ADDRESS, wait_until="networkidle")
    opened.wait_for_timeout(500)
    yield opened
    opened.close()


def _answer(route: Any) -> None:
    name = route.request.url.removeprefix(ADDRESS)
    if name in SCRIPTS:
        route.fulfill(content_type="text/javascript", body=(STATIC / name).read_text())
    elif name:
        route.abort()
    else:
        route.fulfill(content_type="text/html", headers={"Content-Security-Policy": POLICY}, body=_document())


def _document() -> str:
    figures = [
        f'<figure id="{name}" data-vega="{html.escape(json.dumps(chart, allow_nan=False))}"></figure>'
        for name, chart in PICTURES.items()
    ]
    scripts = [f'<script src="{name}" defer></script>' for name in SCRIPTS]
    return "".join(["<!DOCTYPE html><meta charset=utf-8><link rel=icon href=data:,>", *scripts, *figures])


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_is_drawn_and_all_its_words_are_within_its_width(page: Any, name: str) -> None:
    assert PICTURES[name] is not None
    drawn = page.locator(f"#{name} svg")
    assert drawn.count() == 1, page.locator(f"#{name}").inner_text()
    assert drawn.bounding_box()["width"] <= 480
    assert drawn.evaluate(OUTSIDE) == []
    assert drawn.locator(".mark-rect.role-mark path, .mark-symbol.role-mark path").count() > 0


def test_nothing_ran_and_nothing_complained(page: Any) -> None:
    assert page.complaints == []
