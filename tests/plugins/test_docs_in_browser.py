"""Index and pages in a real browser on a real Airflow, the network closed: nothing runs or leaves, all is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.ledger.sliding import NIGHTS
from tests.plugins.browsing import BROKEN, GOOD, TORN, Visit, needs_browser
from tests.plugins.hostile_page import NUMBERS, hostile_judge
from tests.plugins.judged import HOSTILE
from tests.plugins.tonight import VALIDATIONS

pytestmark = [pytest.mark.slow, needs_browser]


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
    page = visit.pages_index("?dataset=people")
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
    assert page.locator("#count").inner_text() == f"{60 + VALIDATIONS + 2 * NIGHTS} validations, 51 to 100 shown"
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
    page.get_by_text("Headwater").first.click()
    frame = page.frame_locator("iframe")
    frame.get_by_role("link", name="Data Docs").click()
    frame.locator("select[name=dataset]").select_option("people")
    frame.get_by_role("button", name="Show").click()
    frame.get_by_role("link", name="people 2026-02-25").click()
    with page.expect_download() as saved:
        frame.get_by_role("link", name="Download failing rows").click()
    assert saved.value.suggested_filename.endswith("_failing_rows.csv")
