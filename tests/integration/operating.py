"""Airflow's own pages as an operator uses them: what is typed, chosen and pressed, in the words that stand there.

Belongs here: the way through Airflow's forms. Does not: what must have come of it (``test_operator_in_browser.py``),
what Headwater's own pages show (``tests/plugins``).
"""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import quote

from tests.plugins.browsing import Visit

PATIENCE = 60_000
"""Milliseconds that a page may take to show something, on a machine with much else to do."""
OVERRIDE = "Override parameters on existing runs"


def sign_in(visit: Visit, user: str, password: str) -> None:
    """Fill in the login that any page of Airflow leads to who is not signed in."""
    visit.page.set_default_timeout(PATIENCE)
    visit.page.goto(visit.address)
    visit.page.get_by_label("Username").fill(user)
    visit.page.get_by_label("Password").fill(password)
    visit.page.get_by_role("button", name="Sign in").click()


def headwater(visit: Visit) -> Any:
    """Press "Headwater" in Airflow's menu; the frame that it opens."""
    visit.page.goto(visit.address)
    visit.page.get_by_role("link", name="Headwater").click()
    return visit.page.frame_locator("iframe")


def form(visit: Visit, dag_id: str) -> Any:
    """The dialog behind the button "Trigger" of a DAG."""
    visit.page.goto(f"{visit.address}/dags/{dag_id}")
    visit.page.get_by_role("button", name="Trigger").first.click()
    dialog = visit.page.locator("[role=dialog][data-scope=dialog]")
    dialog.get_by_text("Run Parameters").wait_for()
    return dialog


def backfill_form(visit: Visit, dag_id: str, first: date, last: date, behaviour: str) -> Any:
    """The dialog with the range chosen, once it says how many runs that will be."""
    dialog = form(visit, dag_id)
    dialog.get_by_text("Backfill", exact=True).click()
    choose_day(visit, dialog, "From", first)
    choose_day(visit, dialog, "To", last)
    dialog.get_by_text(behaviour, exact=True).click()
    dialog.get_by_text("will be triggered").wait_for()
    return dialog


def choose_day(visit: Visit, dialog: Any, label: str, day: date) -> None:
    """Type a day into the calendar that opens; the time stays what Airflow makes of it."""
    field = dialog.get_by_role("group").filter(has=visit.page.get_by_text(label, exact=True))
    field.get_by_test_id("datetime-input").click()
    calendar = visit.page.locator("[data-scope=popover][data-part=content]:visible")
    calendar.get_by_placeholder("YYYY/MM/DD").fill(f"{day:%Y/%m/%d}")
    dialog.get_by_role("heading").first.click()
    calendar.wait_for(state="hidden")
    field.get_by_text(f"{day:%b} {day.day}, {day.year}").wait_for()


def fill(dialog: Any, param: str, text: str) -> None:
    """Type into the field of a param; its label does not lead to it."""
    dialog.locator(f"[name=element_{param}]").fill(text)


def press(dialog: Any, name: str) -> None:
    """Press the button at the end of the dialog, which closes when Airflow has taken what was asked."""
    dialog.get_by_role("button", name=name).click()
    dialog.wait_for(state="hidden")


def open_question(visit: Visit, words: str) -> Any:
    """Press the question that says so in the list of those that wait; the field of its reason."""
    visit.page.goto(f"{visit.address}/required_actions?response_received=false")
    visit.page.get_by_role("link", name=words).first.click()
    reason = visit.page.locator("[name=element_reason]")
    reason.wait_for()
    return reason


def open_log(visit: Visit, dag_id: str, run_id: str, task_id: str) -> None:
    """Look at the log of a task."""
    visit.page.goto(f"{visit.address}/dags/{dag_id}/runs/{quote(run_id, safe='')}/tasks/{task_id}")
