"""Crowning: a candidate that won becomes champion, at once or when a person has approved it.

Belongs here: the transaction that begins a reign, asking for approval, what a person rejected. Does not: who wins
(``promote.py``), the question and its answer (``questions.py``, ``settling.py``).
"""

from __future__ import annotations

from datetime import UTC, datetime

from headwater.chain.baselines import certificate
from headwater.chain.decisions import decided
from headwater.chain.house import House
from headwater.chain.overrule import Ruling
from headwater.chain.preparing import prepared_of
from headwater.chain.rivals import Outcome
from headwater.ledger import Books
from headwater.ledger.records import AWAITS, REJECTED, Decision, Generator
from headwater.spec import DatasetSpec


def crowned(house: House, dataset: str, best: Generator, outcome: Outcome) -> Decision:
    """The decision by which the comparison alone makes a champion."""
    subject = ("generator", best.generator_id)
    return decided(
        house, dataset, "promote", subject, reason=outcome.reason, at=datetime.now(UTC), detail=outcome.detail
    )


def approved(house: House, asked: Decision, ruling: Ruling) -> Decision:
    """The decision by which a person makes a champion of the candidate that was asked about."""
    subject = (asked.subject_kind, asked.subject_id)
    detail = {**asked.detail, **ruling.detail, "because": asked.reason}
    return decided(
        house,
        asked.dataset,
        "promote",
        subject,
        reason=ruling.reason,
        at=datetime.now(UTC),
        decided_by=ruling.by,
        detail=detail,
    )


def crown(house: House, spec: DatasetSpec, best: Generator, held_against: str | None, decision: Decision) -> bool:
    """Begin the reign of ``best`` and write ``decision``; False, and nothing changed, where it no longer holds.

    That is where the champion is not ``held_against`` any more, or a person withdrew or rejected the candidate. The
    certificate is drawn first: a champion without one could not be held to it.
    """
    certificate(house, spec, best, prepared_of(house, spec, best.snapshot_id, spec.batch.rows)[1])
    now = datetime.now(UTC)
    with house.ledger.transaction() as books:
        is_same = books.champions.hold(spec.dataset) == held_against
        barred = books.champions.withdrawn(spec.dataset) | rejected(books, spec.dataset)
        if not is_same or best.generator_id in barred:
            return False
        books.generators.promote(spec.dataset, best.generator_id, now)
        books.decisions.record(decision.model_copy(update={"decided_at": now}))
    return True


def ask_approval(house: House, spec: DatasetSpec, best: Generator, held_against: str | None, outcome: Outcome) -> None:
    """Write down that the candidate waits for a person, with whom it was held against, and by which spec."""
    now, subject = datetime.now(UTC), ("generator", best.generator_id)
    detail = {**outcome.detail, "held_against": held_against, "spec_sha256": spec.sha256()}
    decision = decided(house, spec.dataset, AWAITS, subject, reason=outcome.reason, at=now, detail=detail)
    with house.ledger.transaction() as books:
        books.decisions.record(decision)


def rejected(books: Books, dataset: str) -> frozenset[str]:
    """Candidates that a person would not have: they are not asked about again."""
    return books.decisions.subjects(dataset, REJECTED)
