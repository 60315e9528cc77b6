"""The scan of 1,000,000 snapshot rows against 100 batches of 100,000: CPU seconds and peak memory.

A process of its own does what ``acquire`` does: it reads the snapshot's rows, makes their fingerprints, reads those of
the snapshot before and of every batch, and scans. All rows of the snapshot are new. Beside it stands a plain inner join
of whole rows by pandas, which finds unchanged rows only, on a tenth of the batches.
"""

from __future__ import annotations

import resource
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from headwater.sources.contamination.fingerprints import distinct, fingerprint_schema, fingerprints
from headwater.sources.contamination.library import Released
from headwater.sources.contamination.scan import scan
from headwater.tables.frames import from_arrow, to_arrow
from headwater.tables.schema import TableSchema

TABLE, SEED, LEAK = "census", 50, 0.05
ANCHOR_SHARE = 0.2
TRAIN_ROWS = 20_000


def write_files(folder: str, rows: int, batches: int, batch_rows: int) -> None:
    """The snapshot before, the snapshot with its leak, the batches and their fingerprints, as files."""
    from benchmarks.detection.worlds import world  # as in case.py: not in the measured process
    from headwater.generators.registry import create

    places, of = Path(folder), world(TABLE)
    (places / "schema.json").write_text(of.schema.model_dump_json())
    model = create("trees", {}, ()).fit(of.draw(TRAIN_ROWS, SEED), of.schema, SEED)
    parquet.write_table(to_arrow(of.draw(rows, SEED + 1), of.schema), places / "earlier.parquet")
    leaked = []
    for night in range(batches):
        batch = model.sample(batch_rows, seed=1_000 * SEED + night)
        parquet.write_table(distinct(fingerprints(batch, of.schema)), places / f"fingerprints-{night}.parquet")
        parquet.write_table(to_arrow(batch, of.schema), places / f"batch-{night}.parquet")
        leaked.append(batch.head(round(LEAK * rows / batches)))
    honest = of.draw(rows - sum(map(len, leaked)), SEED + 2)
    snapshot = pa.concat_tables([to_arrow(frame, of.schema) for frame in (honest, *leaked)])
    parquet.write_table(snapshot, places / "rows.parquet")


def scan_rows(folder: str, batches: int) -> dict[str, Any]:
    """What ``acquire`` does."""
    places, clock = Path(folder), time.process_time
    schema = TableSchema.model_validate_json((places / "schema.json").read_text())
    imports = clock()
    columns = fingerprint_schema(schema)
    released = []
    for night in range(batches):
        path = places / f"fingerprints-{night}.parquet"
        rows = parquet.read_metadata(path).num_rows
        released.append(Released(str(night), rows, columns, lambda path=path: parquet.read_table(path)))  # type: ignore[misc]
    rows = from_arrow(parquet.read_table(places / "rows.parquet"), schema)
    earlier = from_arrow(parquet.read_table(places / "earlier.parquet"), schema)
    read = clock()
    ours, before = fingerprints(rows, schema), fingerprints(earlier, schema)
    del rows, earlier
    is_anchor = np.arange(before.num_rows) < round(ANCHOR_SHARE * before.num_rows)
    found = scan(ours, before, is_anchor, released)
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "parts": {"imports": imports, "read": read - imports, "scan": clock() - read},
        "named": int(found.named.sum()),
        "findings": [finding.change for finding in found.findings],
    }


def join_rows(folder: str, batches: int) -> dict[str, Any]:
    """The same rows joined by pandas with a few of the batches, whole rows only."""
    places = Path(folder)
    rows = parquet.read_table(places / "rows.parquet").to_pandas()
    parts = [parquet.read_table(places / f"batch-{night}.parquet").to_pandas() for night in range(batches)]
    held = pd.concat(parts).drop_duplicates()
    found = rows.merge(held, how="inner", on=list(rows.columns))
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {"cpu_seconds": usage.ru_utime + usage.ru_stime, "named": len(found)}
