"""Messages to real servers on this machine: what arrives, what hostile words become, what a refusal leaves behind."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter
from tests.receiving import HOST, Mail, Web, mail_server, web_server

from headwater.chain.facts import Fact
from headwater.chain.telling import NotSentError
from headwater.orchestration.receivers import SENTENCE_MAX, link, load_hooks, send
from headwater.spec.notify import Receiver

BASE = "https://airflow.example/flow"
PAGE = f"{BASE}/headwater/docs/clinic/11111111-1111-1111-1111-111111111111/"
HOSTILE = (
    "<!channel> <https://evil.example|click> {{ conn.x.password }} <script>alert(1)</script> &amp;\r\nBcc: a@b.c \u202e"
)


@pytest.fixture(scope="module")
def web() -> Iterator[Web]:
    with web_server() as found:
        yield found


@pytest.fixture(scope="module")
def mail() -> Iterator[Mail]:
    with mail_server() as found:
        yield found


@pytest.fixture(autouse=True)
def airflow_settings(monkeypatch: pytest.MonkeyPatch, web: Web, mail: Mail) -> None:
    """Connections as they would be stored, for a test's servers."""
    plain = {"disable_tls": True, "disable_ssl": True, "from_email": "headwater@example.org"}
    connections: dict[str, dict[str, Any]] = {
        "ops_hook": {"conn_type": "http", "host": web.url("hook")},
        "ops_500": {"conn_type": "http", "host": web.url("s3cret/500")},
        "ops_302": {"conn_type": "http", "host": web.url("s3cret/302")},
        "nobody": {"conn_type": "http", "host": "http://127.0.0.1:9/s3cret"},
        "slack_hook": {"conn_type": "slackwebhook", "host": web.url("services"), "password": "T0/B0/x"},
        "slack_404": {"conn_type": "slackwebhook", "host": web.url("services"), "password": "s3cret/404"},
        "slack_api": {"conn_type": "slack", "password": "xoxb-1", "extra": {"base_url": web.url("api/")}},
        "slack_bad": {"conn_type": "slack", "password": "xoxb-1", "extra": {"base_url": web.url("refusing/")}},
        "letters": {"conn_type": "smtp", "host": HOST, "port": mail.port, "extra": plain},
    }
    for name, values in connections.items():
        monkeypatch.setenv(f"AIRFLOW_CONN_{name.upper()}", json.dumps(values))
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", f"{BASE}/")


KINDS: dict[str, dict[str, Any]] = {"slack": {}, "email": {"to": ["ops@example.org"]}, "webhook": {}}


def receiver(**values: Any) -> Any:
    return TypeAdapter(Receiver).validate_python(values)


def fact(**changes: Any) -> Fact:
    values: dict[str, Any] = {
        "kind": "quarantined",
        "subject_id": "a-batch",
        "dataset": "clinic",
        "headline": "The batch of clinic for 2026-01-01 is in quarantine.",
        "sentence": HOSTILE,
        "dag_id": "nightly__clinic",
        "run_id": "manual__2026-01-01T00:00:00+00:00",
        "validation_id": "11111111-1111-1111-1111-111111111111",
        "at": datetime(2026, 1, 1, 3, tzinfo=UTC),
    }
    return Fact(**{**values, **changes})


def test_a_webhook_gets_the_fact_and_a_key_by_which_it_knows_it_again(web: Web) -> None:
    send(receiver(kind="webhook", connection="ops_hook"), fact())
    got = [each for each in web.posts if each.path == "/hook"][-1]
    assert got.headers["Idempotency-Key"] == "clinic/quarantined/a-batch"
    assert got.body == {
        "fact": "quarantined",
        "id": "a-batch",
        "dataset": "clinic",
        "headline": "The batch of clinic for 2026-01-01 is in quarantine.",
        "sentence": " ".join(HOSTILE.replace("\u202e", "").split()),
        "link": PAGE,
        "at": "2026-01-01T03:00:00+00:00",
    }


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"connection": "slack_hook"}, "services/T0/B0/x"),
        ({"connection": "slack_api", "channel": "#data"}, "api/chat.postMessage"),
    ],
)
def test_slack_gets_plain_text_and_one_link(web: Web, values: dict[str, str], path: str) -> None:
    send(receiver(kind="slack", **values), fact())
    body = web.at(path)[-1]
    assert body.get("channel") == values.get("channel")
    said, where = body["blocks"]
    assert said["text"]["type"] == "plain_text"
    assert "<!channel>" in said["text"]["text"], "in plain text it is nothing but these letters"
    assert where["text"] == {"type": "mrkdwn", "text": f"<{PAGE}|Data Docs>"}
    assert not {"<", ">"} & set(body["text"])
    assert "&lt;!channel&gt;" in body["text"]


def test_a_letter_is_escaped_and_its_head_is_its_own(mail: Mail) -> None:
    asked = receiver(kind="email", connection="letters", to=["a@example.org", "b@example.org"])
    send(asked, fact(headline="Late.\r\nBcc: all@example.org"))
    addresses, letter = mail.letters[-1]
    assert addresses == ["a@example.org", "b@example.org"]
    assert (letter["Subject"], letter["From"]) == ("Late. Bcc: all@example.org", "headwater@example.org")
    assert letter["Bcc"] is None
    html = next(part for part in letter.walk() if part.get_content_type() == "text/html").get_payload(decode=True)
    assert isinstance(html, bytes)
    assert b"&lt;script&gt;" in html
    assert html.count(b"<a ") == 1
    assert f'<a href="{PAGE}">'.encode() in html
    assert b"{{ conn.x.password }}" in html, "nobody takes the words for a template"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"kind": "webhook", "connection": "no_such"}, "Airflow has no connection 'no_such'. Cure:"),
        ({"kind": "webhook", "connection": "ops_500"}, "HTTP status 500"),
        ({"kind": "webhook", "connection": "ops_302"}, "HTTP status 302, a redirect"),
        ({"kind": "slack", "connection": "slack_404"}, "HTTP status 404"),
        ({"kind": "slack", "connection": "slack_bad", "channel": "#gone"}, "channel_not_found"),
    ],
)
def test_a_refusal_says_why_and_no_secret(web: Web, values: dict[str, str], words: str) -> None:
    with pytest.raises(NotSentError, match=words) as refused:
        send(receiver(**values), fact())
    assert "s3cret" not in str(refused.value)
    assert web.at("elsewhere") == []


def test_all_hooks_are_there() -> None:
    load_hooks([receiver(kind=kind, connection="x", **more) for kind, more in KINDS.items()])
    assert {"airflow.providers.slack.hooks.slack", "airflow.providers.http.hooks.http"} <= set(sys.modules)


def test_nobody_at_home_is_an_error() -> None:
    with pytest.raises(Exception, match="refused"):
        send(receiver(kind="webhook", connection="nobody"), fact())


def test_a_link_leads_to_the_page_that_says_more(monkeypatch: pytest.MonkeyPatch) -> None:
    assert link(fact()) == PAGE
    run = f"{BASE}/dags/nightly__clinic/runs/manual__2026-01-01T00%3A00%3A00%2B00%3A00"
    assert link(fact(validation_id="")) == run
    assert link(fact(validation_id="", run_id="")) == f"{BASE}/dags/nightly__clinic"
    monkeypatch.setenv("AIRFLOW__API__BASE_URL", "/")
    assert link(fact()) == ""


def test_a_very_long_sentence_is_shortened(web: Web) -> None:
    send(receiver(kind="webhook", connection="ops_hook"), fact(sentence="x" * 10_000))
    assert web.at("hook")[-1]["sentence"] == "x" * (SENTENCE_MAX - 1) + "…"
