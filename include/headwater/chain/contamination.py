"""Rows of the source that Headwater made itself: found before a snapshot is taken, counted, and what follows.

Belongs here: what acquire asks the ledger and the store for the search, and the record of it. Does not: the search
(``sources/contamination``), setting the anchor aside.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from headwater.chain import identity
from headwater.chain.decisions import decided
from headwater.chain.fingerprinting import released_batches
from headwater.chain.house import GateClosedError, House
from headwater.ledger.guard_records import ContaminationScan
from headwater.ledger.records import Batch, Snapshot
from headwater.sources.contamination.fingerprints import fingerprints
from headwater.sources.contamination.scan import Contamination, scan
from headwater.spec import DatasetSpec
from headwater.store.artifact import ArtifactError
from headwater.tables.frames import from_arrow
from headwater.tables.schema import TableSchema

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Search:
    """What a search found.

    Attributes:
        named: rows of the source that came back: bool ``(rows,)``; they are left out.
        record: for the ledger; without a snapshot yet.
        residue: estimated share of synthetic rows among those that are kept, which cannot be told apart.
        residue_depth, residue_depth_max: how far those are from real rows, mean and deepest; 0 where there are none.
    """

    named: NDArray[np.bool_]
    record: ContaminationScan
    residue: float = 0.0
    residue_depth: float = 0.0
    residue_depth_max: float = 0.0


def search(house: House, spec: DatasetSpec, rows: pd.DataFrame, schema: TableSchema) -> Search:
    """Search the rows of a source for rows of released batches.

    Raises:
        GateClosedError: more of the source came back than the spec allows. The search and the decision are recorded.
    """
    with house.ledger.transaction() as books:
        known = books.snapshots.honest_first(spec.dataset)
        batches = books.batches.ever_released(spec.dataset)
    if not known or not batches:
        return _told(house, spec, Contamination(np.full(len(rows), -1, dtype=np.int32), 0, ()), [])
    now = fingerprints(rows, schema)
    before, is_anchor, share = _rows_before(house, known, now.slice(0, 0))
    found = scan(now, before, is_anchor, released_batches(house, batches))
    told = _told(house, spec, found, batches, share * (len(rows) - found.scanned))
    if told.record.leaked_rows > spec.training.leak_share_max * len(rows) + 1e-9:  # a leak of just the limit passes
        _stop(house, spec, told.record)
    return told


def _rows_before(house: House, known: Sequence[Snapshot], none: pa.Table) -> tuple[pa.Table, NDArray[np.bool_], float]:
    """What rows are held against: of the first snapshot that can be read; and the share of synthetic rows in it.

    That is the last honest one. Rows that came since one of which nothing is sure are searched again each time: they
    are neither forgotten nor counted twice, and no longer counted once they are taken out of the source.
    """
    for snapshot in known:
        try:
            return *_rows_of(house, snapshot), 1 - snapshot.real_share
        except ArtifactError as error:
            log.warning("Dataset %s: an older snapshot is compared with: %s", snapshot.dataset, error)
    log.warning("No earlier snapshot can be read, so nothing tells rows that came back from honest ones.")
    return none, np.zeros(0, dtype=bool), 0.0


def _rows_of(house: House, snapshot: Snapshot) -> tuple[pa.Table, NDArray[np.bool_]]:
    """Fingerprints of the rows of an earlier snapshot, anchor first, and which are in the anchor."""
    sides = ((snapshot.anchor_key_path, snapshot.anchor_sha256), (snapshot.train_key, snapshot.train_sha256))
    parts = [
        fingerprints(from_arrow(house.store.read_table(key, sha256=sha256), snapshot.schema), snapshot.schema)
        for key, sha256 in sides
    ]
    rows = pa.concat_tables(parts)
    return rows, np.arange(rows.num_rows) < parts[0].num_rows


def _told(
    house: House, spec: DatasetSpec, found: Contamination, batches: Sequence[Batch], carried: float = 0.0
) -> Search:
    """``carried``: rows that came back before, among those of a snapshot that is no honest one."""
    total, named = len(found.batch), int(found.named.sum())
    by_place = Counter(found.batch[found.named].tolist())
    deep = sum(batches[place].depth * count for place, count in by_place.items())
    unnamed = min(max(found.leaked - named, 0.0) + carried, float(total - named))
    mean = float(np.mean([batch.depth for batch in batches])) if unnamed else 0.0
    deepest = [batches[place].depth_max for place in by_place]
    residue_max = max(batch.depth_max for batch in batches) if unnamed else 0.0
    sentence = _sentence(found, total, unnamed, len(batches))
    compared = len(batches) - len(found.left_out)
    is_sure = not (found.findings or unnamed or found.left_out)
    (log.info if is_sure else log.warning)("Dataset %s: %s", spec.dataset, sentence)
    record = ContaminationScan(
        scan_id=identity.scan_id(spec.dataset, house.run_id),
        dataset=spec.dataset,
        snapshot_id=None,
        run_id=house.run_id,
        rows=total,
        scanned_rows=found.scanned,
        batch_count=compared,
        named_rows=named,
        leaked_rows=named + unnamed,
        depth=(deep + unnamed * mean) / total,
        depth_max=max([*deepest, residue_max, 0.0]),
        real_share=1 - (named + unnamed) / total,
        sentence=sentence,
        findings={
            "ways": [asdict(finding) for finding in found.findings],
            "batches": {batches[place].batch_id: count for place, count in sorted(by_place.items())},
            "not_compared": list(found.left_out),
        },
        scanned_at=datetime.now(UTC),
    )
    share = unnamed / max(total - named, 1)
    return Search(found.named, record, share, share * mean, residue_max)


def _sentence(found: Contamination, total: int, unnamed: float, batches: int) -> str:
    if not batches:
        return "No batch has been released yet, so none of the rows can have come back."
    away = len(found.left_out)
    why = f"{away:,} share fewer than two columns with the source, or have no fingerprints any more"
    if away == batches and not unnamed:
        return f"The rows could not be searched: of {batches:,} released batches {why}."
    compared = f"{found.scanned:,} new rows were compared with {batches - away:,} released batches"
    compared += f"; of the others {why}." if away else "."
    if not found.findings and not unnamed:
        return f"No sign that any of the {total:,} rows was made by Headwater itself: {compared}"
    parts = []
    named = int(found.named.sum())
    if named:
        ways = "; ".join(f"{each.named:,} {each.change}" for each in found.findings if each.named)
        parts.append(f"{named:,} of {total:,} rows ({named / total:.1%}) were made by Headwater itself ({ways}).")
    if unnamed:
        parts.append(f"About {unnamed:,.0f} more came back that no row can be told apart by.")
    return " ".join([*parts, compared[0].upper() + compared[1:]])


def _stop(house: House, spec: DatasetSpec, record: ContaminationScan) -> None:
    """Record why nothing is trained, then say so."""
    limit = spec.training.leak_share_max
    reason = (
        f"{record.sentence} That is more than training.leak_share_max ({limit:.1%}) allows, so nothing was trained. "
        "Cure: take the synthetic rows out of the source (the batches are named in headwater.contamination_scans), or, "
        "if a person has looked at it, raise training.leak_share_max: the rows that are named are left out either way"
    )
    subject = ("source", spec.dataset)
    with house.ledger.transaction() as books:
        books.snapshots.record_scan(record)
        at = record.scanned_at
        books.decisions.record(decided(house, spec.dataset, "stop", subject, reason=reason, at=at))
    raise GateClosedError(f"Dataset {spec.dataset!r}: {reason}.")
