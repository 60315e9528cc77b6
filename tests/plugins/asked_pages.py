"""What ``real_airflow.py`` asks about generators and about collapse, of a ledger with a history (``sliding.py``).

Belongs here: the questions. Does not: what the answers should be (``test_pages_in_airflow.py``).
"""

from __future__ import annotations

import os
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import quote

from tests.ledger.slid_watch import look_and_alarm
from tests.ledger.sliding import HOSTILE, Story, live_and_slide

from headwater.ledger import Ledger
from headwater.ledger.migrate import migrate

ODD_VERSIONS = {
    "zero": "0",
    "negative": "-1",
    "large": "9" * 10,
    "unknown": "99",
    "text": "previous",
    "dots": "..%2f..%2fcensus",
    "nul": "1%00",
    "quote": "1'%20OR%201=1--",
    "letters": "0B5C1D3E-0000-4000-8000-000000000000",
    "nobody": "0b5c1d3e-0000-4000-8000-000000000000",
    "digits": "%D9%A1",
}
WRONG_PAGES = {
    "page": "generators/census/?page=0",
    "runs": "generators/census/?runs=%C2%B2",
    "to": "collapse/census/?to=yesterday",
    "nights": "collapse/census/?nights=61",
    "alarms": "collapse/census/?alarms=-1",
    "tab": "generators",
    "nul": "collapse?dag_id=a%00",
    "length": f"generators?dag_id={'a' * 251}",
}
ROUTES = {
    "generators": "generators/census/",
    "generator": "generators/census/4/",
    "collapse": "collapse/census/",
    "generators tab": "generators?dag_id=retrain__census",
    "collapse tab": "collapse?dag_id=watch__census",
    "style": "static/anchor.css",
}


def last_night() -> date:
    """Yesterday, so that ages are those of a house at work."""
    return datetime.now(UTC).date() - timedelta(days=1)


def slide_till_now(url: str, *stories: Story) -> None:
    """These histories in the ledger of that URL."""
    migrate(url)
    ledger = Ledger(url)
    with ledger.transaction() as books:
        for story in stories:
            live_and_slide(books, story)
            look_and_alarm(books, story)
    ledger.close()


def ask_for_pages(client: Any, token_of: Any) -> dict[str, Any]:
    """Each route as ann, as bob, anonymous, of datasets that are secret or none, wrongly, and without a ledger."""
    story = Story("census", last_night())
    slide_till_now(os.environ["HEADWATER_LEDGER_URL"], story)
    found: dict[str, Any] = {"ids": {name: story.of(name) for name in ("mixture 4", "alarm neighbours.coverage")}}

    def get(name: str, path: str, **headers: str) -> None:
        answer = client.get(f"/headwater/{path}", headers=headers)
        told = {"status": answer.status_code, "location": answer.headers.get("location")}
        found[name] = {**told, "policy": answer.headers.get("content-security-policy"), "text": answer.text}

    client.cookies.clear()
    for name, path in ROUTES.items():
        get(f"anonymous {name}", path)
        get(f"anonymous browser {name}", path, accept="text/html")
    client.cookies.set("_token", token_of("bob"))
    for name, path in ROUTES.items():
        get(f"bob's {name}", path)
    client.cookies.set("_token", token_of("ann"))
    for name, path in ROUTES.items():
        get(name, path)
        get(f"secret {name}", path.replace("census", "secret"))
        get(f"odd {name}", path.replace("census/", "Census'/"))
    others = {"former": "generators/census/2/", "withdrawn": "generators/census/3/", "first": "generators/census/1/"}
    others |= {"candidate": f"generators/census/{story.of('mixture 4')}/"}
    others |= {"by id": f"generators/census/{story.of('trees 7')}/", "another's": "generators/quiet/4/"}
    others |= {
        "beyond": "generators/census/?page=9&runs=9",
        "empty": "generators/nobody/",
        "nothing": "collapse/nobody/",
    }
    others |= {
        "thirty": "collapse/census/?nights=30",
        "older": "collapse/census/?to=2020-01-01",
        "late": "collapse/census/?alarms=7",
    }
    others |= {"days": f"collapse/census/?nights=30&to={last_night() - timedelta(days=40)}"}
    others |= {"foreign tab": f"generators?dag_id={quote(HOSTILE)}", "foreign other tab": "collapse?dag_id=retrain"}
    for name, path in others.items():
        get(name, path)
    for name, odd in ODD_VERSIONS.items():
        get(f"version {name}", f"generators/census/{odd}/")
    for name, path in WRONG_PAGES.items():
        get(f"wrong {name}", path)
    os.environ["HEADWATER_LEDGER_URL"] = ""
    for name, path in ROUTES.items():
        get(f"{name} without ledger", path)
    return found
