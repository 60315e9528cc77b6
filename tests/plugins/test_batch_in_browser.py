"""A batch's page in a real browser: as a tab of a DAG run in Airflow, in both themes, narrow, and under axe."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.plugins.browsing import Visit, needs_browser, visiting
from tests.plugins.told_batch import MANIFEST, RUN, failed_id, mended_id
from tests.plugins.tonight import days

pytestmark = [pytest.mark.slow, needs_browser]
GROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(245, 247, 249)", "rgb(20, 24, 30)"
OPEN_ALL = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"
ALL_DRAWN = "document.querySelectorAll('figure:not(:has(svg))').length == 0"
RUNS = f"/dags/nightly__quiet/runs/{quote(RUN, safe='')}"


def mended() -> str:
    return f"/headwater/batches/quiet/{mended_id('quiet', days()[0])}/"


def failed() -> str:
    return f"/headwater/batches/quiet/{failed_id('quiet', days()[0])}/"


def test_pictures_are_drawn_when_opened_and_nothing_else_happens(visit: Visit) -> None:
    page = visit.open(failed())
    visit.until("document.querySelectorAll('details[open] figure svg').length == 1")
    assert page.locator("figure svg").count() == 1
    page.locator("summary", has_text="Picture of neighbours.coverage").press("Enter")
    visit.until("document.querySelectorAll('figure svg').length == 2")
    page.evaluate(OPEN_ALL)
    visit.until(ALL_DRAWN)
    assert page.locator("figure svg").count() == page.locator("figure").count() > 5
    assert "could not be drawn" not in page.locator("main").inner_text()
    visit.assert_quiet()


def test_it_tells_the_same_without_script(visit_without_script: Visit) -> None:
    page = visit_without_script.open(mended())
    assert page.locator("h1").inner_text().startswith(f"quiet {days()[0]}")
    stations = page.locator(".lineage .kind").all_inner_texts()
    assert stations == ["Source", "Snapshot", "Generator", "Failed batch", "Batch", "Validation", "Readers"]
    page.get_by_role("link", name=failed_id("quiet", days()[0])[:8]).first.click()
    assert "in quarantine" in page.locator("h1").inner_text()
    assert page.locator(".verdict").inner_text().startswith("Not passed: 2 of 8 checks failed.")


def test_the_overview_leads_to_it_and_it_to_manifest_and_data_docs(visit: Visit) -> None:
    page = visit.open("/headwater/?text=quiet")
    page.get_by_role("link", name=str(days()[0])).last.click()
    page.wait_for_url(f"**{mended()}")
    with page.expect_download() as download:
        page.get_by_role("link", name="Manifest").click()
    assert download.value.path().read_bytes() == MANIFEST
    target = page.get_by_role("link", name="Data Docs").last.get_attribute("href")
    assert target == f"../../../docs/quiet/{mended_id('quiet', days()[0])}/"


def test_airflow_shows_it_as_a_tab_of_the_run(visit: Visit) -> None:
    page = visit.open(RUNS)
    page.get_by_role("link", name="Batch", exact=True).click()
    frame = page.frame_locator("iframe")
    assert "This run made 2 batches of the date" in frame.locator(".run").inner_text()
    inner = page.frames[-1]
    for theme, ground in (("dark", DARK), ("light", LIGHT)):
        page.evaluate("name => { document.documentElement.className = name }", theme)
        for _ in range(200):
            if inner.evaluate(GROUND) == ground:
                break
            page.wait_for_timeout(50)
        assert inner.evaluate(GROUND) == ground
    assert frame.get_by_role("link", name=RUN).get_attribute("data-airflow") == RUNS


def test_pictures_follow_the_theme(visit: Visit) -> None:
    page = visit.open(failed())
    visit.until("document.querySelector('figure svg') !== null")
    for theme, ink in (("dark", "rgb(230, 235, 241)"), ("light", "rgb(27, 36, 48)")):
        page.emulate_media(color_scheme=theme)
        visit.until(f"getComputedStyle(document.querySelector('figure svg .role-title-text text')).fill === '{ink}'")
    visit.assert_quiet()


@pytest.mark.parametrize("width", [390, 700, 900, 1280])
def test_no_page_is_wider_than_the_window(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})
    for path in (failed(), mended(), f"/headwater/run?dag_id=retrain__quiet&run_id={quote(RUN)}"):
        page = visit.open(path)
        page.evaluate(OPEN_ALL)
        visit.until(ALL_DRAWN)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_times_are_those_of_the_users_zone(visit: Visit) -> None:
    page = visit.open(mended())
    page.evaluate("localStorage.setItem('timezone', '\"Asia/Tokyo\"')")
    page = visit.open(mended())
    assert all(told.endswith("GMT+9") for told in page.locator("time").all_inner_texts())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_no_serious_fault(site: dict[str, str], browser: Any, scheme: str, width: int) -> None:
    """Axe is put into the page, which its policy forbids; so this tab has none."""
    runs = [f"/headwater/run?dag_id={dag_id}&run_id={quote(RUN)}" for dag_id in ("retrain__quiet", "other")]
    for visit in visiting(site, browser, color_scheme=scheme, bypass_csp=True):
        visit.page.set_viewport_size({"width": width, "height": 900})
        for path in (failed(), mended(), *runs):
            page = visit.open(path)
            page.evaluate(OPEN_ALL)
            visit.until(ALL_DRAWN)
            faults = Axe().run(page).response["violations"]
            assert [
                (each["id"], each["nodes"][0]["html"]) for each in faults if each["impact"] in ("serious", "critical")
            ] == []
            assert page.evaluate(GROUND) == (LIGHT if scheme == "light" else DARK)
