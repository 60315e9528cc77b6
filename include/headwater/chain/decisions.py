"""How a stage writes down what it decided: by whom, when, why, for which run. Deciding is the stage's own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from headwater.chain import identity
from headwater.chain.house import House
from headwater.ledger.records import Decision


def decided(
    house: House,
    dataset: str,
    kind: str,
    subject: tuple[str, str],
    *,
    reason: str,
    at: datetime,
    decided_by: str = "headwater",
    detail: Mapping[str, Any] | None = None,
    after: datetime | None = None,
) -> Decision:
    """The decision of this run about ``subject``, a pair of kind and id; made again by the same run, it is the same.

    For another reason it is another one: a run that is cleared may end otherwise. ``after`` is when the like was done
    before, where it was undone since: then it is another one too. ``decided_by`` is the machine, or the person who
    asked; ``detail`` is kept beside the run's id.
    """
    subject_kind, subject_id = subject
    what = f"{kind}: {reason}" if after is None else f"{kind} after {after.isoformat()}: {reason}"
    return Decision(
        decision_id=identity.decision_id(subject_id or dataset, what, house.run_id),
        dataset=dataset,
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        outcome=kind,
        reason=reason,
        decided_by=decided_by,
        decided_at=at,
        detail={**(detail or {}), "run_id": house.run_id},
    )
