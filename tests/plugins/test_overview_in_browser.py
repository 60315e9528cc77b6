"""The overview in a real browser: inside Airflow, in both themes, by keyboard, on narrow screens, and under axe."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from tests.plugins.browsing import BROKEN, Visit, needs_browser, visiting

pytestmark = [pytest.mark.slow, needs_browser]
GROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(245, 247, 249)", "rgb(20, 24, 30)"


def test_the_lines_are_drawn_and_nothing_else_happens(visit: Visit) -> None:
    page = visit.open("/headwater/")
    assert page.locator("h1").inner_text().startswith("2 of 4 datasets need attention")
    page.locator(".spark").last.scroll_into_view_if_needed()
    visit.until("document.querySelectorAll('.spark svg').length == document.querySelectorAll('.spark').length")
    assert page.locator(".spark").count() == 6
    visit.assert_quiet()


def test_its_picture_is_taken_inside_of_airflow(visit: Visit) -> None:
    visit.page.set_viewport_size({"width": 1280, "height": 800})
    page = visit.open("/")
    page.get_by_text("Headwater").first.click()
    frame = page.frame_locator("iframe")
    frame.locator(".spark svg").first.wait_for()
    assert visit.picture("overview").read_bytes()[:4] == b"\x89PNG"


def test_it_works_without_script(visit_without_script: Visit) -> None:
    page = visit_without_script.open("/headwater/")
    page.get_by_label("Show").select_option("trouble")
    page.get_by_role("button", name="Show").click()
    assert page.locator("#count").inner_text() == "2 datasets"
    page.get_by_role("link", name="Show all").click()
    page.get_by_role("searchbox", name="Dataset").fill("quiet")
    page.keyboard.press("Enter")
    page.wait_for_url("**/headwater/?text=quiet**")
    assert page.locator("tbody th .name").all_inner_texts()[-1:] == ["quiet"]


@pytest.mark.parametrize("width", [390, 700, 900, 1280])
def test_no_page_is_wider_than_the_window(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 900})
    page = visit.open("/headwater/")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_airflow_shows_it_follows_its_theme_and_is_led_by_its_links(visit: Visit) -> None:
    page = visit.open("/")
    page.get_by_text("Headwater").first.click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("heading", level=1).wait_for()
    inner = page.frames[-1]
    for theme, ground in (("dark", DARK), ("light", LIGHT)):
        page.evaluate("name => { document.documentElement.className = name }", theme)
        assert _came_true(page, lambda ground=ground: inner.evaluate(GROUND) == ground)
    frame.get_by_role("link", name="DAG").first.click()
    assert _came_true(page, lambda: page.url.endswith("/dags/nightly__tardy"))


def test_times_are_those_of_the_users_zone(visit: Visit) -> None:
    page = visit.open("/headwater/")
    stamp = page.locator(".head time")
    assert stamp.inner_text().endswith("UTC")
    page.evaluate("localStorage.setItem('timezone', '\"Asia/Tokyo\"')")
    page = visit.open("/headwater/")
    told, given = page.locator(".head time").inner_text(), page.locator(".head time").get_attribute("datetime")
    wanted = page.evaluate("text => new Date(text).toLocaleString('sv', {timeZone: 'Asia/Tokyo'}).slice(0, 16)", given)
    assert told.startswith(wanted)
    assert told.endswith("GMT+9")


def test_the_keyboard_reaches_the_content_first(visit: Visit) -> None:
    page = visit.open("/headwater/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


@pytest.mark.parametrize(
    "path", ["", "?show=trouble", "?page=9", "?page=0", "docs/", "docs/?verdict=x", f"docs/people/{BROKEN}/"]
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault(site: dict[str, str], browser: Any, scheme: str, path: str) -> None:
    """Axe is put into the page, which its policy forbids; so this tab has none."""
    for visit in visiting(site, browser, color_scheme=scheme, bypass_csp=True):
        page = visit.open(f"/headwater/{path}")
        visit.until("document.querySelectorAll('.spark:not(:has(svg))').length == 0")
        faults = Axe().run(page).response["violations"]
        assert [
            (each["id"], each["nodes"][0]["html"]) for each in faults if each["impact"] in ("serious", "critical")
        ] == []
        assert page.evaluate(GROUND) == (LIGHT if scheme == "light" else DARK)


def _came_true(page: Any, is_so: Callable[[], bool]) -> bool:
    for _ in range(200):
        if is_so():
            return True
        page.wait_for_timeout(50)
    return False
