"""How a fact travels: as a Slack message, a letter or a POST, by the hooks of Airflow's providers.

Belongs here: the words on the wire, escaped for each receiver, and the link. Does not: who is told of what
(``chain/telling.py``). The providers' hooks and not their notifiers: those take what they send for Jinja templates,
and the words of a fact may hold any character.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlsplit

from headwater.orchestration.links import data_docs_path

if TYPE_CHECKING:
    from airflow.sdk import Connection

    from headwater.chain.facts import Fact
    from headwater.spec.notify import Email, Slack, Webhook

TIMEOUT_SECONDS = 15
"""Of the libraries, where they take one. Longer than ``telling.ANSWER_SECONDS``, which decides: their errors do not
tell whether the message arrived, and it would be sent again."""
SENTENCE_MAX = 2_000
"""Characters; a block of Slack takes 3,000."""


def load_hooks(receivers: Sequence[Slack | Email | Webhook]) -> None:
    """Import what sends to these receivers: on a busy machine that takes seconds, which no receiver is to blame for."""
    for kind in {each.kind for each in receivers}:
        for module in _HOOKS[kind]:
            import_module(f"airflow.providers.{module}")


_HOOKS = {
    "slack": ("slack.hooks.slack", "slack.hooks.slack_webhook"),
    "email": ("smtp.hooks.smtp",),
    "webhook": ("http.hooks.http",),
}


def send(receiver: Slack | Email | Webhook, fact: Fact) -> None:
    """Send one message; blocks until it is taken.

    Raises:
        NotSentError: it surely did not arrive; the words hold no secret.
        Exception: what the provider's hook raises besides; its words may hold one.
    """
    from airflow.sdk import Connection
    from airflow.sdk.exceptions import AirflowNotFoundException

    from headwater.chain.telling import NotSentError

    try:
        _hide(Connection.get(receiver.connection))
    except AirflowNotFoundException:
        raise NotSentError(
            f"Airflow has no connection {receiver.connection!r}. Cure: create it, or name another under notify."
        ) from None
    way: Any = {"slack": _slack, "email": _email, "webhook": _webhook}[receiver.kind]
    try:
        way(receiver, fact)
    except Exception as error:  # its text may hold a URL that is a secret
        status = re.search(r"(?:^|Status Code: )([45]\d\d)\b", str(error))
        if status is None:
            raise
        raise NotSentError(f"The receiver answered with HTTP status {status[1]}.") from None


def _hide(connection: Connection) -> None:
    """Keep the path of the connection's URL out of the task's log, as Airflow keeps passwords: it is often the key."""
    from airflow.sdk.log import mask_secret

    for place in (connection.host, connection.password):
        path = urlsplit(place or "").path if "://" in (place or "") else ""
        if len(path) > 1:
            mask_secret(path)


def _slack(receiver: Slack, fact: Fact) -> None:
    body = slack_body(fact)
    if receiver.channel is None:
        from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook

        hook = SlackWebhookHook(slack_webhook_conn_id=receiver.connection, timeout=TIMEOUT_SECONDS, retry_handlers=[])
        hook.send_dict(body)
    else:
        from airflow.providers.slack.hooks.slack import SlackHook
        from slack_sdk.errors import SlackApiError

        from headwater.chain.telling import NotSentError

        web = SlackHook(slack_conn_id=receiver.connection, timeout=TIMEOUT_SECONDS, retry_handlers=[])
        try:
            web.call("chat.postMessage", json={**body, "channel": receiver.channel})
        except SlackApiError as error:
            raise NotSentError(f"Slack refused it: {error.response['error']}.") from None


def _email(receiver: Email, fact: Fact) -> None:
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    with SmtpHook(smtp_conn_id=receiver.connection) as hook:
        hook.send_email_smtp(to=list(receiver.to), subject=headline(fact), html_content=letter(fact))


def _webhook(receiver: Webhook, fact: Fact) -> None:
    from airflow.providers.http.hooks.http import HttpHook

    hook = HttpHook(method="POST", http_conn_id=receiver.connection)
    headers = {"Idempotency-Key": f"{fact.dataset}/{fact.kind}/{fact.subject_id}"}
    # A redirect would take the message, and the connection's headers, to another place than the connection names.
    options = {"timeout": TIMEOUT_SECONDS, "allow_redirects": False}
    answer = hook.run(json=post_body(fact), headers=headers, extra_options=options)
    if answer.status_code >= 300:
        from headwater.chain.telling import NotSentError

        raise NotSentError(f"The receiver answered with HTTP status {answer.status_code}, a redirect.")


def slack_body(fact: Fact) -> dict[str, Any]:
    """Of Slack's markup only our own link: in plain text nothing is a link or a mention, and it is escaped besides."""
    words = _for_slack(f"{headline(fact)} {sentence(fact)}")
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": {"type": "plain_text", "text": f"{headline(fact)}\n{sentence(fact)}"}}
    ]
    where = link(fact)
    if where:
        blocks.append({"type": "section", "text": {"type": "mrkdwn", "text": f"<{where}|{_title(fact)}>"}})
    # "text" is what notifications on a phone show; Slack reads it as markup unless told not to.
    return {"text": words, "mrkdwn": False, "unfurl_links": False, "blocks": blocks}


def letter(fact: Fact) -> str:
    """The letter's HTML."""
    where = link(fact)
    anchor = f'<p><a href="{escape(where)}">{_title(fact)}</a></p>' if where else ""
    return f"<p>{escape(headline(fact))}</p><p>{escape(sentence(fact))}</p>{anchor}"


def post_body(fact: Fact) -> dict[str, Any]:
    """What a webhook gets: plain text; who shows it escapes it."""
    return {
        "fact": fact.kind,
        "id": fact.subject_id,
        "dataset": fact.dataset,
        "headline": headline(fact),
        "sentence": sentence(fact),
        "link": link(fact) or None,
        "at": fact.at.isoformat(),
    }


def headline(fact: Fact) -> str:
    """The first sentence on one line: it becomes a letter's subject."""
    return _one_line(fact.headline)


def sentence(fact: Fact) -> str:
    """Why, on one line, shortened where it is very long."""
    words = _one_line(fact.sentence)
    return words if len(words) <= SENTENCE_MAX else f"{words[: SENTENCE_MAX - 1]}…"


def link(fact: Fact) -> str:
    """The page that says more: Data Docs of the batch, else the run, else the DAG; empty without a base URL."""
    from airflow.configuration import conf

    base = str(conf.get("api", "base_url", fallback="") or "").rstrip("/")
    if not base.startswith(("https://", "http://")):
        return ""
    if fact.validation_id:
        return base + data_docs_path(fact.dataset, fact.validation_id)
    run = f"/runs/{quote(fact.run_id, safe='')}" if fact.run_id else ""
    return f"{base}/dags/{fact.dag_id}{run}"


def _title(fact: Fact) -> str:
    return "Data Docs" if fact.validation_id else "Open in Airflow"


def _one_line(text: str) -> str:
    """Without line breaks, control characters and marks that turn the direction of what follows."""
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())


def _for_slack(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
