"""What tests of the plugin in a browser share: one Airflow a session, a tab a test."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.ledger.sliding import Story
from tests.plugins.asked_pages import last_night, slide_till_now
from tests.plugins.browsing import Visit, publish, visiting
from tests.plugins.judged import judge_nights
from tests.plugins.told_batch import MANIFEST, location
from tests.plugins.tonight import days, live_through

from headwater.local.postgres import EmbeddedPostgres
from headwater.store import Store

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "pages_in_browser"


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, postgres: EmbeddedPostgres) -> Iterator[dict[str, str]]:
    """Address and token of an Airflow with a judged ledger, and pages of a hostile table."""
    folder = tmp_path_factory.mktemp("site")
    store_url = (folder / "store").as_uri()
    postgres.create_database(DATABASE)
    judge_nights(postgres.url(DATABASE), {"people": 60})
    live_through(postgres.url(DATABASE))
    slide_till_now(postgres.url(DATABASE), Story("census", last_night(), "coarse trees"), Story("odd", last_night()))
    publish(Store(store_url))
    Store(store_url).write_bytes(f"{location('quiet', days()[0])}/manifest.json", MANIFEST)
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


@pytest.fixture
def visit(site: dict[str, str], browser: Any) -> Iterator[Visit]:
    yield from visiting(site, browser)


@pytest.fixture
def visit_without_script(site: dict[str, str], browser: Any) -> Iterator[Visit]:
    yield from visiting(site, browser, java_script_enabled=False)
