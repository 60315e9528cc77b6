"""Does the batch hand out personal data of training rows? A tripwire; it is no proof of privacy.

Statistics: rows that hold a value which identifies one person and which a training row holds, of which there must be
none; and, for values that many people share (a name, a city), how many of those that one real row holds are in the
batch, beside as many values of people nobody trained on, by the exact test of two rates. A pool of names meets real
ones by chance, those of the anchor as often as those of training rows; only memory prefers the latter.

Every row of the batch is looked at. Values are compared without regard to case and outer blanks.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headwater.checks.reference import Reference
from headwater.checks.statistic import Measured, Statistic, deviate, too_many
from headwater.checks.telling import Bound, Told, chance_of, count_interval, most_of
from headwater.checks.telling import rows as rows_of

if TYPE_CHECKING:
    from headwater.checks.prepared import Prepared
    from headwater.checks.sample import Sample

NAME = "replay"
IDENTIFYING = Statistic(
    "replay.identifying",
    "upper",
    "No value that identifies a person comes from a training row.",
    is_exact=True,
    is_whole=True,
    is_tripwire=True,
)
SHARED = Statistic(
    "replay.shared",
    "upper",
    "Names and places of training rows come up no more often than those of strangers.",
    is_exact=True,
    is_whole=True,
    is_tripwire=True,
)
STATISTICS = (IDENTIFYING, SHARED)
IDENTIFYING_KINDS = frozenset({"email", "phone_number", "address", "iban", "ssn"})


@dataclass(frozen=True, eq=False)
class Personal:
    """One column of personal data.

    Attributes:
        name: of the column.
        identifies: whether one value points to one person.
        train: the values of training rows.
        once, strangers: the values that one real row holds, if that is a training row, or one of the anchor.
    """

    name: str
    identifies: bool
    train: pd.Index
    once: pd.Index
    strangers: pd.Index

    def hits(self, batch: pd.DataFrame) -> Hits:
        """What of it the batch holds."""
        values = _plain(batch[self.name])
        different = pd.Index(values.unique())
        known, unknown = different.isin(self.once).sum(), different.isin(self.strangers).sum()
        return Hits(len(batch), int(values.isin(self.train).sum()), int(known), int(unknown))


@dataclass(frozen=True)
class Hits:
    """Rows of the batch, those that hold a training row's value; different values met of ``once``, ``strangers``."""

    rows: int
    replayed: int
    once: int
    strangers: int


def personal(reference: Reference) -> tuple[Personal, ...]:
    """The columns of personal data, in the schema's order."""
    found = []
    for column in reference.schema.columns:
        if column.sdtype != "pii":
            continue
        train, anchor = (_plain(frame[column.name]) for frame in (reference.train, reference.anchor))
        counts = pd.concat([train, anchor]).value_counts()
        single = counts.index[counts == 1]
        once, strangers = (single[single.isin(side)] for side in (train, anchor))
        identifies = column.pii in IDENTIFYING_KINDS
        found.append(Personal(column.name, identifies, pd.Index(train.unique()), once, strangers))
    return tuple(found)


def watched(prepared: Prepared) -> tuple[Statistic, ...]:
    """Which statistics have a column to look at."""
    kinds = {column.identifies for column in prepared.personal}
    return tuple(statistic for statistic in STATISTICS if (statistic is IDENTIFYING) in kinds)


def measure_exact(sample: Sample) -> Measured:
    """Deviates: beyond all limits as soon as one identifying value is replayed; of the least likely shared column."""
    if sample.seen.personal is None:
        return {}
    identifying, shared = _sides(sample)
    found: Measured = {}
    if identifying:
        found[IDENTIFYING.name] = deviate(float(not any(hits.replayed for _, hits in identifying)))
    if shared:
        found[SHARED.name] = deviate(min(_chance(*pair) for pair in shared), len(shared))
    return found


def tell(name: str, sample: Sample, place: int, bound: Bound) -> Told:
    """How many rows, of which column."""
    identifying, shared = _sides(sample)
    if name == IDENTIFYING.name:
        column, hits = max(identifying, key=lambda pair: pair[1].replayed)
        verb = "holds" if hits.replayed == 1 else "hold"
        words = f"{rows_of(hits.replayed)} of {hits.rows:,} {verb} a value of {column.name} that a training row holds."
        return Told(words, float(hits.replayed), 0.0, count_interval(hits.replayed), 0.0)
    column, hits = min(shared, key=lambda pair: _chance(*pair))
    sizes = float(len(column.once)), float(len(column.strangers))
    limit = chance_of(bound.deviate, len(shared))
    most = most_of(float(hits.strangers), sizes, limit)
    expected = hits.strangers * sizes[0] / max(sizes[1], 1.0)
    words = (
        f"{hits.once:,} of {sizes[0]:,.0f} values of {column.name} that one training row holds are in the batch; of "
        f"as many values of strangers it would be {expected:,.0f}."
    )
    return Told(words, float(hits.once), most, count_interval(hits.once), expected)


_Pair = tuple[Personal, Hits]


def _sides(sample: Sample) -> tuple[list[_Pair], list[_Pair]]:
    """Columns with their hits: those that identify, and the others."""
    pairs = list(zip(sample.prepared.personal, sample.seen.personal or (), strict=True))
    return [pair for pair in pairs if pair[0].identifies], [pair for pair in pairs if not pair[0].identifies]


def _chance(column: Personal, hits: Hits) -> float:
    """P-value of so many values of training rows, given how many of strangers there are; 1 where there are none."""
    if not len(column.once) or not len(column.strangers):
        return 1.0
    found, others = np.array([float(hits.once)]), np.array([float(hits.strangers)])
    return float(too_many(found, others, float(len(column.once)), float(len(column.strangers)))[0])


def _plain(values: pd.Series) -> pd.Series:
    """Present values as text, without case and outer blanks."""
    return values.dropna().astype(str).str.strip().str.casefold()
