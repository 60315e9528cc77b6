"""Questions and answers of the overview: how every dataset stands tonight, and its nights by outcome. Read only.

Belongs here: frozen, validated answers and the questions to them. Does not: SQL, how it looks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from headwater.ledger.records import BatchStatus, Count, Id
from headwater.spec.model import Model

Outcome = Literal["released", "quarantined", "recalled", "unfinished", "missing"]
"""What became of a night: readers have a batch; one waits in quarantine (or was discarded from there); it was taken
back; it was begun and came to no end; there is none."""
State = Literal["late", "quarantined", "alarm", "missing", "none", "running", "fine", "asleep"]
"""How a dataset stands, worst first: the newest night's deadline passed without a batch; batches wait in quarantine;
an alarm is open; older nights have no batch; no champion yet; tonight's batch is still to come; all is well; nobody
asks for nights."""
STATES: tuple[State, ...] = ("late", "quarantined", "alarm", "missing", "none", "running", "fine", "asleep")
TROUBLED: tuple[State, ...] = STATES[:5]


class Declared(Model):
    """A dataset and the ``schedule`` of the spec that its newest batch was made with."""

    dataset: str
    owner: str
    schedule: dict[str, Any]


@dataclass(frozen=True)
class Expected:
    """The nights that a dataset's schedule has asked for, newest first.

    ``is_late``: the newest one's deadline has passed. ``is_asleep``: its DAG is paused or gone, so that nobody misses
    a night. Nights before the dataset's first champion are none that it could have missed. No model: hundreds of
    datasets times dozens of dates would be validated for every page, and they come from us.
    """

    dataset: str
    nights: tuple[date, ...]
    is_late: bool = False
    is_asleep: bool = False


@dataclass(frozen=True)
class OverviewQuery:
    """Which datasets the overview lists: of ``expected``, those whose name holds ``text``, and of
    these the ones in trouble.

    Nothing is listed or counted that is not in ``expected``: the caller names what the reader may see.
    """

    expected: tuple[Expected, ...]
    text: str = ""
    is_trouble: bool = False


class Standing(Model):
    """One dataset in the order of the overview. ``outcome`` is that of its newest expected night; None: it has none."""

    dataset: str
    state: State
    outcome: Outcome | None
    missing: Count = Field(description="Nights before the newest that came to no batch.")
    quarantined: Count = Field(description="Batches in quarantine, which wait for a person.")
    alarms: Count = Field(description="Open alarms of the watch.")


class DayCount(Model):
    """So many datasets whose night of that date came out so."""

    batch_date: date
    outcome: Outcome
    datasets: Count


class Glance(Model):
    """One page of the overview: ``standings`` the worst first, then by name; ``days`` by date.

    ``states`` counts the datasets that the query's text finds, in trouble or not; states of none are left out.
    """

    states: dict[State, Count]
    standings: tuple[Standing, ...]
    days: tuple[DayCount, ...]


class NightFigures(Model):
    """One check over nights, oldest first: value, and the limit it was held against, None where it could not be."""

    name: str
    dates: tuple[date, ...]
    values: tuple[float | None, ...]
    limits: tuple[float | None, ...]
    passed: tuple[bool, ...]


class LastBatch(Model):
    """A dataset's newest batch, the released one of its date where there is one, and its latest verdict."""

    batch_id: Id
    batch_date: date
    status: BatchStatus
    rows: Count
    depth: float
    depth_max: float
    real_share: float
    released_at: AwareDatetime | None
    validation_id: Id | None
    sentence: str | None


class Reign(Model):
    """The present champion: what it is, since when it reigns, what it learned from."""

    generator_id: Id
    label: str
    version: int
    promoted_at: AwareDatetime
    depth: float
    real_share: float


class Card(Model):
    """What the overview tells of one dataset beside its standing."""

    dataset: str
    owner: str
    description: str
    last: LastBatch | None
    champion: Reign | None
    is_approval_open: bool = Field(description="Whether a candidate waits for a person to approve it.")
    figures: tuple[NightFigures, ...]
    outcomes: tuple[tuple[date, Outcome], ...] = Field(description="Nights that have a batch, oldest first.")
