"""What ``real_airflow.py`` asks about batches and runs, of the ledger of ``tonight.py``.

Belongs here: the questions. Does not: what the answers should be (``test_plugin_in_airflow.py``).
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlencode

from tests.plugins.told_batch import HOSTILE, RUN, failed_id, know_run, mended_id
from tests.plugins.tonight import days

ODD_IDS = {
    "text": "none",
    "dots": "..%2f..%2fquiet",
    "backslashes": "..%5c..%5c",
    "nul": "a%00b",
    "quote": "'%20OR%201=1--",
    "capitals": "0B5C1D3E-0000-4000-8000-000000000000",
    "unknown": "0b5c1d3e-0000-4000-8000-000000000000",
}


def ask_for_batches(client: Any, token_of: Any) -> dict[str, Any]:
    """Batches and runs of the overview's ledger: as ann, as bob, anonymous, and with ids that are none."""
    kept, os.environ["HEADWATER_LEDGER_URL"] = os.environ["HEADWATER_LEDGER_URL"], os.environ["HEADWATER_TONIGHT_URL"]
    day = days()[0]
    mended, failed, held = mended_id("quiet", day), failed_id("quiet", day), mended_id("held", day)
    know_run("nightly__held", "backfill__x", day)
    know_run("nightly__tardy", "manual__asked", None, {"batch_date": days()[1].isoformat()})
    know_run("nightly__tardy", "manual__waits", day)
    know_run("nightly__tardy", "manual__nothing", None, {"batch_date": "<b>soon</b>"})
    found: dict[str, Any] = {"ids": {"mended": mended, "failed": failed, "held": held, "day": day.isoformat()}}

    def get(name: str, path: str) -> None:
        answer = client.get(f"/headwater/{path}")
        told = ("content-security-policy", "content-type", "content-disposition")
        policy, kind, saved_as = (answer.headers.get(header) for header in told)
        told_so = {"status": answer.status_code, "policy": policy, "kind": kind, "saved_as": saved_as}
        found[name] = {**told_so, "text": answer.text}

    def runs(**asked: str) -> str:
        return f"run?{urlencode(asked)}"

    page, quiet = f"batches/quiet/{mended}/", runs(dag_id="nightly__quiet", run_id=RUN)
    paths = {"page": page, "manifest": f"{page}manifest.json", "run": quiet, "style": "static/batch.css"}
    client.cookies.clear()
    for name, path in paths.items():
        get(f"anonymous {name}", path)
    client.cookies.set("_token", token_of("bob"))
    for name, path in paths.items():
        get(f"bob's {name}", path)
    get("bob's retrain", runs(dag_id="retrain__quiet", run_id=RUN))
    get("bob's other run", runs(dag_id="other", run_id=RUN))
    client.cookies.set("_token", token_of("ann"))
    for name, path in {**paths, "failed": f"batches/quiet/{failed}/", "held": f"batches/held/{held}/"}.items():
        get(name, path)
    get("no manifest", f"batches/quiet/{failed}/manifest.json")
    get("secret page", f"batches/secret/{mended}/")
    get("secret manifest", f"batches/secret/{mended}/manifest.json")
    get("secret run", runs(dag_id="nightly__secret", run_id=RUN))
    get("secret retrain", runs(dag_id="retrain__secret", run_id=RUN))
    get("another's batch", f"batches/held/{mended}/")
    for name, odd in ODD_IDS.items():
        get(f"odd {name}", f"batches/quiet/{odd}/")
        get(f"odd {name} manifest", f"batches/quiet/{odd}/manifest.json")
    asked = {
        "backfill": ("held", "backfill__x"),
        "asked": ("tardy", "manual__asked"),
        "waits": ("tardy", "manual__waits"),
    }
    asked |= {"nothing": ("tardy", "manual__nothing"), "unknown": ("quiet", HOSTILE), "sql": ("quiet", "' OR TRUE --")}
    for name, (dataset, run_id) in asked.items():
        get(name, runs(dag_id=f"nightly__{dataset}", run_id=run_id))
    get("retrain", runs(dag_id="retrain__quiet", run_id=RUN))
    get("idle retrain", runs(dag_id="retrain__held", run_id="x"))
    get("other run", runs(dag_id=HOSTILE, run_id=RUN))
    for name, query in {"no run": "dag_id=a", "no dag": "run_id=a", "nul": "dag_id=nightly__quiet&run_id=a%00"}.items():
        get(f"wrong {name}", f"run?{query}")
    get("wrong length", runs(dag_id="nightly__quiet", run_id="a" * 251))
    os.environ["HEADWATER_LEDGER_URL"] = ""
    for name, path in paths.items():
        get(f"{name} without ledger", path)
    os.environ["HEADWATER_LEDGER_URL"] = kept
    return found
