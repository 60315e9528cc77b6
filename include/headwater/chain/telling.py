"""Telling: each receiver once of each fact, whatever becomes of the others, and never at the expense of the run.

Belongs here: who is told of what, in which order, how long it may take, what is written down. Does not: how a message
looks and travels (the caller hands in ``send``).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from time import monotonic

from headwater.chain.facts import Fact, facts_of
from headwater.chain.house import House
from headwater.ledger.repositories.notices import CUT
from headwater.spec import DatasetSpec
from headwater.spec.notify import Email, Slack, Webhook

log = logging.getLogger(__name__)

ANSWER_SECONDS = 10.0
"""For one message. A thread that hangs longer is left behind; it ends with the process."""
BEGIN_SECONDS = 3.0
"""After so long no message is begun. Airflow ends a task 20 s after it is over, and this runs then."""

AnyReceiver = Slack | Email | Webhook
Send = Callable[[AnyReceiver, Fact], None]


class NotSentError(Exception):
    """A message that surely did not arrive. The words go to log and ledger: they must hold no secret."""


@dataclass
class _Sending:
    """One message on its way; ``outcome`` is None until it is known."""

    receiver: AnyReceiver
    fact: Fact
    outcome: str | None = None
    thread: threading.Thread = field(init=False)

    def begin(self, send: Send) -> None:
        self.thread = threading.Thread(target=self._run, args=[send], daemon=True)
        self.thread.start()

    def _run(self, send: Send) -> None:
        try:
            send(self.receiver, self.fact)
        except NotSentError as error:
            self.outcome = str(error)
        except TimeoutError:  # of a connection that names a shorter time; it may have arrived
            self.outcome = None
        except Exception as error:  # noqa: BLE001 - libraries of receivers raise anything; its text may hold a secret
            self.outcome = type(error).__name__
        else:
            self.outcome = ""


def tell(
    house: House,
    spec: DatasetSpec,
    send: Send,
    *,
    ready: Callable[[], None] = lambda: None,
    answer_seconds: float = ANSWER_SECONDS,
) -> None:
    """Send to each receiver of the spec what it has not been told yet; all receivers at the same time.

    A receiver that cannot be reached is noted and told by a later call, up to three times in all. One that does not
    answer within ``answer_seconds`` may have the message, so it is not sent again. ``ready`` is called before the first
    message, if there is one: what it takes is not counted.

    Raises:
        LedgerError: the ledger cannot be read or written.
    """
    if not spec.notify:
        return
    waiting = _untold(house, spec, datetime.now(UTC))
    if waiting:
        ready()
    began = monotonic()
    while waiting and monotonic() - began < BEGIN_SECONDS:
        sendings = [_Sending(receiver, facts.pop(0)) for receiver, facts in waiting]
        claimed = [each for each in sendings if _claim(house, each)]
        for each in claimed:
            each.begin(send)
        until = monotonic() + answer_seconds
        for each in claimed:
            each.thread.join(max(0.0, until - monotonic()))
        troubled = {each.receiver.name for each in claimed if not _settle(house, each)}
        waiting = [(receiver, facts) for receiver, facts in waiting if facts and receiver.name not in troubled]


def _untold(house: House, spec: DatasetSpec, now: datetime) -> list[tuple[AnyReceiver, list[Fact]]]:
    """For each receiver the facts that it is to be told of, oldest first; none without any."""
    facts: Sequence[Fact] = facts_of(house, spec, now)
    if not facts:
        return []
    with house.ledger.transaction() as books:
        settled = books.notices.settled(spec.dataset, min(each.at for each in facts))
    found = []
    for receiver in spec.notify:
        mine = [each for each in facts if each.kind in receiver.about]
        mine = [each for each in mine if (each.kind, each.subject_id, receiver.name) not in settled]
        found += [(receiver, mine)] if mine else []
    return found


def _claim(house: House, sending: _Sending) -> bool:
    fact = sending.fact
    with house.ledger.transaction() as books:
        key = (fact.dataset, fact.kind, fact.subject_id, sending.receiver.name)
        return books.notices.claim(*key, run_id=house.run_id, at=datetime.now(UTC))


def _settle(house: House, sending: _Sending) -> bool:
    """Write down how it ended; whether the receiver may be sent more at once."""
    fact, outcome, receiver = sending.fact, sending.outcome, sending.receiver.name
    if outcome is None:
        log.warning("%s was perhaps not told that: %s %s", receiver, fact.headline, CUT)
        return False
    with house.ledger.transaction() as books:
        key = (fact.dataset, fact.kind, fact.subject_id, receiver)
        books.notices.settle(*key, at=datetime.now(UTC), error=outcome)
    if outcome:
        log.warning("%s was not told that: %s %s", receiver, fact.headline, outcome)
    else:
        log.info("%s was told that: %s", receiver, fact.headline)
    return not outcome
