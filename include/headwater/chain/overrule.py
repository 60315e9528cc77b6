"""Overrule: what a person ruled, and whether a failed batch may be with its readers because one did.

Does not belong here: the question (``questions.py``), how a batch is handed over (``release.py``, which asks here).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from headwater.ledger import Books

DESPITE = "despite"
"""Key of a decision's detail that holds the verdict which a person overruled."""


@dataclass(frozen=True)
class Ruling:
    """Who lets a batch or a candidate through, why, and what stands beside it in the ledger."""

    by: str
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)


def is_ruled(books: Books, batch_id: str) -> bool:
    """Whether a person has released this batch before, whatever its verdict: it may come back with its date."""
    return any(each.kind == "release" and DESPITE in each.detail for each in books.decisions.of(batch_id))
