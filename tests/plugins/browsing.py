"""One tab of a real browser on a real Airflow, and all that must not happen in it; the pages that are looked at.

Belongs here: what the fixtures of ``conftest.py`` are made of. Does not: tests.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.facts import uid
from tests.plugins.hostile_page import hostile_validation

from headwater.store import Store

CHROMIUM = shutil.which("chromium")
CLOSED = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
"""The browser can reach this machine only."""
BROKEN, GOOD, TORN = uid("people 55"), uid("people 59"), uid("people 54")
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""

needs_browser = pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine; .ci/run installs it")


@dataclass
class Visit:
    """One tab, and all that must not happen in it."""

    page: Any
    address: str
    events: list[str] = field(default_factory=list)

    def open(self, path: str) -> Any:
        self.page.goto(self.address + path, wait_until="networkidle")
        return self.page

    def pages_index(self, query: str = "") -> Any:
        return self.open(f"/headwater/docs/{query}")

    def page_of(self, validation_id: str) -> Any:
        return self.open(f"/headwater/docs/people/{validation_id}/")

    def picture(self, name: str) -> Path:
        """The page as it looks, into ``docs/pictures`` where ``make pictures`` asks for it, else a temporary file."""
        asked = os.environ.get("HEADWATER_PICTURES")
        place = Path(asked or tempfile.mkdtemp()) / f"{name}.png"
        self.page.screenshot(path=place)
        return place

    def until(self, expression: str) -> None:
        """Wait for it. The browser's own waiting needs eval, which the policy forbids."""
        for _ in range(200):
            if self.page.evaluate(expression):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"it never came true: {expression}")

    def assert_quiet(self) -> None:
        assert self.events == []
        assert self.page.evaluate("window.violations") == []
        assert self.page.evaluate("window.ran") is None


def publish(store: Store) -> None:
    """A broken page with its failing rows, a good one, and one with a chart that is no JSON."""
    for validation_id in (BROKEN, GOOD):
        made = hostile_validation(validation_id, is_broken=validation_id == BROKEN)
        store.write_bytes(f"people/docs/{validation_id}/index.html", made.page.encode())
        if made.failing_rows is not None:
            store.write_bytes(f"people/docs/{validation_id}/failing_rows.csv", made.failing_rows.document)
    torn = made.page.replace('data-vega="{', 'data-vega="{NaN ', 1)
    store.write_bytes(f"people/docs/{TORN}/index.html", torn.encode())


def visiting(site: dict[str, str], browser: Any, **options: Any) -> Iterator[Visit]:
    """A tab on the ``address``; signed in where there is a ``token``."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
    if "token" in site:
        context.add_cookies([{"name": "_token", "value": site["token"], "url": site["address"]}])
    context.add_init_script(WATCH)
    visit = Visit(context.new_page(), site["address"])
    visit.page.on("dialog", lambda dialog: (visit.events.append(f"dialog {dialog.message}"), dialog.dismiss()))
    visit.page.on("pageerror", lambda error: visit.events.append(f"error {error}"))
    visit.page.on("console", lambda message: visit.events.append(f"console {message.type} {message.text}"))
    visit.page.on("request", lambda request: visit.events.extend(elsewhere(request.url, site["address"])))
    yield visit
    context.close()


def elsewhere(url: str, address: str) -> list[str]:
    return [] if url.startswith((f"{address}/", "data:")) else [f"request {url}"]
