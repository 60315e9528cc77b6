"""Index and pages in a real browser on a real Airflow, the network closed: nothing runs or leaves, all is drawn."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.facts import uid
from tests.plugins.hostile_page import NUMBERS, hostile_judge, hostile_validation
from tests.plugins.judged import HOSTILE, judge_nights

from headwater.local.postgres import EmbeddedPostgres
from headwater.store import Store

ROOT = Path(__file__).resolve().parents[2]
CHROMIUM = shutil.which("chromium")
CLOSED = ["--no-sandbox", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
"""The browser can reach this machine only."""
DATABASE = "docs_in_browser"
BROKEN, GOOD, TORN = uid("people 55"), uid("people 59"), uid("people 54")
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.violatedDirective} ${event.blockedURI}`));
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium on this machine; .ci/run installs it"),
]


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


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres) -> Iterator[dict[str, str]]:
    """Address and token of an Airflow with a judged ledger, and pages of a hostile table."""
    folder = tmp_path_factory.mktemp("site")
    store_url = (folder / "store").as_uri()
    postgres.create_database(DATABASE)
    judge_nights(postgres.url(DATABASE), {"people": 60})
    publish(Store(store_url))
    (folder / "home").mkdir()
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    places = {"HEADWATER_LEDGER_URL": postgres.url(DATABASE), "HEADWATER_STORE_URL": store_url}
    paths = {"PYTHONPATH": os.pathsep.join(str(ROOT / part) for part in ("include", "plugins", "."))}
    words = [sys.executable, str(ROOT / "tests" / "plugins" / "served_airflow.py"), str(folder / "home"), str(ROOT)]
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            words, env={**kept, **places, **paths}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True
        ) as server,
    ):
        assert server.stdout is not None
        told = next((line for line in server.stdout if line.startswith("{")), None)
        assert told is not None, (folder / "log").read_text()[-3000:]
        yield json.loads(told)
        server.kill()


def publish(store: Store) -> None:
    """A broken page with its failing rows, a good one, and one with a chart that is no JSON."""
    for validation_id in (BROKEN, GOOD):
        made = hostile_validation(validation_id, is_broken=validation_id == BROKEN)
        store.write_bytes(f"people/docs/{validation_id}/index.html", made.page.encode())
        if made.failing_rows is not None:
            store.write_bytes(f"people/docs/{validation_id}/failing_rows.csv", made.failing_rows.document)
    torn = made.page.replace('data-vega="{', 'data-vega="{NaN ', 1)
    store.write_bytes(f"people/docs/{TORN}/index.html", torn.encode())


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=CHROMIUM, args=CLOSED)
        yield opened
        opened.close()


@pytest.fixture
def visit(site: dict[str, str], browser: Any) -> Iterator[Visit]:
    yield from visiting(site, browser)


@pytest.fixture
def visit_without_script(site: dict[str, str], browser: Any) -> Iterator[Visit]:
    yield from visiting(site, browser, java_script_enabled=False)


def visiting(site: dict[str, str], browser: Any, **options: Any) -> Iterator[Visit]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, **options)
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


def test_nothing_of_a_hostile_table_runs_and_nothing_leaves(visit: Visit) -> None:
    pictures = 2 * len(hostile_judge().names)  # each check's own, and its trend
    for validation_id in (BROKEN, GOOD):
        page = visit.page_of(validation_id)
        page.locator("details:not([open]) summary").evaluate_all("found => found.forEach(one => one.click())")
        visit.until(f"document.querySelectorAll('figure svg').length == {pictures}")
        page.mouse.move(400, 400)
        visit.assert_quiet()
        text = page.locator("body").text_content()
        assert [name for name in NUMBERS.values() if name not in text] == []
        assert page.locator("img, iframe, object, main script, a[href*='javascript']").count() == 0


def test_even_markup_that_got_in_would_not_run_and_would_be_seen(visit: Visit) -> None:
    """The policy is a second wall; and the watch of these tests sees what it stops."""
    page = visit.page_of(GOOD)
    page.evaluate("document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))")
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<img src=\"https://elsewhere.example/a\">')")
    visit.until("window.violations.length == 2")
    assert page.evaluate("window.ran") is None
    stopped = ["script-src-elem inline", "img-src https://elsewhere.example/a"]
    assert page.evaluate("window.violations") == stopped


def test_charts_of_failed_checks_are_drawn_at_once_the_others_when_opened(visit: Visit) -> None:
    page = visit.page_of(BROKEN)
    visit.until("document.querySelectorAll('details[open]:not(:has(svg))').length == 0")
    assert page.locator("details[open]").count() == page.locator("details[open] figure svg").count() >= 2
    closed = page.locator("details:not([open])").first
    assert closed.locator("svg").count() == 0
    closed.locator("summary").click()
    visit.until("document.querySelectorAll('details[open]:not(:has(svg))').length == 0")
    visit.assert_quiet()


@pytest.mark.parametrize("width", [390, 700, 1280])
def test_no_picture_and_no_cell_is_wider_than_its_row(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})
    page = visit.page_of(BROKEN)
    page.locator("details:not([open]) summary").evaluate_all("found => found.forEach(one => one.click())")
    visit.until("document.querySelectorAll('figure svg').length == document.querySelectorAll('figure').length")
    wide = page.locator("td").evaluate_all(
        "found => found.filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.textContent)"
    )
    assert wide == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_failed_only_leaves_failed_rows_and_their_headings(visit: Visit) -> None:
    page = visit.page_of(BROKEN)
    failed = page.locator("tr.failed").count()
    assert 0 < failed < page.locator("td[data-label=Status]").count()
    page.get_by_label("Failed only").check()
    assert page.locator("td[data-label=Status]:visible").count() == failed
    assert page.locator("tr.group:visible").all_inner_texts() == ["Failed"]
    visit.assert_quiet()


def test_a_chart_that_cannot_be_drawn_costs_itself_only(visit: Visit) -> None:
    page = visit.page_of(TORN)
    page.locator("details summary").evaluate_all("found => found.forEach(one => one.parentElement.open = true)")
    visit.until(f"document.querySelectorAll('figure svg').length == {2 * len(hostile_judge().names) - 1}")
    assert page.get_by_text("This picture could not be drawn").count() == 1
    visit.assert_quiet()


def test_failing_rows_are_saved_from_the_page(visit: Visit, tmp_path: Path) -> None:
    page = visit.page_of(BROKEN)
    with page.expect_download() as saved:
        page.get_by_role("link", name="Download failing rows").click()
    assert saved.value.suggested_filename == f"people_{BROKEN}_failing_rows.csv"
    saved.value.save_as(tmp_path / "rows.csv")
    assert len((tmp_path / "rows.csv").read_text().splitlines()) == 1 + len(NUMBERS)
    assert visit.page_of(GOOD).get_by_role("link", name="Download failing rows").count() == 0
    visit.assert_quiet()


def test_the_index_is_quiet_and_leads_to_a_page_and_back(visit: Visit) -> None:
    page = visit.pages_index("?check=%22%3E%3Cscript%3Ewindow.ran%3D1%3C/script%3E")
    assert page.locator("input[name=check]").input_value() == '"><script>window.ran=1</script>'
    visit.assert_quiet()
    page = visit.pages_index()
    assert page.locator("tbody tr").count() == 50
    assert page.get_by_text(HOSTILE).first.is_visible()
    page.get_by_role("link", name="people 2026-03-01").click()
    assert page.url.endswith(f"/headwater/docs/people/{GOOD}/")
    page.get_by_role("link", name="Data Docs").click()
    assert page.url.endswith("/headwater/docs/")
    visit.assert_quiet()


def test_the_index_works_without_script(visit_without_script: Visit) -> None:
    page = visit_without_script.pages_index()
    page.select_option("select[name=verdict]", "failed")
    page.fill("input[name=from]", "2026-01-05")
    page.fill("input[name=check]", HOSTILE)
    page.get_by_role("button", name="Show").click()
    assert page.locator("#count").inner_text() == "11 validations"
    assert page.locator("select[name=verdict]").input_value() == "failed"
    page.get_by_role("link", name="Show all").click()
    page.get_by_role("link", name="Older").click()
    assert page.locator("#count").inner_text() == "60 validations, 51 to 60 shown"
    page.get_by_role("link", name="Newest").click()
    assert page.locator("tbody tr").count() == 50


def test_the_style_is_applied(visit: Visit) -> None:
    page = visit.pages_index()
    assert page.locator(".bar").evaluate("bar => getComputedStyle(bar).backgroundColor") == "rgb(16, 38, 60)"


@pytest.mark.parametrize("width", [390, 700, 800, 1280])
def test_nothing_is_wider_than_the_window(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})
    for page in (visit.pages_index(), visit.page_of(BROKEN)):
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_airflow_shows_the_index_in_its_menu_and_lets_rows_be_saved(visit: Visit) -> None:
    page = visit.open("/")
    page.get_by_text("Data Docs").first.click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("link", name="people 2026-02-25").click()
    with page.expect_download() as saved:
        frame.get_by_role("link", name="Download failing rows").click()
    assert saved.value.suggested_filename.endswith("_failing_rows.csv")
