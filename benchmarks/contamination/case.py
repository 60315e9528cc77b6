"""One table with its history: a snapshot, a generator of it, thirty released batches, and rows that are new since.

Belongs here: building a case, planting, scanning. Does not: ways of coming back, summing up.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import pandas as pd
import pyarrow as pa

from benchmarks.contamination.ways import Planted, Way
from headwater.sources.contamination.fingerprints import distinct, fingerprint_schema, fingerprints
from headwater.sources.contamination.library import Released
from headwater.sources.contamination.scan import Contamination, scan
from headwater.tables.schema import TableSchema

ANCHOR_SHARE = 0.2


@dataclass(frozen=True)
class Size:
    """Rows of a snapshot, rows of the next one that are new, rows a batch, and how many batches were released."""

    snapshot: int
    new: int
    batch: int
    batches: int


SIZES = {
    "census": Size(20_000, 12_000, 20_000, 30),
    "cardio": Size(20_000, 20_000, 20_000, 30),
    "fair": Size(4_000, 2_000, 4_000, 30),
}


@dataclass(frozen=True, eq=False)
class Case:
    """A table with its history."""

    schema: TableSchema
    earlier: pd.DataFrame
    fresh: pd.DataFrame
    batches: list[pd.DataFrame]
    released: list[Released]

    @classmethod
    def of(cls, table: str, kind: str, seed: int) -> Self:
        """Split the real rows, fit ``kind`` on the training part of the snapshot, release the batches."""
        from benchmarks.detection.worlds import (
            world,
        )  # here, so that the process that measures cost does not pay for them
        from headwater.generators.registry import create

        of, size = world(table, "real"), SIZES[table]
        earlier, fresh = of.split((size.snapshot, size.new), seed)
        held = round(ANCHOR_SHARE * size.snapshot)
        model = create(kind, {}, ()).fit(earlier.iloc[held:].reset_index(drop=True), of.schema, seed)
        batches = [model.sample(size.batch, seed=1_000 * seed + night) for night in range(size.batches)]
        columns = fingerprint_schema(of.schema)
        released = []
        for night, batch in enumerate(batches):
            kept = distinct(fingerprints(batch, of.schema))
            released.append(Released(str(night), kept.num_rows, columns, lambda kept=kept: kept))  # type: ignore[misc]
        return cls(of.schema, earlier, fresh, batches, released)

    def scan(self, way: Way | None, share: float, seed: int) -> dict[str, Any]:
        """Scan the next snapshot, of which ``share`` came back in one way."""
        rng = np.random.default_rng(seed)
        planted = round(share * len(self.earlier)) if way else 0
        old = rng.choice(len(self.earlier), len(self.earlier) - len(self.fresh), replace=False)
        new = rng.choice(len(self.fresh), len(self.fresh) - planted, replace=False)
        parts = [fingerprints(self.earlier.iloc[old], self.schema), fingerprints(self.fresh.iloc[new], self.schema)]
        if way:
            rows = self._plant(way, planted, rng)
            parts.append(fingerprints(rows, self.schema))
        before = fingerprints(self.earlier, self.schema)
        is_anchor = np.arange(len(self.earlier)) < round(ANCHOR_SHARE * len(self.earlier))
        found = scan(pa.concat_tables(parts), before, is_anchor, self.released)
        return _figures(found, planted)

    def _plant(self, way: Way, count: int, rng: np.random.Generator) -> pd.DataFrame:
        """Rows of three of the batches, changed."""
        few = rng.choice(len(self.batches), 3, replace=False)
        pool = pd.concat([self.batches[night] for night in few], ignore_index=True)
        rows = pool.iloc[rng.choice(len(pool), count, replace=False)].reset_index(drop=True)
        return way(Planted(rows, self.fresh, self.schema, rng))


def _figures(found: Contamination, planted: int) -> dict[str, Any]:
    """Of the planted rows, which are the last ones, how many are named; of the others, how many are blamed."""
    named = found.named
    honest = len(named) - planted
    return {
        "noticed": bool(found.findings),
        "planted": planted,
        "named": int(named[honest:].sum()),
        "blamed": int(named[:honest].sum()),
        "estimated": found.leaked,
        "findings": [finding.change for finding in found.findings],
    }
