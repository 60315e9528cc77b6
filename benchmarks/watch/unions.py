"""The union of nights, measured: false alarms, planted faults, and what thirty nights of 100,000 rows cost.

Belongs here: unions drawn from a pool of nights that were really made and gathered. Does not: figures of single nights
(``nights.py``).
"""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from headwater.chain.baselines import CERTIFICATE_ROWS_MIN
from headwater.chain.union import CHUNK_ROWS, ROWS_MAX
from headwater.checks.indicators import UNION_PART
from headwater.checks.union import NAMES, Finding, Night, coverage, distinct, gather, halves, limit, repeats
from headwater.spec.watch import Watch
from headwater.tables.frames import from_arrow, to_arrow

if TYPE_CHECKING:
    from benchmarks.watch.nights import Installation

POOL, UNIONS, PLANTED = 120, 500, 40
LIMIT = limit(Watch().false_alarm * UNION_PART / len(NAMES))
REPEATED = (0.001, 0.0025, 0.005)
Made = Callable[[int], Night]


def measure_unions(of: Installation) -> dict[str, Any]:
    """Looks at honest unions that alarmed, and shares of planted ones that did."""
    nights = Watch().nights
    pool = [_gathered(of, of.night(200_000 + index)) for index in range(POOL)]
    made = _gathered(of, of.night(300_000, CERTIFICATE_ROWS_MIN))
    certificate = made.balls, float(made.ball_rows)
    random = np.random.default_rng(5)

    def drawn() -> list[Night]:
        return [pool[at] for at in random.choice(POOL, nights, replace=False)]

    honest = [_alarms(drawn(), certificate) for _ in range(UNIONS)]
    found: dict[str, Any] = {"looks": UNIONS, "limit": LIMIT, "alarms": dict.fromkeys(NAMES, 0), "planted": {}}
    for alarms in honest:
        for name in alarms:
            found["alarms"][name] += 1
    for share in REPEATED:
        seen = [_alarms(_with_repeats(drawn(), share), certificate) for _ in range(PLANTED)]
        found["planted"][f"{share:.2%} of each night's rows are the same ones"] = float(
            np.mean([bool(a) for a in seen])
        )
    for name, plant in (("region", of.without_region), ("values", of.of_fewer_values)):
        for dose in (1, 3):
            faulty = [_gathered(of, plant(400_000 + 1_000 * dose + index, dose)) for index in range(nights)]
            seen = []
            for _ in range(PLANTED):
                older, newer = drawn()[: nights // 2], random.choice(nights, nights // 2, replace=False)
                seen.append(_alarms([*older, *(faulty[at] for at in newer)], certificate))
            found["planted"][f"{name}, dose {dose}, in the newer half"] = float(np.mean([*map(bool, seen)]))
    return found


def measure_cost(of: Installation) -> dict[str, float]:
    """CPU seconds and peak memory of thirty nights of 100,000 rows, from Parquet to findings."""
    nights, schema = Watch().nights, of.world.schema
    with tempfile.TemporaryDirectory() as folder:
        for index in range(nights):
            table = to_arrow(of.night(500_000 + index, ROWS_MAX), schema)
            parquet.write_table(table, Path(folder) / f"{index}.parquet")
        before, started = _peak(), time.process_time()
        found = [gather(_chunks(Path(folder) / f"{index}.parquet", of), of.prepared) for index in range(nights)]
        read = time.process_time() - started
        _alarms(found, (found[0].balls, float(found[0].ball_rows)))
    spent = time.process_time() - started
    return {"rows": nights * ROWS_MAX, "cpu_seconds": round(spent, 1), "reading_cpu_seconds": round(read, 1)} | {
        "peak_gib_above_start": round((_peak() - before) / 2**20, 2)
    }


def _alarms(nights: list[Night], certificate: tuple[Any, float]) -> list[str]:
    parts = halves(nights)
    found: list[Finding | None] = [repeats(nights)]
    if parts is not None:
        found += [distinct(*parts), coverage(*parts, certificate)]
    return [each.name for each in found if each is not None and each.deviate > LIMIT]


def _with_repeats(nights: list[Night], share: float) -> list[Night]:
    """The first rows of every night are those of the first night."""
    count = round(share * len(nights[0].identity))
    again = nights[0].identity[:count]
    return [replace(night, identity=np.concatenate([again, night.identity[count:]])) for night in nights]


def _gathered(of: Installation, rows: pd.DataFrame) -> Night:
    return gather([rows], of.prepared)


def _chunks(path: Path, of: Installation) -> Iterator[pd.DataFrame]:
    for batch in parquet.ParquetFile(path).iter_batches(CHUNK_ROWS):
        yield from_arrow(pa.Table.from_batches([batch]), of.world.schema)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
