"""Which nights each dataset was asked for up to now: its schedule from the ledger, and whether its DAG is awake.

Belongs here: putting the two together. Does not: what became of the nights (the ledger's), who may see them.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headwater.ledger.overview_answers import Declared, Expected
    from headwater.spec.dataset import Schedule

NIGHTS = 84
"""Twelve weeks are looked at."""


def expected_nights(declared: Sequence[Declared], now: datetime) -> tuple[Expected, ...]:
    """The last :data:`NIGHTS` nights of each dataset, in the order given."""
    awake = _awake([each.dataset for each in declared])
    return tuple(_expected(each, now, is_asleep=each.dataset not in awake) for each in declared)


def _expected(declared: Declared, now: datetime, *, is_asleep: bool) -> Expected:
    from headwater.ledger.overview_answers import Expected
    from headwater.spec.nights import last_nights

    nights = last_nights(_schedule(json.dumps(declared.schedule, sort_keys=True)), now, NIGHTS)
    due = nights[0].due_at if nights else None
    return Expected(
        dataset=declared.dataset,
        nights=tuple(night.batch_date for night in nights),
        is_late=due is not None and due <= now,
        is_asleep=is_asleep,
    )


@lru_cache(maxsize=1_024)
def _schedule(text: str) -> Schedule:
    """Read once: many datasets share one, and looking up a time zone's name is slow."""
    from headwater.spec.dataset import Schedule

    return Schedule.model_validate_json(text)


def _awake(datasets: Collection[str]) -> frozenset[str]:
    """Those whose nightly DAG Airflow has, and has not paused."""
    from airflow.models.dag import DagModel
    from airflow.utils.session import create_session

    with create_session() as session:
        query: Any = session.query(DagModel.dag_id)
        rows = query.filter(
            DagModel.dag_id.in_([f"nightly__{name}" for name in datasets]),
            DagModel.is_paused.is_(False),
            DagModel.is_stale.is_(False),
        ).all()
    return frozenset(dag_id.removeprefix("nightly__") for (dag_id,) in rows)
