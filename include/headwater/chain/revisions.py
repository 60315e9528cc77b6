"""Revisions: a night that is made otherwise gives way to the newer batch, and stays on record and readable.

Belongs here: what is written of the batch that gives way, and why it does. Does not: releasing the newer one
(``release.py``); numbers, which the view ``batch_revisions`` counts.
"""

from __future__ import annotations

from datetime import datetime

from headwater.chain.decisions import decided
from headwater.chain.house import House
from headwater.ledger import Books
from headwater.ledger.records import Batch


def supersede(house: House, books: Books, former: Batch, newer: Batch, at: datetime) -> None:
    """Mark the released batch of a date superseded by the one that is being released, within its transaction."""
    books.batches.mark(former.batch_id, "superseded")
    reason = f"{why(books, former, newer)} Batch {newer.batch_id} is the night of {newer.batch_date} now."
    subject, detail = ("batch", former.batch_id), {"by": newer.batch_id}
    # One that came back may give way again.
    after = former.released_at
    books.decisions.record(
        decided(house, former.dataset, "supersede", subject, reason=reason, at=at, detail=detail, after=after)
    )


def why(books: Books, former: Batch, newer: Batch) -> str:
    """In which of the things that decide a batch the two differ, as a sentence."""
    differing = []
    if former.generator_id != newer.generator_id:
        makers = [books.champions.version_of(each.dataset, each.generator_id) for each in (newer, former)]
        named = [f"version {maker.version}" if maker else "a generator that was never champion" for maker in makers]
        differing.append(f"another generator ({named[0]} instead of {named[1]})")
    if former.spec_sha256 != newer.spec_sha256:
        differing.append(f"another spec ({newer.spec_sha256[:8]} instead of {former.spec_sha256[:8]})")
    if former.seed != newer.seed:
        differing.append(f"another seed ({newer.seed} instead of {former.seed})")
    if not differing:
        differing.append("a mended batch" if books.repairs.that_made(newer.batch_id) else "the batch as it was planned")
    return f"Made anew with {' and '.join(differing)}."
