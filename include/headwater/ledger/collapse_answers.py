"""Questions and answers of the collapse page: generations and nights against the anchor, looks, alarms. Read only.

Belongs here: frozen, validated answers and the question to them. Does not: SQL, how it looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pydantic import Field

from headwater.checks.result import Direction, LimitOrigin
from headwater.ledger.answers import ChampionVersion
from headwater.ledger.guard_records import Alarm, WatchPoint
from headwater.ledger.records import BatchStatus, Count, Decision, Id
from headwater.spec.model import Model
from headwater.spec.watch import Watch


@dataclass(frozen=True)
class CollapseQuery:
    """What is asked of one dataset.

    ``names`` are the checks that are followed; ``nights`` judged dates are told, the last of them no later than ``to``
    (None: the newest). ``past`` are offset and limit of the closed alarms.
    """

    dataset: str
    names: tuple[str, ...]
    nights: int
    to: date | None = None
    past: tuple[int, int] = (0, 10)


class AnchorPoint(Model):
    """What one check found against the anchor, once; the fields are those of :class:`CheckResult`."""

    name: str
    value: float | None
    limit: float | None
    limit_origin: LimitOrigin
    direction: Direction
    noise: float | None
    effect: float | None
    ratio: float | None
    passed: bool
    n: Count


class JudgedNight(Model):
    """One date by its released batch, else the one that was judged last; and the points of its last judgement."""

    batch_date: date
    batch_id: Id
    status: BatchStatus
    generator_id: Id
    points: tuple[AnchorPoint, ...]


class Generation(Model):
    """A champion, and the points of its trial."""

    reign: ChampionVersion
    points: tuple[AnchorPoint, ...]


class RaisedAlarm(Model):
    """An alarm, who was told, and what came of the retraining run that it asked for.

    ``told`` counts receivers that were sent a notice. ``tried`` counts the candidates of the run: 0 where the ledger
    knows none. ``decision`` is what the run decided.
    """

    alarm: Alarm
    told: Count
    tried: Count
    decision: Decision | None


class Collapse(Model):
    """How a dataset stands against its anchor. Nights and generations are in their order, the oldest first.

    ``night_count`` counts all dates with a judged batch; ``older_to`` and ``newer_to`` are what to ask for as ``to``
    to see the nights before and after these, None where there are none. ``looks`` are the watch's last of each chart
    and statistic, ``unions`` its last ones at the union of nights, oldest first.
    """

    champion: ChampionVersion | None
    generations: tuple[Generation, ...]
    generation_count: Count
    nights: tuple[JudgedNight, ...]
    night_count: Count
    older_to: date | None
    newer_to: date | None
    looks: tuple[WatchPoint, ...]
    unions: tuple[WatchPoint, ...]
    open_alarms: tuple[RaisedAlarm, ...]
    past_alarms: tuple[RaisedAlarm, ...]
    past_count: Count
    watch: Watch = Field(description="Of the spec that the newest batch was made with.")
