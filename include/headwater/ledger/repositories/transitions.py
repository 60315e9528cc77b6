"""Which status of a batch may follow which. One table; no SQL."""

from __future__ import annotations

from headwater.ledger.errors import LedgerError

NEXT: dict[str, frozenset[str]] = {
    "planned": frozenset({"produced", "passed", "failed", "superseded"}),
    "produced": frozenset({"passed", "failed", "superseded"}),
    "passed": frozenset({"produced", "failed", "released", "superseded"}),
    "failed": frozenset({"produced", "passed", "quarantined", "superseded", "retired"}),
    "released": frozenset({"superseded", "recalled", "retired"}),
    "quarantined": frozenset({"released", "retired", "superseded"}),
    "superseded": frozenset({"released", "quarantined", "recalled", "retired"}),
    "recalled": frozenset({"released", "retired"}),
    "retired": frozenset({"released", "quarantined"}),
}
"""A passed or failed batch may be made or judged again; a retired or superseded one may come back with its date.

From quarantine and from recall only a person's decision leads to release; that decision stands in ``decisions``.
"""

SETTLED = frozenset({"released", "quarantined", "superseded", "recalled", "retired"})
"""Here the content hash is a fact and cannot change."""


def check_transition(batch_id: str, status: str, wanted: str) -> None:
    """Do nothing if ``wanted`` may follow ``status`` (or is the same).

    Raises:
        LedgerError: it may not, or is no status; both are named.
    """
    if wanted not in NEXT:
        raise LedgerError(f"Batch {batch_id} cannot become {wanted!r}. Cure: use one of {', '.join(NEXT)}.")
    if wanted != status and wanted not in NEXT[status]:
        after = ", ".join(sorted(NEXT[status]))
        raise LedgerError(f"Batch {batch_id} is {status} and cannot become {wanted}. Cure: it may become {after}.")
