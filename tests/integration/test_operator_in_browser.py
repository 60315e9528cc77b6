"""An operator's day in a real browser: sign in, a failed night and why, past days by Backfill, the way back.

The screenshots of ``docs/pictures`` are taken on the way. Belongs here: what must have come of each press. Does not:
the way through Airflow's forms (``operating.py``), the dataset (``admissions.py``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from tests.chain.second_champion import champion_of, versions_of
from tests.integration.admissions import DAG_ID, EARLY, NAME, PAST, ROWS, completed, declared, held, manned, settled
from tests.integration.operating import OVERRIDE, backfill_form, fill, form, headwater, open_log, press, sign_in
from tests.plugins.browsing import Visit, needs_browser, visiting
from tests.running_airflow import RunningAirflow

from headwater.chain.house import House
from headwater.ledger.records import Batch

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1200), needs_browser]
REASON = "Since Monday no children are admitted."
COLOUR = "place => getComputedStyle(place).color"


@pytest.fixture(scope="module")
def house(airflow: RunningAirflow) -> Iterator[House]:
    with declared(airflow) as spec, manned(airflow, spec) as house:
        yield house


@pytest.fixture(scope="module")
def visit(airflow: RunningAirflow, house: House, browser: Any) -> Iterator[Visit]:
    """The operator's tab, signed in, and empty while nobody looks at it."""
    for visit in visiting({"address": airflow.api.base_url}, browser):
        sign_in(visit, airflow.api._user, airflow.api._password)
        visit.page.get_by_role("link", name="Headwater").wait_for()
        yield visit


@pytest.fixture(scope="module")
def failed(airflow: RunningAirflow, house: House) -> Batch:
    """The newest night, which Airflow makes by itself as soon as the DAG is not paused."""
    airflow.api.unpause(DAG_ID)
    settled(airflow, "scheduled")
    with house.ledger.transaction() as books:
        (batch,) = books.batches.older_than(NAME, "quarantined", date(9999, 1, 1))
    return batch


@pytest.fixture(scope="module")
def backfilled(airflow: RunningAirflow, house: House, failed: Batch, visit: Visit) -> dict[str, Any]:
    """What there is of the past days after the first backfill of them."""
    dialog = backfill_form(visit, DAG_ID, PAST[0], PAST[-1], "Missing Runs")
    assert dialog.get_by_text("will be triggered").inner_text() == f"{len(PAST)} runs will be triggered."
    visit.picture("backfill")
    press(dialog, "Run Backfill")
    visit.page.get_by_text("Backfill in progress").wait_for()
    backfill_runs(airflow, visit, *PAST)
    return held(house)


def backfill_runs(airflow: RunningAirflow, visit: Visit, *days: date) -> list[str]:
    """Ids of the runs of these days once they are over. Meanwhile the tab is empty: its page would never be at rest."""
    visit.page.goto("about:blank")
    return settled(airflow, "backfill", *days)


def test_a_wrong_password_is_refused_and_the_right_one_opens(airflow: RunningAirflow, browser: Any) -> None:
    for stranger in visiting({"address": airflow.api.base_url}, browser):
        sign_in(stranger, airflow.api._user, "wrong")
        stranger.page.get_by_text("Invalid credentials").wait_for()
        assert "/auth/login" in stranger.page.url
        assert [each["name"] for each in stranger.page.context.cookies() if each["name"] == "_token"] == []
        sign_in(stranger, airflow.api._user, airflow.api._password)
        stranger.page.get_by_role("link", name="Headwater").wait_for()
        assert stranger.page.url == f"{stranger.address}/"


def test_a_failed_night_is_red_and_leads_to_its_batch_and_to_the_check_that_failed(visit: Visit, failed: Batch) -> None:
    frame = headwater(visit)
    frame.get_by_role("searchbox", name="Dataset").fill(NAME)
    frame.get_by_role("button", name="Show").click()
    frame.get_by_role("link", name="Show all").wait_for()  # else what follows is still of the page before
    row = frame.get_by_role("row").filter(has=frame.get_by_text(NAME, exact=True))
    assert is_red(row.get_by_text("in quarantine", exact=True))
    assert is_red(frame.get_by_title(re.compile(rf"{failed.batch_date}: .*\d quarantined")))

    row.get_by_role("link", name=str(failed.batch_date)).first.click()
    frame.get_by_role("heading", name=f"{NAME} {failed.batch_date}").wait_for()
    frame.get_by_role("link", name="scheduled__").click()
    visit.page.get_by_role("link", name="Batch", exact=True).click()
    frame.get_by_text("This run made this batch.").wait_for()
    assert is_red(frame.get_by_text("in quarantine", exact=True).first)
    assert "category.kept" in frame.locator(".verdict").inner_text()
    visit.picture("batch")

    frame.get_by_role("main").get_by_role("link", name="Data Docs").click()
    frame.get_by_text("checks failed. It is not released.").wait_for()
    failures = frame.get_by_text("What failed", exact=True).locator("..")
    assert "ward = children" in failures.inner_text()
    visit.page.set_viewport_size({"width": 1180, "height": 1000})
    visit.page.goto(visit.page.frames[-1].url)
    visit.page.get_by_text("What failed").wait_for()
    visit.picture("data_docs")
    visit.page.set_viewport_size({"width": 1280, "height": 900})


def is_red(place: Any) -> bool:
    red, green, blue = map(int, re.findall(r"\d+", place.evaluate(COLOUR))[:3])
    return red > 2 * max(green, blue)


def test_a_backfill_gives_each_day_one_batch(backfilled: dict[str, Any]) -> None:
    assert [(day, status) for day, status, *_ in backfilled["batches"]] == [(day, "released") for day in PAST]
    assert [(day, count) for day, _, count in backfilled["readers"]] == [(day, ROWS) for day in PAST]


def test_all_runs_finds_every_batch_and_writes_none(
    airflow: RunningAirflow, house: House, visit: Visit, backfilled: dict[str, Any]
) -> None:
    completed(airflow)
    press(backfill_form(visit, DAG_ID, PAST[0], PAST[-1], "All Runs"), "Run Backfill")
    runs = [airflow.api.run(DAG_ID, run_id) for run_id in backfill_runs(airflow, visit, *PAST)]
    assert [run.state for run in runs] == ["success"] * len(PAST)
    assert ["known" in airflow.api.xcom(run, "plan")[0] for run in runs] == [True] * len(PAST)
    assert held(house) == backfilled


@pytest.mark.usefixtures("failed")
def test_a_day_before_the_first_champion_is_refused_with_a_sentence_and_made_by_the_one_that_is_named(
    airflow: RunningAirflow, house: House, visit: Visit
) -> None:
    """Airflow's form sends what stands in its fields only where the box is ticked that speaks of existing runs."""
    completed(airflow)
    dialog = backfill_form(visit, DAG_ID, EARLY, EARLY, "Missing Runs")
    fill(dialog, "champion", "1")
    press(dialog, "Run Backfill")
    (run_id,) = backfill_runs(airflow, visit, EARLY)
    open_log(visit, DAG_ID, run_id, "plan")
    visit.page.get_by_text(f"{NAME} had no champion when the night of {EARLY} was due").first.wait_for()
    assert of_night(house, EARLY) == []

    completed(airflow)
    dialog = backfill_form(visit, DAG_ID, EARLY, EARLY, "Missing and Errored Runs")
    fill(dialog, "champion", "1")
    dialog.get_by_text(OVERRIDE, exact=True).click()
    press(dialog, "Run Backfill")
    assert backfill_runs(airflow, visit, EARLY) == [run_id]
    assert [batch.status for batch in of_night(house, EARLY)] == ["released"]


def of_night(house: House, day: date) -> list[Batch]:
    with house.ledger.transaction() as books:
        return books.batches.of_night(NAME, day)


def test_a_rollback_by_its_form_brings_the_earlier_champion_back(
    airflow: RunningAirflow, house: House, visit: Visit
) -> None:
    first, second = (each.generator_id for each in versions_of(house, NAME))
    assert champion_of(house, NAME) == second
    dialog = form(visit, "rollback")
    assert dialog.get_by_role("button", name="Trigger").is_disabled()
    dialog.get_by_role("combobox").click()
    visit.page.get_by_role("option", name=NAME, exact=True).click()
    fill(dialog, "version", "1")
    fill(dialog, "reason", REASON)
    visit.picture("rollback")
    press(dialog, "Trigger")
    visit.page.wait_for_url(re.compile("/dags/rollback/runs/"))
    visit.page.get_by_text("Success", exact=True).first.wait_for()
    assert champion_of(house, NAME) == first
    with house.ledger.transaction() as books:
        (decision,) = [each for each in books.decisions.of(first) if each.kind == "rollback"]
    assert (decision.reason, decision.decided_by) == (REASON, airflow.api._user)
    assert decision.detail["replaces"] == second
