"""Facts that people want to be told of, from the ledger: quarantines, approvals, alarms, drift, champions, late nights.

Belongs here: which facts there are, their ids, and their words. Does not: who is told, and how (``telling.py``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from headwater.chain.house import House
from headwater.ledger import Books
from headwater.ledger.records import AWAITS, Decision
from headwater.spec import DatasetSpec
from headwater.spec.nights import Night, last_nights
from headwater.spec.notify import FactKind

FRESH = timedelta(days=2)
"""Older facts are no news: who is named as a receiver today is not told of last year."""


@dataclass(frozen=True)
class Fact:
    """One fact.

    Attributes:
        kind: what it is.
        subject_id: with dataset and kind, its identity: it stays the same however often it is found.
        dataset: the dataset it is about.
        headline: what happened, in one plain sentence.
        sentence: why; words of the ledger, which may hold any character.
        dag_id: the DAG whose page says more.
        run_id: its run; empty: none has come so far.
        validation_id: the Data Docs page that says more; empty: none does.
        at: when it happened; with zone.
    """

    kind: FactKind
    subject_id: str
    dataset: str
    headline: str
    sentence: str
    dag_id: str
    run_id: str
    validation_id: str
    at: datetime


def facts_of(house: House, spec: DatasetSpec, now: datetime) -> list[Fact]:
    """What happened to the dataset within :data:`FRESH`, oldest first."""
    with house.ledger.transaction() as books:
        decisions = books.decisions.since(spec.dataset, tuple(_WORDS), now - FRESH)
        found = [fact for each in decisions if (fact := _WORDS[each.kind](books, each)) is not None]
        found += _late(books, spec, now)
    return sorted({(each.kind, each.subject_id): each for each in reversed(found)}.values(), key=lambda each: each.at)


def _quarantined(books: Books, decision: Decision) -> Fact:
    batch = books.batches.get(decision.subject_id)
    judged = books.validations.latest(batch.batch_id)
    headline = f"The batch of {decision.dataset} for {batch.batch_date} is in quarantine; readers do not see it."
    page = judged.validation_id if judged else ""
    return _fact("quarantined", batch.batch_id, decision, headline, "nightly__{}", validation_id=page)


def _approval(books: Books, decision: Decision) -> Fact:
    """The question parks in a run that begins only now, so the link leads to its DAG."""
    label = books.generators.get(decision.subject_id).label
    headline = f"{label} won its comparison and waits for a person to make it champion of {decision.dataset}."
    return replace(_fact("approval", decision.decision_id, decision, headline, "decide__{}"), run_id="")


def _alarm(_: Books, decision: Decision) -> Fact:
    headline = f"The watch over {decision.dataset} raised an alarm."
    return _fact("alarm", decision.subject_id, decision, headline, "watch__{}")


def _drift(_: Books, decision: Decision) -> Fact | None:
    """None where a first champion is asked for: nothing has drifted. Asked for again, it is the same drift."""
    champion = decision.detail.get("generator_id")
    if champion is None:
        return None
    headline = f"The real table of {decision.dataset} has drifted; a retraining is asked for."
    return _fact("drift", f"{decision.subject_id}/{champion}", decision, headline, "drift__{}")


def _promoted(_: Books, decision: Decision) -> Fact:
    by = "" if decision.decided_by == "headwater" else f" {decision.decided_by} approved it."
    headline = f"{decision.dataset} has a new champion.{by}"
    return _fact("champion", decision.decision_id, decision, headline, "decide__{}" if by else "retrain__{}")


def _rolled_back(_: Books, decision: Decision) -> Fact:
    headline = f"An earlier champion of {decision.dataset} is back: {decision.decided_by} rolled back."
    return _fact("champion", decision.decision_id, decision, headline, "rollback")


_WORDS: dict[str, Callable[[Books, Decision], Fact | None]] = {
    "quarantine": _quarantined,
    AWAITS: _approval,
    "alarm": _alarm,
    "drift": _drift,
    "promote": _promoted,
    "rollback": _rolled_back,
}
"""By kind of decision."""


def _fact(
    kind: FactKind, subject_id: str, decision: Decision, headline: str, dag: str, *, validation_id: str = ""
) -> Fact:
    return Fact(
        kind=kind,
        subject_id=subject_id,
        dataset=decision.dataset,
        headline=headline,
        sentence=decision.reason,
        dag_id=dag.format(decision.dataset),
        run_id=str(decision.detail.get("run_id", "")),
        validation_id=validation_id,
        at=decision.decided_at,
    )


def _late(books: Books, spec: DatasetSpec, now: datetime) -> list[Fact]:
    """Nights whose deadline has passed and of which no batch was ever released.

    They are read from the schedule, not from runs: a run that never came is late too, and one that a person starts for
    an old day is not. A night before the first champion could not be made. One that was recalled was there.
    """
    nights = [each for each in last_nights(spec.schedule, now, FRESH.days + 1) if _is_due(each, now)]
    reigns = [each.promoted_at for each in books.champions.versions(spec.dataset)] if nights else []
    facts = []
    for night in nights:
        if night.due_at is None or not reigns or min(reigns) > night.starts_at:
            continue
        batches = books.batches.of_night(spec.dataset, night.batch_date)
        if any(each.released_at for each in batches):
            continue
        status = batches[-1].status if batches else ""
        why = _STATES.get(status, "It is not made yet." if batches else "There is no batch of that day.")
        by = f"{spec.schedule.deadline} ({spec.schedule.timezone})"
        facts.append(
            Fact(
                kind="late",
                subject_id=night.batch_date.isoformat(),
                dataset=spec.dataset,
                headline=f"No batch of {spec.dataset} for {night.batch_date} was released by {by}.",
                sentence=why,
                dag_id=f"nightly__{spec.dataset}",
                run_id=batches[-1].run_id if batches else "",
                validation_id="",
                at=night.due_at,
            )
        )
    return facts


_STATES = {
    "quarantined": "It is in quarantine.",
    "failed": "It failed its checks.",
    "passed": "It passed its checks and waits for its release.",
}
"""Why nothing was released, by the status of the night's last batch."""


def _is_due(night: Night, now: datetime) -> bool:
    return night.due_at is not None and now - FRESH <= night.due_at <= now
