"""The plugin in a real Airflow: who gets a page, who does not, and the button on a task that failed."""

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
from tests.plugins.asked_batches import ODD_IDS
from tests.plugins.real_airflow import WRONG
from tests.plugins.told_batch import MANIFEST, RUN
from tests.plugins.tonight import NIGHTS

from headwater.local.postgres import EmbeddedPostgres

ROOT = Path(__file__).resolve().parents[2]
PAGE = "/headwater/docs/people/0b5c-1/"
TRAVERSALS = ("..%2fapp.py", "%2e%2e/app.py", "/etc/passwd", "%2fetc/passwd", "a%00b", "", "docs.js/../../app.py")

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres) -> dict[str, Any]:
    """What a real Airflow answered to the questions of ``real_airflow.py``."""
    home = tmp_path_factory.mktemp("airflow")
    for name in ("docs_in_airflow", "overview_in_airflow"):
        postgres.create_database(name)
    paths = os.pathsep.join([str(ROOT / "include"), str(ROOT / "plugins"), str(ROOT)])
    environment = {name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")}
    urls = {
        "HEADWATER_LEDGER_URL": postgres.url("docs_in_airflow"),
        "HEADWATER_TONIGHT_URL": postgres.url("overview_in_airflow"),
    }
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "plugins" / "real_airflow.py"), str(home), str(ROOT)],
        env={**environment, "PYTHONPATH": paths, **urls},
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize(
    "what", [f"anonymous {what}" for what in ("page", "rows", "script", "style", "index", "overview")]
)
def test_without_a_login_nothing_is_served(answers: dict[str, Any], what: str) -> None:
    assert answers[what]["status"] == 401
    assert not any(word in answers[what]["text"] for word in ("a page", "99", "people"))


def test_there_are_no_openapi_pages(answers: dict[str, Any]) -> None:
    assert answers["anonymous openapi"]["status"] == 404


def test_a_browser_is_sent_to_the_login_and_back(answers: dict[str, Any]) -> None:
    assert answers["anonymous browser"]["status"] == 303
    assert answers["anonymous browser"]["location"] == f"/api/v2/auth/login?next={quote(PAGE, safe='')}"
    assert answers["login route"]["location"].endswith(f"next={quote(PAGE, safe='')}")


def test_filters_survive_the_login(answers: dict[str, Any]) -> None:
    back = quote("/headwater/docs/?verdict=failed", safe="")
    assert answers["anonymous browser at the index"]["location"] == f"/api/v2/auth/login?next={back}"


def test_a_user_gets_the_page_under_a_strict_policy(answers: dict[str, Any]) -> None:
    assert (answers["page"]["status"], answers["page"]["text"]) == (200, "<!DOCTYPE html>a page")
    policy = dict(part.split(" ", 1) for part in answers["page"]["policy"].split("; "))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"


def test_the_right_to_the_dag_is_the_right_to_the_page(answers: dict[str, Any]) -> None:
    assert answers["forbidden page"]["status"] == 403
    assert "a page" not in answers["forbidden page"]["text"]


def test_failing_rows_are_a_file_to_keep(answers: dict[str, Any]) -> None:
    rows = answers["rows"]
    assert (rows["status"], rows["text"].splitlines()) == (200, ["rule,row,age", "a,3,99"])
    assert rows["kind"] == "text/csv; charset=utf-8"
    assert rows["saved_as"] == 'attachment; filename="people_0b5c-1_failing_rows.csv"'
    assert rows["sniffing"] == "nosniff"
    assert answers["no rows"]["status"] == 404


def test_the_right_to_the_dag_is_the_right_to_the_rows(answers: dict[str, Any]) -> None:
    assert answers["forbidden rows"]["status"] == 403
    assert "99" not in answers["forbidden rows"]["text"]


@pytest.mark.parametrize("what", ["no page", "odd dataset", "odd validation"])
def test_what_is_no_page_is_not_found(answers: dict[str, Any], what: str) -> None:
    assert answers[what]["status"] == 404


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_path_leads_out_of_the_static_folder(answers: dict[str, Any], path: str) -> None:
    assert answers[f"traversal {path}"]["status"] == 404


def test_scripts_are_served_to_users(answers: dict[str, Any]) -> None:
    assert answers["script"]["status"] == 200
    assert "vegaEmbed" in answers["script"]["text"] or "Data Docs" in answers["script"]["text"]


def test_airflow_knows_the_plugin(answers: dict[str, Any]) -> None:
    assert '"url_prefix":"/headwater"' in answers["plugins"]["text"]
    assert '"href":"headwater/"' in answers["plugins"]["text"]
    batch = json.loads(answers["plugins"]["text"])["plugins"]
    views = [view for plugin in batch if plugin["name"] == "headwater" for view in plugin["external_views"]]
    assert [(view["name"], view["destination"]) for view in views] == [
        *(("Headwater", "nav"), ("Batch", "dag_run")),
        *(("Generator", "dag"), ("Collapse", "dag")),
    ]
    assert views[1]["href"] == "headwater/run?dag_id={DAG_ID}&run_id={RUN_ID}"
    assert [view["href"] for view in views[2:]] == [
        f"headwater/{what}?dag_id={{DAG_ID}}" for what in ("generators", "collapse")
    ]


def test_the_plugins_files_are_no_plugins_of_their_own(answers: dict[str, Any]) -> None:
    assert answers["stray modules"] == []


def test_a_task_that_failed_still_has_its_button(answers: dict[str, Any]) -> None:
    assert answers["states"]["release"] == "failed"
    assert answers["links"]["release"] == {"Data Docs": PAGE}


def test_a_task_without_a_page_has_no_button(answers: dict[str, Any]) -> None:
    assert answers["links"]["plan"] == {"Data Docs": None}


def test_a_forged_link_is_not_given_out(answers: dict[str, Any]) -> None:
    assert answers["states"]["forge"] == "success"
    assert answers["links"]["forge"] == {"Data Docs": None}


def lines(answer: dict[str, Any]) -> list[str]:
    """Datasets and days that the index lists, in its order."""
    assert answer["status"] == 200, answer["text"]
    found = re.findall(r'<a href="\w+/[0-9a-f-]{36}/">(\w+) <span class="day">([\d-]+)</span></a>', answer["text"])
    return [" ".join(pair) for pair in found]


def test_the_index_lists_fifty_validations_newest_first(answers: dict[str, Any]) -> None:
    found = answers["index"]["all"]
    assert "60 validations, 1 to 50 shown" in found["text"]
    assert len(lines(found)) == 50
    assert lines(found)[:2] == ["people 2026-03-01", "people 2026-02-28"]
    assert lines(answers["index"]["last page"])[-1] == "people 2026-01-01"
    assert len(lines(answers["index"]["last page"])) == 10
    assert "There is no page 9" in answers["index"]["beyond"]["text"]


def test_the_index_is_filtered(answers: dict[str, Any]) -> None:
    failed = answers["index"]["failed"]
    assert len(lines(failed)) == 12
    assert failed["text"].count('<span class="badge badge-failed">failed</span>') == 12
    assert lines(answers["index"]["one day"]) == ["people 2026-01-03"]
    assert lines(answers["index"]["check"]) == lines(failed)
    assert "Nothing fits these filters" in answers["index"]["no match"]["text"]


def test_filters_stay_from_page_to_page(answers: dict[str, Any]) -> None:
    text = answers["index"]["two filters"]["text"]
    assert 'href="?dataset=people&amp;to=2026-03-01&amp;page=2" rel="next"' in text
    assert "page 1 of 2" in text


def test_datasets_without_the_right_are_not_there(answers: dict[str, Any]) -> None:
    assert "secret" not in answers["index"]["all"]["text"]
    assert lines(answers["index"]["other dataset"]) == []
    assert "people" not in answers["index"]["without a right"]["text"]
    assert "neighbours.coverage" not in answers["index"]["without a right"]["text"]
    assert "Nothing has been validated yet" in answers["index"]["without a right"]["text"]


def test_nothing_in_the_index_is_markup(answers: dict[str, Any]) -> None:
    found = answers["index"]["all"]
    policy = dict(part.split(" ", 1) for part in found["policy"].split("; "))
    assert (policy["default-src"], policy["script-src"], policy["form-action"]) == ("'none'", "'self'", "'self'")
    for name in ("all", "hostile"):
        assert re.findall("<script[^>]*>", answers["index"][name]["text"]) == ['<script src="../static/airflow.js">']
    assert "&lt;script&gt;alert(&#39;check&#39;)&lt;/script&gt;" in found["text"]


@pytest.mark.parametrize("name", WRONG)
def test_wrong_parameters_are_told_in_words(answers: dict[str, Any], name: str) -> None:
    found = answers["index"][f"wrong {name}"]
    assert found["status"] == 422
    assert re.search(
        r'id="error" role="alert"><strong>This cannot be looked up.</strong><p>\w[^<]{15,}\.</p>', found["text"]
    )


@pytest.mark.parametrize("what", ["ledger gone", "no ledger"])
def test_a_ledger_that_does_not_answer_is_said_so(answers: dict[str, Any], what: str) -> None:
    assert answers["index"][what]["status"] == 503
    assert "ledger" in answers["index"][what]["text"].lower()
    assert "127.0.0.1" not in answers["index"][what]["text"]


def cards(answer: dict[str, Any]) -> list[tuple[str, str]]:
    """Datasets and states that the overview lists, in its order."""
    assert answer["status"] == 200, answer["text"]
    return re.findall(
        r'<th scope="row"><span class="badge badge-\w+">([^<]+)</span><a class="name"[^>]*>(\w+)</a>', answer["text"]
    )


def test_the_overview_puts_trouble_on_top(answers: dict[str, Any]) -> None:
    found = answers["overview"]["all"]
    assert cards(found) == [("late", "tardy"), ("in quarantine", "held"), ("released", "quiet")]
    assert "2 of 3 datasets need attention: 1 late, 1 with batches in quarantine" in found["text"]
    assert cards(answers["overview"]["trouble"]) == cards(found)[:2]
    assert cards(answers["overview"]["text"]) == cards(found)[2:]
    assert "All is well" in answers["overview"]["text"]["text"]
    assert "There is no page 7" in answers["overview"]["beyond"]["text"]
    assert "No dataset fits these filters" in answers["overview"]["no match"]["text"]


def test_the_overview_tells_of_figures_champion_and_nights(answers: dict[str, Any]) -> None:
    text = answers["overview"]["all"]["text"]
    assert re.search(r'class="bad" href="./collapse/held/">0.700<.*?> <span class="soft">at least 0.880</span>', text)
    reigned = rf"for ({NIGHTS}|{NIGHTS + 1}) days · depth 0 · 100% real"
    assert len(re.findall(rf'trees</a> <span class="soft">version 1</span>\s*<div[^>]*>{reigned}', text)) == 3
    assert f"The last {NIGHTS} nights: {NIGHTS - 1} released, 1 quarantined" in text
    assert f"TSTR of {NIGHTS} nights: lowest 0.900, highest 0.900, last 0.900" in text
    nights = re.findall(r'class="night night-(\w+)"[^>]*title="[^:]+: ([^"]+)"', text)
    assert nights.count(("released", "3 released")) == NIGHTS - 1
    assert nights.count(("missing", "1 missing, 1 quarantined, 1 released")) == 1


def test_nothing_in_the_overview_is_markup(answers: dict[str, Any]) -> None:
    assert "&lt;b&gt;quiet&lt;/b&gt;" in answers["overview"]["all"]["text"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answers["overview"]["hostile"]["text"]
    for name in ("all", "hostile"):
        assert not re.search(r"<b>|<script>|\son\w+=", answers["overview"][name]["text"])
        policy = dict(part.split(" ", 1) for part in answers["overview"][name]["policy"].split("; "))
        assert (policy["default-src"], policy["script-src"], policy["form-action"]) == ("'none'", "'self'", "'self'")


def test_the_overview_leaves_out_what_the_visitor_may_not_see(answers: dict[str, Any]) -> None:
    text = answers["overview"]["without a right"]["text"]
    assert "No dataset has run yet" in text
    assert not any(name in text for name in ("tardy", "held", "quiet"))
    assert "calendar" not in text


def test_nobody_misses_nights_of_a_paused_or_absent_dag(answers: dict[str, Any]) -> None:
    assert [state for state, _ in cards(answers["overview"]["no dags"])] == ["paused"] * 3
    assert cards(answers["overview"]["paused"])[-1] == ("paused", "held")


@pytest.mark.parametrize("name", ["text", "nul", "show", "page"])
def test_wrong_parameters_of_the_overview_are_told_in_words(answers: dict[str, Any], name: str) -> None:
    found = answers["overview"][f"wrong {name}"]
    assert found["status"] == 422
    assert re.search(r"<strong>This cannot be looked up.</strong><p>\w[^<]{15,}\.</p>", found["text"])


def test_the_overview_says_so_where_there_is_no_ledger(answers: dict[str, Any]) -> None:
    assert answers["overview"]["no ledger"]["status"] == 503
    assert answers["anonymous browser at the overview"]["status"] == 303


BATCH_ROUTES = ("page", "manifest", "run", "style")


@pytest.mark.parametrize("what", BATCH_ROUTES)
def test_batches_need_a_login(answers: dict[str, Any], what: str) -> None:
    found = answers["batches"][f"anonymous {what}"]
    assert found["status"] == 401
    assert not any(word in found["text"] for word in ("quiet", "synthetic", "verdict"))


@pytest.mark.parametrize(
    "what",
    [
        *(f"bob's {what}" for what in ("page", "manifest", "run", "retrain", "other run")),
        *(f"secret {what}" for what in ("page", "manifest", "run", "retrain")),
    ],
)
def test_batches_need_the_right_to_their_dag(answers: dict[str, Any], what: str) -> None:
    found = answers["batches"][what]
    assert found["status"] == 403
    assert "Readers have it" not in found["text"]


@pytest.mark.parametrize("name", ODD_IDS)
def test_what_is_no_batch_is_not_found(answers: dict[str, Any], name: str) -> None:
    for what in (f"odd {name}", f"odd {name} manifest", "another's batch", "no manifest"):
        assert answers["batches"][what]["status"] == 404
        assert "Readers have it" not in answers["batches"][what]["text"]


def words(answer: dict[str, Any]) -> str:
    """The text of a page, without its tags."""
    assert answer["status"] == 200, answer["text"]
    return " ".join(re.sub(r"<[^>]*>", " ", answer["text"].replace("<wbr>", "")).split())


def test_a_batchs_page_tells_everything(answers: dict[str, Any]) -> None:
    told = words(answers["batches"]["page"])
    for part in (
        "&lt;b&gt;quiet&lt;/b&gt; has been judged",
        "8 of 8 checks passed",
        "Readers have it.",
        "neighbours.coverage",
        "at least 0.88 from the spec",
        "20,000 rows in 2 files 2.50 s 8,000 rows a second",
        "120 of 20,000 rows touched",
        "rows missing from rare bins: 240 before, 4 after",
        "10.0% of the rows lie elsewhere than in real rows",
        "bin 2 50.00% 60.00% +10.00%",
        "Readers synthetic.quiet",
        "release by headwater",
    ):
        assert part in told or part in answers["batches"]["page"]["text"], part


def test_the_failed_batch_tells_what_failed_first(answers: dict[str, Any]) -> None:
    text = answers["batches"]["failed"]["text"]
    assert "5 of 8 checks passed; failed: 2 critical, 1 info" in text
    assert text.index(">Failed</h3>") < text.index("category.rare") < text.index("joint.c2st")
    assert text.index("joint.c2st") < text.index("neighbours.coverage")
    assert f"docs/quiet/{answers['batches']['ids']['failed']}/failing_rows.csv" in text
    assert "manifest.json" not in text
    assert "No reader saw it; a person decides." in answers["batches"]["held"]["text"]


def test_nothing_on_the_batchs_page_is_markup(answers: dict[str, Any]) -> None:
    for name in ("page", "failed", "run", "unknown", "other run", "sql"):
        found = answers["batches"][name]
        assert not re.search(r"<b>|<script>|\son\w+=", found["text"])
        policy = dict(part.split(" ", 1) for part in found["policy"].split("; "))
        assert (policy["default-src"], policy["script-src"]) == ("'none'", "'self'")
    assert "&lt;script&gt;window.ran" in answers["batches"]["page"]["text"]


def test_the_manifest_is_a_file_to_keep(answers: dict[str, Any]) -> None:
    found, ids = answers["batches"]["manifest"], answers["batches"]["ids"]
    assert (found["status"], found["text"]) == (200, MANIFEST.decode())
    assert found["saved_as"] == f'attachment; filename="quiet_{ids["mended"]}_manifest.json"'
    assert "sandbox" in found["policy"]


def test_the_tab_of_a_run_shows_what_it_made(answers: dict[str, Any]) -> None:
    told = answers["batches"]["run"]["text"]
    assert "This run made 2 batches of the date; the newest of them is shown." in told
    assert "Readers have it." in told
    assert f'href="./../dags/nightly__quiet/runs/{quote(RUN, safe="")}"' in told


def test_a_run_that_wrote_nothing_shows_the_batch_of_its_day(answers: dict[str, Any]) -> None:
    found, day = answers["batches"], answers["batches"]["ids"]["day"]
    assert f"<h1>held {day} " in found["backfill"]["text"]
    assert "found the batch of the date made before, by run manual; it is in quarantine." in found["backfill"]["text"]
    assert "<h1>tardy " in found["asked"]["text"]
    assert f"No batch of {day} yet" in words(found["waits"])
    assert "names no day to make" in words(found["nothing"])
    assert "Neither the ledger nor Airflow knows this run." in words(found["unknown"])
    assert "Neither the ledger nor Airflow knows this run." in words(found["sql"])


def test_other_runs_are_told_what_the_tab_is_for(answers: dict[str, Any]) -> None:
    assert "trees" in words(answers["batches"]["retrain"])
    assert "1 min 2 s" in words(answers["batches"]["retrain"])
    assert "None was taken yet." in words(answers["batches"]["retrain"])
    assert "this one has fitted none" in words(answers["batches"]["idle retrain"])
    assert "Of a run of nightly__DATASET this tab shows the batch" in words(answers["batches"]["other run"])
    assert '<a href="./">Overview of all datasets</a>' in answers["batches"]["other run"]["text"]


@pytest.mark.parametrize("what", ["no run", "no dag", "nul", "length"])
def test_a_run_without_its_ids_is_told_in_words(answers: dict[str, Any], what: str) -> None:
    found = answers["batches"][f"wrong {what}"]
    assert found["status"] == 422
    assert re.search(r"(dag|run)_id must be its id, of 1 to 250 characters\.", found["text"])


@pytest.mark.parametrize("what", ["page", "manifest", "run"])
def test_batches_say_so_where_there_is_no_ledger(answers: dict[str, Any], what: str) -> None:
    assert answers["batches"][f"{what} without ledger"]["status"] == 503


def test_the_overview_and_the_index_lead_to_batches(answers: dict[str, Any]) -> None:
    ids = answers["batches"]["ids"]
    assert f'href="batches/quiet/{ids["mended"]}/"' in answers["overview"]["all"]["text"]
    assert re.search(r'href="../batches/people/[0-9a-f-]{36}/">All about this batch', answers["index"]["all"]["text"])


def test_what_is_there_after_the_first_page_is_left_out_of_garbage_collections_once(answers: dict[str, Any]) -> None:
    without_a_login, after_the_index, after_all = answers["frozen"]
    assert after_the_index > without_a_login + 100_000
    assert 0.9 * after_the_index < after_all <= after_the_index  # some of it was needed no more
