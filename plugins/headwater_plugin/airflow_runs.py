"""What Airflow's own database knows of a DAG run: which day it was started for.

Belongs here: reading that. Does not: what became of the day (the ledger's), who may see the run (``access.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from headwater.orchestration.dates import BatchDateError, batch_date_of

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Run:
    """A DAG run: the params it was given, the start of its data interval, None where it has none; its state."""

    params: Mapping[str, Any]
    interval_start: datetime | None
    state: str

    def day(self, zone: ZoneInfo) -> date | None:
        """The day that it makes, counted in the zone; None where it names none."""
        try:
            return batch_date_of(self.params, self.interval_start, zone)
        except BatchDateError:
            return None


def find_run(dag_id: str, run_id: str) -> Run | None:
    """The run of that id, if Airflow has it."""
    from airflow.models.dagrun import DagRun
    from airflow.utils.session import create_session

    with create_session() as session:
        query: Any = session.query(DagRun).filter(DagRun.dag_id == dag_id, DagRun.run_id == run_id)
        found = query.one_or_none()
        if found is None:
            return None
        return Run(found.conf if isinstance(found.conf, Mapping) else {}, found.data_interval_start, str(found.state))
