"""Where a batch comes from and where it went: the stations from the source to the readers, in order.

Belongs here: the stations. Does not: how they are drawn (``templates/batch.j2``: a list, so that it reads as well as
it looks), queries.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headwater.ledger.batch_answers import BatchPage

SHORT = 8
"""Characters of an id or a hash that are shown; the whole one is a click away."""
WAITS = {
    "quarantined": "No reader saw it: it is in quarantine.",
    "recalled": "Taken back from its readers.",
    "superseded": "Readers have a later batch of this date.",
    "retired": "Its rows were removed when their time was over.",
}


def stations(page: BatchPage) -> list[dict[str, Any]]:
    """The stations, the source first. ``ids`` are pairs of a name and a whole id, for whoever wants to look it up."""
    return [
        _station("Source", page.lineage.source, "real rows"),
        _snapshot(page),
        _generator(page),
        *_mended_from(page),
        _batch(page),
        _judged(page),
        _read(page),
    ]


def size(count: int) -> str:
    """Bytes in the unit that fits: ``123 bytes``, ``1.5 MiB``."""
    if count < 1024:
        return f"{count} bytes"
    amount, unit = count / 1024, "KiB"
    for larger in ("MiB", "GiB"):
        if amount >= 1024:
            amount, unit = amount / 1024, larger
    return f"{amount:.1f} {unit}"


def _snapshot(page: BatchPage) -> dict[str, Any]:
    lineage = page.lineage
    told = f"{lineage.snapshot_rows:,} rows, {page.origin.anchor_rows:,} of them set aside to judge by"
    ids = {"snapshot": lineage.snapshot_id, "content (SHA-256)": lineage.snapshot_content_hash}
    seen = ("last seen", page.origin.taken_at)
    return _station("Snapshot", lineage.snapshot_content_hash[:SHORT], told, ids, seen)


def _generator(page: BatchPage) -> dict[str, Any]:
    lineage, origin = page.lineage, page.origin
    version = f"version {origin.version}, " if origin.version else ""
    told = f"{version}{lineage.generator_kind}, model {lineage.model_sha256[:SHORT]}, {size(origin.model_bytes)}"
    ids = {"generator": lineage.generator_id, "model (SHA-256)": lineage.model_sha256}
    url = f"generators/{page.batch.dataset}/{origin.version or lineage.generator_id}/"
    return {**_station("Generator", lineage.generator_label, told, ids, ("fitted", origin.fitted_at)), "url": url}


def _batch(page: BatchPage) -> dict[str, Any]:
    batch = page.batch
    content = f"content {batch.content_hash[:SHORT]}" if batch.content_hash else "content not made yet"
    told = f"{batch.rows:,} rows, {content}, depth {batch.depth:g}"
    ids = {"batch": batch.batch_id, "content (SHA-256)": batch.content_hash or "", "spec (SHA-256)": batch.spec_sha256}
    return _station("Batch", batch.batch_date.isoformat(), told, ids, ("planned", batch.created_at), is_here=True)


def _mended_from(page: BatchPage) -> list[dict[str, Any]]:
    """The batch that this one was mended from, where it was."""
    found = [each for each in page.repairs if each.repaired_batch_id == page.batch.batch_id]
    return [
        _station(
            "Failed batch",
            each.batch_id[:SHORT],
            f"mended into this one, {each.touched_rows:,} of {each.rows:,} rows exchanged",
            {"batch": each.batch_id},
            ("mended", each.made_at),
        )
        for each in found
    ]


def _judged(page: BatchPage) -> dict[str, Any]:
    if not page.judgements:
        return _station("Validation", "not judged yet", "", tone="open")
    last = page.judgements[-1]
    tried = f", judgement {last.attempt}" if last.attempt > 1 else ""
    word, tone = ("passed", "good") if last.passed else ("failed", "bad")
    told = f"{len(page.checks):,} checks{tried}"
    return _station(
        "Validation", word, told, {"validation": last.validation_id}, ("judged", last.finished_at), tone=tone
    )


def _read(page: BatchPage) -> dict[str, Any]:
    batch = page.batch
    if page.lineage.released_to is not None:
        told = "the batch that readers have for this date"
        return _station("Readers", page.lineage.released_to, told, {}, ("released", batch.released_at), tone="good")
    told = WAITS.get(batch.status, "Not released yet.")
    return _station("Readers", "none", told, tone="open" if batch.status not in ("quarantined", "recalled") else "bad")


def _station(
    kind: str,
    name: str,
    told: str,
    ids: Mapping[str, str] | None = None,
    stamp: tuple[str, datetime | None] = ("", None),
    *,
    tone: str = "",
    is_here: bool = False,
) -> dict[str, Any]:
    word, at = stamp
    kept = {called: known for called, known in (ids or {}).items() if known}
    return {
        "kind": kind,
        "name": name,
        "told": told,
        "ids": kept,
        "title": " · ".join(f"{called} {known}" for called, known in kept.items()),
        "stamp": word if at else "",
        "stamp_iso": at.isoformat() if at else "",
        "stamp_text": f"{at:%Y-%m-%d %H:%M} UTC" if at else "",
        "tone": tone,
        "is_here": is_here,
        "url": "",
    }
