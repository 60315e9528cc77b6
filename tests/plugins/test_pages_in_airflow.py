"""The generator and collapse pages in a real Airflow: who gets them, what they tell, what is no markup."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tests.plugins.asked_pages import ODD_VERSIONS, ROUTES, WRONG_PAGES

from headwater.local.postgres import EmbeddedPostgres

pytestmark = pytest.mark.slow
ROOT = Path(__file__).resolve().parents[2]
OF_LEDGER = ("generators", "generator", "collapse")
PAGES = (*OF_LEDGER, "former", "withdrawn", "first", "candidate", "thirty", "foreign tab")


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres) -> dict[str, Any]:
    """What a real Airflow answered to the questions of ``asked_pages.py``."""
    home = tmp_path_factory.mktemp("airflow")
    postgres.create_database("pages_in_airflow")
    paths = os.pathsep.join([str(ROOT / "include"), str(ROOT / "plugins"), str(ROOT)])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    urls = {"HEADWATER_LEDGER_URL": postgres.url("pages_in_airflow")}
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "plugins" / "real_airflow.py"), str(home), str(ROOT), "pages"],
        env={**environment, "PYTHONPATH": paths, **urls},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def words(answer: dict[str, Any]) -> str:
    """The text of a page, without its tags."""
    assert answer["status"] == 200, answer["text"]
    return " ".join(re.sub(r"<[^>]*>", " ", answer["text"]).split())


@pytest.mark.parametrize("route", ROUTES)
def test_each_route_needs_a_login(answers: dict[str, Any], route: str) -> None:
    found = answers[f"anonymous {route}"]
    assert found["status"] == 401
    assert "version" not in found["text"]
    browser = answers[f"anonymous browser {route}"]
    assert (browser["status"], browser["location"]) == (
        303,
        f"/api/v2/auth/login?next={quote(f'/headwater/{ROUTES[route]}', safe='')}",
    )


@pytest.mark.parametrize("route", [route for route in ROUTES if route != "style"])
def test_each_route_needs_the_right_to_the_dag(answers: dict[str, Any], route: str) -> None:
    for who in ("bob's", "secret"):
        assert answers[f"{who} {route}"]["status"] == 403
        assert "version" not in answers[f"{who} {route}"]["text"]


@pytest.mark.parametrize("route", OF_LEDGER)
def test_what_is_no_dataset_is_not_found(answers: dict[str, Any], route: str) -> None:
    assert answers[f"odd {route}"]["status"] == 404


@pytest.mark.parametrize("name", ODD_VERSIONS)
def test_what_is_no_version_is_not_found(answers: dict[str, Any], name: str) -> None:
    assert answers[f"version {name}"]["status"] == 404
    assert answers["another's"]["status"] == 404


@pytest.mark.parametrize("name", WRONG_PAGES)
def test_wrong_parameters_are_told_in_words(answers: dict[str, Any], name: str) -> None:
    found = answers[f"wrong {name}"]
    assert found["status"] == 422
    wrong = {"tab": "dag_id", "nul": "dag_id", "length": "dag_id"}.get(name, name)
    assert re.search(rf"<p>([^<]*: )?{wrong} [^<]{{10,}}\.</p>", found["text"])


@pytest.mark.parametrize("route", OF_LEDGER)
def test_pages_say_so_where_there_is_no_ledger(answers: dict[str, Any], route: str) -> None:
    assert answers[f"{route} without ledger"]["status"] == 503


def test_the_tabs_lead_to_the_dags_dataset(answers: dict[str, Any]) -> None:
    for route in ("generators", "collapse"):
        found = answers[f"{route} tab"]
        assert (found["status"], found["location"]) == (303, f"{route}/census/")
    assert "this tab shows the dataset's generators" in answers["foreign tab"]["text"].replace("&#39;", "'")
    assert "beside the real anchor" in answers["foreign other tab"]["text"]


@pytest.mark.parametrize("name", PAGES)
def test_nothing_on_a_page_is_markup(answers: dict[str, Any], name: str) -> None:
    found = answers[name]
    assert found["status"] == 200, found["text"]
    assert not re.search(r"<script>|<b>|\son\w+=", found["text"])
    policy = dict(part.split(" ", 1) for part in found["policy"].split("; "))
    assert (policy["default-src"], policy["script-src"], policy["form-action"]) == ("'none'", "'self'", "'self'")


def test_the_history_tells_versions_retrainings_and_who_decided(answers: dict[str, Any]) -> None:
    told, text = words(answers["generators"]), answers["generators"]["text"]
    for part in (
        "census: trees, version 4, has been champion for",
        "1 alarm is open",
        "batches wait in quarantine",
        "4 champions, 10 retrainings",
        "93.0% of 10,000 rows to learn from",
        "could not be fitted (ValueError)",
        "version 2 brought back instead of version 3 by anna",
        "2 reigns",
        "Nobody promotes a candidate by hand",
    ):
        assert part in told, part
    assert "row 7" not in text
    assert '<a data-airflow="/dags/rollback" href="../../../dags/rollback">rollback</a>' in text
    assert "&lt;script&gt;window.ran" in text
    assert "There is no page 9 of champions" in words(answers["beyond"])
    assert "There is no page 9 of retrainings" in words(answers["beyond"])
    assert "no generator has been trained yet" in words(answers["empty"])


def test_a_generators_page_tells_why_it_was_chosen_and_what_came_of_it(answers: dict[str, Any]) -> None:
    told = words(answers["generator"])
    for part in (
        "census: trees, version 4, is champion and makes tonight&#39;s batch",
        "It kept the contract in its trial: 9 of 9 checks passed",
        "chosen It became champion.",
        "It keeps the contract and was not the best.",
        "500 samples of 2,500 rows",
        "0.938 beside 0.94; −0.003 to 0.008",
        "0.01 from the spec",
        "released",
        "in quarantine",
    ):
        assert part in told, part
    assert "docs/?dataset=census&amp;from=" in answers["generator"]["text"]
    assert answers["by id"]["text"] == answers["generator"]["text"]


def test_former_withdrawn_and_lost_generators_say_what_they_are(answers: dict[str, Any]) -> None:
    assert "census: trees, version 2, was champion and gave way to a later one" in words(answers["former"])
    assert "is withdrawn: a person went back to another" in words(answers["withdrawn"])
    assert "The DAG recall takes the same values" in words(answers["withdrawn"])
    lost = words(answers["candidate"])
    assert "is a candidate that never became champion" in lost
    assert "It was the best, and is worse than a rival on some figure." in lost
    assert "It breaks the contract: neighbours.coverage, duplicates.distinct, duplicates.near and 7 more." in lost
    assert "None was drawn: only a champion has one." in lost


def test_the_collapse_page_puts_open_alarms_on_top(answers: dict[str, Any]) -> None:
    told, text = words(answers["collapse"]), answers["collapse"]["text"]
    assert "census: an alarm is open, the coverage of real rows slid since" in told
    assert "It asked for a retraining, which tried 3 candidates and kept the champion." in told
    assert text.index('id="open"') < text.index('id="indicators"') < text.index('id="union"') < text.index('id="past"')
    assert answers["ids"]["alarm neighbours.coverage"] in told
    assert '<a data-airflow="/dags/close_alarm"' in text
    assert "60 of 70 judged nights" in told
    assert text.count("data-vega=") == 9 * 2 + 3
    assert "by anna: Wanted: a ward was closed. &lt;script&gt;" in told


def test_other_nights_and_alarms_are_asked_for_by_their_parameters(answers: dict[str, Any]) -> None:
    assert "30 of 70 judged nights" in words(answers["thirty"])
    assert re.search(r'href="\?to=[\d-]+&amp;nights=30" rel="next">Older', answers["thirty"]["text"])
    assert "30 of 70 judged nights" in words(answers["days"])
    assert 'rel="prev">Newer' in answers["days"]["text"]
    assert "No night up to 2020-01-01 was judged." in words(answers["older"])
    assert "There is no page 7 of them" in words(answers["late"])
    nothing = words(answers["nothing"])
    assert "nothing stands beside the anchor yet; it has no champion" in nothing
    assert "0 of 0 judged nights" in nothing
