"""Alarms of the watch: raised once, closed by a new champion or a person, and what they stop.

Belongs here: the life of an alarm. Does not: when there is one (``watch.py``).

An alarm about nights or their union speaks of one generator: it closes when another is crowned. One about generations
closes when the newest champion no longer shows the slide, or a person withdrew the generator that it was raised
about. Any of them closes by a person's decision, with a reason; its chart then begins anew.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from headwater.chain import identity
from headwater.chain.asking import NAME_MAX, REASON_MAX, RequestRefusedError, said
from headwater.chain.charts import Look
from headwater.chain.decisions import decided
from headwater.chain.house import House
from headwater.ledger.guard_records import Alarm, WatchPoint
from headwater.ledger.ledger import Books
from headwater.ledger.records import Decision, Generator
from headwater.spec import DatasetSpec


def stopped_by(house: House, spec: DatasetSpec) -> Alarm | None:
    """The oldest open alarm, where the spec says that an alarm stops releases; None: nothing stops them."""
    if spec.watch.on_alarm != "stop":
        return None
    with house.ledger.transaction() as books:
        alarms = books.watch.alarms(spec.dataset, is_open=True)
    return alarms[0] if alarms else None


def close_alarm(house: House, spec: DatasetSpec, alarm_id: str, *, by: str, reason: str) -> bool:
    """Close an alarm by a person's decision; whether it was open. The chart of its figure begins anew.

    Raises:
        RequestRefusedError: nobody, or no reason, is named, or the dataset has no such alarm.
    """
    reason, by = said("reason", reason, REASON_MAX), said("name of who decides", by, NAME_MAX)
    now = datetime.now(UTC)
    with house.ledger.transaction() as books:
        known = {alarm.alarm_id: alarm for alarm in books.watch.alarms(spec.dataset)}
        alarm = known.get(alarm_id.strip().lower())
        if alarm is None:
            raise RequestRefusedError(
                f"{spec.dataset} has no alarm of that id. Cure: take it from the red task of watch__{spec.dataset} or "
                "from headwater.alarms."
            )
        decision = decided(house, spec.dataset, "close_alarm", _of(alarm), reason=reason, at=now, decided_by=by)
        return _close(books, alarm, decision)


def record(house: House, spec: DatasetSpec, champion: Generator, looks: Sequence[Look]) -> None:
    """Write the looks, close alarms that are over, raise new ones: all in one transaction."""
    now = datetime.now(UTC)
    with house.ledger.transaction() as books:
        withdrawn = books.champions.withdrawn(spec.dataset)
        for look in looks:
            books.watch.record(_point(spec, champion, look, now))
        for alarm in books.watch.alarms(spec.dataset, is_open=True):
            reason = _over(alarm, champion, looks, withdrawn)
            if reason:
                closed = decided(house, spec.dataset, "close_alarm", _of(alarm), reason=reason, at=now)
                _close(books, alarm, closed)
        for look in looks:
            alarm = _alarm(house, spec, champion, look, now)
            if look.is_alarm and books.watch.raise_alarm(alarm):
                books.decisions.record(decided(house, spec.dataset, "alarm", _of(alarm), reason=look.sentence, at=now))


def _over(alarm: Alarm, champion: Generator, looks: Collection[Look], withdrawn: frozenset[str]) -> str | None:
    """Why an open alarm is over; None while it is not."""
    if alarm.generator_id == champion.generator_id:
        return None
    if alarm.chart != "generations":
        return f"{champion.label} ({champion.generator_id}) is champion now; the alarm was about its predecessor."
    if alarm.generator_id in withdrawn:
        return f"The alarm was about the generation {alarm.generator_id}, which a person has withdrawn since."
    now = [look for look in looks if look.chart == "generations" and look.name == alarm.name]
    is_over = bool(now) and not any(look.is_alarm for look in now)
    return f"The generation {champion.generator_id} no longer shows the slide." if is_over else None


def _close(books: Books, alarm: Alarm, decision: Decision) -> bool:
    by, reason, at = decision.decided_by, decision.reason, decision.decided_at
    was_open = books.watch.close(alarm.alarm_id, by=by, reason=reason, at=at)
    if was_open:
        books.decisions.record(decision)
    return was_open


def _of(alarm: Alarm) -> tuple[str, str]:
    return "alarm", alarm.alarm_id


def _point(spec: DatasetSpec, champion: Generator, look: Look, now: datetime) -> WatchPoint:
    return WatchPoint(
        dataset=spec.dataset,
        chart=look.chart,
        name=look.name,
        subject_id=look.subject_id,
        generator_id=champion.generator_id,
        score=look.score,
        limit=look.limit,
        since=look.since,
        shift=look.shift,
        size=look.size,
        sentence=look.sentence,
        seen_at=now,
    )


def _alarm(house: House, spec: DatasetSpec, champion: Generator, look: Look, now: datetime) -> Alarm:
    return Alarm(
        alarm_id=identity.alarm_id(spec.dataset, look.chart, look.name, look.subject_id),
        dataset=spec.dataset,
        chart=look.chart,
        name=look.name,
        subject_id=look.subject_id,
        generator_id=champion.generator_id,
        since=look.since,
        score=look.score,
        limit=look.limit,
        sentence=look.sentence,
        run_id=house.run_id,
        raised_at=now,
    )
