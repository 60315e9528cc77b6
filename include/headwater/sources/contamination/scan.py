"""The scan of a snapshot: which of its rows Headwater made itself.

Belongs here: the order of the search, and what it adds up to. Does not: the ways of coming back changed
(``rounded.py``, ``left_out.py``), statistics (``evidence.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from headwater.sources.contamination.cells import Cells
from headwater.sources.contamination.evidence import Finding
from headwater.sources.contamination.hunt import Hunt
from headwater.sources.contamination.left_out import hunt_left_out
from headwater.sources.contamination.library import Library, Released
from headwater.sources.contamination.membership import Hashes, alone, members, newcomers
from headwater.sources.contamination.rounded import hunt_rounded

CONTROL_ROWS_MAX = 100_000
"""Honest rows that are compared, of the anchor and of the training rows each; more would not make a limit finer."""
COLUMNS_MIN = 2
"""Fewer shared columns tell no row from another."""
UNCHANGED_RATE, ROUNDED_RATE, LEFT_OUT_RATE = 0.004, 0.003, 0.003
"""How the rate of false alarms, 1 % of the scans of honest snapshots, is divided among the ways of coming back."""


@dataclass(frozen=True, eq=False)
class Contamination:
    """What the scan found.

    Attributes:
        batch: for each row of the snapshot the position of the released batch it came from, -1 for rows that are not
            named: int32 ``(rows,)``.
        scanned: rows that the snapshot before did not have.
        findings: the ways in which rows came back; empty where the rows are honest.
        left_out: ids of released batches that could not be compared, since they share too few columns.
    """

    batch: NDArray[np.int32]
    scanned: int
    findings: tuple[Finding, ...]
    left_out: tuple[str, ...] = ()

    @property
    def named(self) -> NDArray[np.bool_]:
        """The rows that came back: bool ``(rows,)``."""
        return self.batch >= 0

    @property
    def leaked(self) -> float:
        """Estimated rows that came back, those that cannot be named included."""
        return float(sum(finding.leaked for finding in self.findings))


def scan(
    rows: pa.Table, earlier: pa.Table, is_anchor: NDArray[np.bool_], released: Sequence[Released]
) -> Contamination:
    """Search a snapshot for released rows.

    Args:
        rows: fingerprints of the snapshot's rows.
        earlier: fingerprints of all rows of the snapshot before, which was honest.
        is_anchor: which of those were in its anchor: bool.
        released: every batch that readers could see, the latest or not.

    Rows that the earlier snapshot had already are honest: they were there first. Only others are searched for, and
    they are held against what the earlier ones show by chance (decision 15).
    """
    batch = np.full(rows.num_rows, -1, dtype=np.int32)
    parts, left_out = _comparable(rows.schema, earlier.schema, released)
    findings: list[Finding] = []
    scanned = 0
    for names, places in parts.items():
        every, before = Cells.of(rows, names), Cells.of(earlier, names)
        new = np.flatnonzero(newcomers(every.whole, before.whole) & (batch < 0))
        scanned = max(scanned, len(new))
        if not len(new):
            continue
        picked = _control_rows(is_anchor)
        library = Library([released[place] for place in places], names)
        hunt = Hunt(every.take(new), before.take(picked), is_anchor[picked], library)
        unchanged = hunt_unchanged(hunt, before.whole, picked, UNCHANGED_RATE / len(parts))
        changed = [*hunt_rounded(hunt, ROUNDED_RATE / len(parts)), *hunt_left_out(hunt, LEFT_OUT_RATE / len(parts))]
        findings += [*(_less_named(each, hunt) for each in unchanged), *changed]
        batch[new] = np.append(np.array(places, dtype=np.int32), np.int32(-1))[hunt.owner]
    return Contamination(batch, scanned, tuple(findings), left_out)


def hunt_unchanged(hunt: Hunt, before: Hashes, picked: NDArray[np.intp], rate: float) -> list[Finding]:
    """Rows that came back as they were. Noticed even where rows are equal by nature, and none can be named.

    There, new rows are rarer than rows are on the whole: a common row was there before. So those that equal no earlier
    row are also held against the earlier rows that no other one equals; each of these would be new to a snapshot of
    the others (Good 1953). Each of the two tests has half the rate.

    Args:
        hunt: the search.
        before: hashes of all earlier rows.
        picked: which of these are the honest rows of the search.
        rate: of false alarms.
    """
    asked = hunt.is_open
    owned, honest = hunt.compare(lambda cells: cells.whole, asked)
    is_unseen = ~members(hunt.rows.whole, before)
    for part, among in ((asked, np.ones(len(honest), dtype=bool)), (asked & is_unseen, alone(before)[picked])):
        found = hunt.judge("unchanged", owned[part[asked]], [hunt.chance(honest, among)])
        if found.p_value <= rate / 2:
            if found.named:
                hunt.name(part, owned[part[asked]])
            else:
                hunt.counted[part] = owned[part[asked]] >= 0
            return [found]
    return []


def _less_named(found: Finding, hunt: Hunt) -> Finding:
    """An estimate without those of its rows that another way named afterwards: they would count twice."""
    if found.named:
        return found
    named = int((hunt.counted & ~hunt.is_open).sum())
    return replace(found, leaked=max(found.leaked - named, 0.0))


def _comparable(
    rows: pa.Schema, earlier: pa.Schema, released: Sequence[Released]
) -> tuple[dict[tuple[str, ...], list[int]], tuple[str, ...]]:
    """Positions of the batches by the columns that they share with both snapshots, and ids of those that share none.

    A column counts as shared where it is of one kind, a number or a category, everywhere.
    """
    parts: dict[tuple[str, ...], list[int]] = {}
    strangers = []
    for place, each in enumerate(released):
        names = tuple(field.name for field in rows if _has(earlier, field) and _has(each.schema, field))
        if len(names) < COLUMNS_MIN:
            strangers.append(each.batch_id)
        else:
            parts.setdefault(names, []).append(place)
    return parts, tuple(strangers)


def _has(schema: pa.Schema, field: pa.Field) -> bool:
    return field.name in schema.names and schema.field(field.name).type == field.type


def _control_rows(is_anchor: NDArray[np.bool_]) -> NDArray[np.intp]:
    """The first rows of either side: each side is in the order of a keyed digest, so these are random ones."""
    sides = (np.flatnonzero(is_anchor), np.flatnonzero(~is_anchor))
    return np.concatenate([side[:CONTROL_ROWS_MAX] for side in sides])
