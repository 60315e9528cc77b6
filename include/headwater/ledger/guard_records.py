"""What the collapse guard writes down: rows that came back, repairs, points of the watch's charts, alarms.

Frozen, validated records, as in ``records.py``. Nothing here knows SQL.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from headwater.ledger.records import Count, Id, Share
from headwater.spec.model import Model

Chart = Literal["nights", "generations", "union"]
RepairStep = Literal["reweigh", "top_up", "previous_champion"]


class ContaminationScan(Model):
    """One search of a source for rows that Headwater made. ``snapshot_id`` is None where the run stopped.

    Of ``rows`` rows that were read, ``scanned_rows`` were not in the snapshot before; ``named_rows`` were left out;
    ``leaked_rows`` is estimated and counts those that cannot be named too. Depths and real share are of the source as
    it was read. ``findings`` has one entry a way of coming back, and the number of rows by batch.
    """

    scan_id: Id
    dataset: str
    snapshot_id: Id | None
    run_id: str
    rows: Count
    scanned_rows: Count
    batch_count: Count
    named_rows: Count
    leaked_rows: float = Field(ge=0)
    depth: float = Field(ge=0)
    depth_max: float = Field(ge=0)
    real_share: Share
    sentence: str
    findings: dict[str, Any]
    scanned_at: AwareDatetime


class Repair(Model):
    """One attempt to mend a night: of the failed batch ``batch_id`` it made ``repaired_batch_id``.

    ``look`` counts the judgements of the date, so the first attempt is look 2 or, where another batch of the date had
    failed before, a later one. ``before`` and ``after`` say how the
    rows stand to the frozen profile. ``touched_rows`` are those that were exchanged; all, for a previous champion's
    batch. Its verdict is that of the repaired batch.
    """

    repair_id: Id
    dataset: str
    batch_date: date
    batch_id: Id
    repaired_batch_id: Id
    step: RepairStep
    look: int = Field(ge=2)
    rows: Count
    touched_rows: Count
    before: dict[str, Any]
    after: dict[str, Any]
    run_id: str
    made_at: AwareDatetime


class WatchPoint(Model):
    """What one chart of the watch said of one statistic when it looked at a batch or a generator.

    ``subject_id`` is the newest batch (charts ``nights`` and ``union``) or the newest champion (``generations``).
    ``score`` is held against ``limit``; ``since`` is the day from which on the later ones are worse, ``shift`` by how
    many standard deviations, ``size`` how many nights or generations were looked at.
    """

    dataset: str
    chart: Chart
    name: str
    subject_id: Id
    generator_id: Id
    score: float
    limit: float
    since: date | None
    shift: float | None
    size: Count
    sentence: str
    seen_at: AwareDatetime


class Alarm(Model):
    """An alarm of the watch: open until a new champion is crowned or a person closes it, who says why."""

    alarm_id: Id
    dataset: str
    chart: Chart
    name: str
    subject_id: Id
    generator_id: Id
    since: date | None
    score: float
    limit: float
    sentence: str
    run_id: str
    raised_at: AwareDatetime
    closed_at: AwareDatetime | None = None
    closed_by: str | None = None
    reason: str | None = None
