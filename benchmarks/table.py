"""The README's figures of speed, from the committed results: ``python -m benchmarks.table`` prints them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).resolve().parent / "results"


def speed_table() -> str:
    """Markdown: one row a size, from ``pipeline.json``."""
    found: dict[str, Any] = json.loads((RESULTS / "pipeline.json").read_text())
    lines = [
        "| rows × columns | produce | validate | release | together | peak memory | SDV's `sample` alone | ratio |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in found["rows"]:
        stages = row["stages"]
        cells = [f"{row['rows']:,} × {row['columns']}"]
        cells += [f"{stages[name]['seconds']:.1f} s" for name in ("produce", "validate", "release")]
        cells += [f"{row['chain_seconds']:.1f} s", f"{row['chain_peak_mb']:,.0f} MB"]
        cells += [f"{row['sdv_sample_seconds']:.1f} s", f"{row['ratio']:.2f}"]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def night_sentence() -> str:
    """One sentence from ``nightly.json``."""
    (row,) = json.loads((RESULTS / "nightly.json").read_text())["rows"]
    return (
        f"A whole night of {row['rows']:,} rows on a real Airflow (table {row['table']}, {row['repetitions']} nights) "
        f"takes {row['nightly_seconds']:.0f} s from trigger to released, a retraining {row['retrain_seconds']:.0f} s."
    )


if __name__ == "__main__":
    print(speed_table())
    print(night_sentence())
