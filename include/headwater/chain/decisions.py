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
    detail: Mapping[str, Any] | None = None,
) -> Decision:
    """The decision of this run about ``subject``, a pair of kind and id; made again by the same run, it is the same.

    ``detail`` holds figures that the reason rests on, as JSON.
    """
    subject_kind, subject_id = subject
    return Decision(
        decision_id=identity.decision_id(subject_id or dataset, kind, house.run_id),
        dataset=dataset,
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        outcome=kind,
        reason=reason,
        decided_by="headwater",
        decided_at=at,
        detail={"run_id": house.run_id, **(detail or {})},
    )
