"""Alarms of the watch page by page, each with what came of the retraining run that it asked for.

Belongs here: the queries behind the collapse page's alarms. Does not: raising and closing them (``watch.py``).
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from headwater.ledger.collapse_answers import RaisedAlarm
from headwater.ledger.guard_records import Alarm
from headwater.ledger.models.notices import NoticeRow
from headwater.ledger.models.watch import AlarmRow
from headwater.ledger.repositories.generator_history import decided_in, tried_in

OPEN_MAX = 50
"""Open alarms that are told; a chart and statistic has one."""


class AlarmPages:
    """A dataset's alarms, the newest first."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, dataset: str, offset: int, limit: int) -> tuple[tuple[RaisedAlarm, ...], tuple[RaisedAlarm, ...], int]:
        """The open alarms; so many of the closed ones; and how many of those there are."""
        newest = AlarmRow.raised_at.desc(), AlarmRow.alarm_id
        every = select(AlarmRow).where(AlarmRow.dataset == dataset).order_by(*newest)
        closed = every.where(AlarmRow.closed_at.is_not(None))
        count = self._session.scalar(select(func.count()).select_from(closed.order_by(None).subquery())) or 0
        is_open = self._alarms(every.where(AlarmRow.closed_at.is_(None)).limit(OPEN_MAX))
        is_past = self._alarms(closed.offset(offset).limit(limit))
        told = self._told(dataset, [*is_open, *is_past])
        return tuple(told[: len(is_open)]), tuple(told[len(is_open) :]), count

    def _alarms(self, query: Select[AlarmRow]) -> list[Alarm]:
        return [
            Alarm(**{name: getattr(row, "limit_value" if name == "limit" else name) for name in Alarm.model_fields})
            for row in self._session.scalars(query)
        ]

    def _told(self, dataset: str, alarms: Sequence[Alarm]) -> list[RaisedAlarm]:
        runs = {asked_run(each) for each in alarms}
        tried, decided = tried_in(self._session, dataset, runs), decided_in(self._session, dataset, runs)
        sent = self._sent(dataset, [each.alarm_id for each in alarms])
        return [
            RaisedAlarm(
                alarm=each,
                told=sent.get(each.alarm_id, 0),
                tried=len(tried[asked_run(each)]),
                decision=decided.get(asked_run(each)),
            )
            for each in alarms
        ]

    def _sent(self, dataset: str, alarms: Sequence[str]) -> dict[str, int]:
        row = NoticeRow
        query = select(row.subject_id, func.count().label("sent")).where(row.dataset == dataset, row.fact == "alarm")
        query = query.where(row.subject_id.in_(alarms), row.outcome == "sent").group_by(row.subject_id)
        return {each.subject_id: each.sent for each in self._session.execute(query)}


def asked_run(alarm: Alarm) -> str:
    """The id of the retraining run that the watch asks for after an alarm; several alarms of one run share it."""
    return f"alarm__{alarm.run_id}"
