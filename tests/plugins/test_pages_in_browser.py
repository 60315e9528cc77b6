"""The generator and collapse pages in a real browser: tabs of DAGs, both themes, narrow, by keyboard, under axe."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.ledger.sliding import HOSTILE
from tests.plugins.browsing import Visit, needs_browser, visiting

pytestmark = [pytest.mark.slow, needs_browser]
GROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(245, 247, 249)", "rgb(20, 24, 30)"
OPEN_ALL = "document.querySelectorAll('details').forEach((fold) => { fold.open = true; })"
ALL_DRAWN = "document.querySelectorAll('figure:not(:has(svg))').length == 0"
GENERATORS, GENERATOR, COLLAPSE = "generators/census/", "generators/census/4/", "collapse/census/"
HOSTILE_ONES = ("generators/odd/", "generators/odd/3/", "collapse/odd/")
PAGES = (GENERATORS, GENERATOR, "generators/census/3/", COLLAPSE, "collapse/census/?to=2020-01-01", "generators/none/")
ODD_PAGES = (*HOSTILE_ONES, "generators/census/?page=0", "collapse/census/?nights=1", "generators?dag_id=other")


def shown(visit: Visit, path: str) -> Any:
    page = visit.open(f"/headwater/{path}")
    page.evaluate(OPEN_ALL)
    visit.until(ALL_DRAWN)
    return page


@pytest.mark.parametrize("path", [*HOSTILE_ONES, GENERATOR, COLLAPSE])
def test_pictures_are_drawn_and_nothing_else_happens(visit: Visit, path: str) -> None:
    page = shown(visit, path)
    assert "could not be drawn" not in page.locator("main").inner_text()
    assert (HOSTILE in page.locator("main").inner_text()) == ("odd" in path)
    visit.assert_quiet()


@pytest.mark.parametrize(("name", "path"), [("generator", GENERATOR), ("collapse", COLLAPSE)])
def test_its_picture_is_taken(visit: Visit, name: str, path: str) -> None:
    visit.page.set_viewport_size({"width": 1280, "height": 1400})
    visit.open(f"/headwater/{path}")
    visit.until(ALL_DRAWN)
    assert visit.picture(name).read_bytes()[:4] == b"\x89PNG"


def test_they_tell_the_same_without_script(visit_without_script: Visit) -> None:
    page = visit_without_script.open(f"/headwater/{COLLAPSE}")
    assert page.locator("h1").inner_text().startswith("census: an alarm is open, the coverage of real rows slid since")
    page.get_by_text("Table of nights").click()
    assert page.get_by_role("group", name="Table of nights").locator("tbody tr").count() == 60
    page.get_by_role("combobox").select_option("30")
    page.get_by_role("button", name="Show").click()
    assert page.locator("#count").inner_text().startswith("30 of 70 judged nights")
    page.get_by_role("link", name="Older").click()
    assert page.locator("#count").inner_text().startswith("30 of 70 judged nights")
    page.get_by_role("link", name="Generators", exact=True).click()
    page.get_by_role("link", name="3 · mixture").click()
    assert "a person went back to another" in page.locator("h1").inner_text()


def test_the_overview_leads_to_both(visit: Visit) -> None:
    for link, page_of in (("trees", "generators"), ("Coverage of quiet", "collapse")):
        page = visit.open("/headwater/?text=quiet")
        page.get_by_role("link", name=link).click()
        page.wait_for_url(f"**/headwater/{page_of}/quiet/")
        assert "quiet: " in page.locator("h1").inner_text()


@pytest.mark.parametrize(
    ("dag_id", "tab", "told", "way"),
    [
        ("retrain__census", "Generator", "census: trees, version 4, has been champion", "rollback"),
        ("watch__census", "Collapse", "census: an alarm is open", "close_alarm"),
    ],
)
def test_airflow_shows_them_as_tabs_of_a_dag_and_is_led_to_its_forms(
    visit: Visit, dag_id: str, tab: str, told: str, way: str
) -> None:
    page = visit.open(f"/dags/{dag_id}")
    page.get_by_role("link", name=tab, exact=True).click()
    frame = page.frame_locator("iframe")
    assert told in frame.locator("h1").inner_text()
    inner = page.frames[-1]
    for theme, ground in (("dark", DARK), ("light", LIGHT)):
        page.evaluate("name => { document.documentElement.className = name }", theme)
        inner.wait_for_timeout(200)
        assert inner.evaluate(GROUND) == ground
    frame.get_by_role("link", name=way, exact=True).first.click()
    page.wait_for_url(f"**/dags/{way}")


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_is_wider_than_the_window(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})
    for path in (GENERATORS, GENERATOR, COLLAPSE, *HOSTILE_ONES):
        page = shown(visit, path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_times_are_those_of_the_users_zone_and_the_keyboard_reaches_tables(visit: Visit) -> None:
    page = visit.open(f"/headwater/{GENERATORS}")
    page.evaluate("localStorage.setItem('timezone', '\"Asia/Tokyo\"')")
    page = visit.open(f"/headwater/{GENERATORS}")
    times = page.locator("time").all_inner_texts()
    assert len(times) > 20
    assert all(told.endswith("GMT+9") for told in times if told)
    page = visit.open(f"/headwater/{COLLAPSE}")
    page.locator("summary", has_text="Table of nights").press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Table of nights"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("paths", [PAGES, ODD_PAGES])
def test_axe_finds_no_serious_fault(site: dict[str, str], browser: Any, scheme: str, paths: tuple[str, ...]) -> None:
    """Axe is put into the page, which its policy forbids; so this tab has none."""
    for visit in visiting(site, browser, color_scheme=scheme, bypass_csp=True):
        visit.page.set_viewport_size({"width": 390 if scheme == "dark" else 1280, "height": 900})
        for path in paths:
            page = shown(visit, path)
            faults = Axe().run(page).response["violations"]
            assert [
                (path, each["id"], each["nodes"][0]["html"])
                for each in faults
                if each["impact"] in ("serious", "critical")
            ] == []
            assert page.evaluate(GROUND) == (LIGHT if scheme == "light" else DARK)
