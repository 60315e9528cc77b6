"""The bench's cases put together: rates with their limits, means by size, and a table to read.

Belongs here: summing up. Does not: measuring (``case.py``).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from scipy.stats import beta


def summarise(parts: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The head of the result file and all rows."""
    honest = sum(part["honest_batches"] for part in parts)
    alarms = sum(sum(part["false_alarms"].values()) for part in parts)
    rows = [row for part in parts for row in part["rows"]]
    return {
        "false_alarm": alarms / honest,
        "false_alarm_upper95": upper_limit(alarms, honest),
        "honest_batches": honest,
        "mean_detection": {str(n): mean_detection(rows, n) for n in sorted({row["n"] for row in rows})},
        "cases": [
            {
                "table": part["table"],
                "n": part["n"],
                "honest_batches": part["honest_batches"],
                "false_alarms": part["false_alarms"],
                "mean_detection": mean_detection(part["rows"], part["n"]),
                "nulls": part["nulls"],
                "cpu_seconds": round(part["cpu_seconds"], 1),
            }
            for part in parts
        ],
        "rows": rows,
        "skipped": [one for part in parts for one in part["skipped"]],
    }


def upper_limit(events: int, trials: int, confidence: float = 0.95) -> float:
    """Upper confidence limit of a rate (Clopper and Pearson 1934)."""
    return 1.0 if events >= trials else float(beta.ppf(confidence, events + 1, trials - events))


def mean_detection(rows: Iterable[dict[str, Any]], n: int) -> float:
    """Mean share of detected batches over tables, faults and doses at a size."""
    shares = [row["detected"] / row["repetitions"] for row in rows if row["n"] == n]
    return sum(shares) / len(shares)


def table_of(result: dict[str, Any]) -> str:
    """Markdown: one row a fault and dose, one column a size; the share found over all tables, and what found it."""
    sizes = sorted(int(n) for n in result["mean_detection"])
    grouped: dict[tuple[str, float], dict[int, list[dict[str, Any]]]] = defaultdict(lambda: defaultdict(list))
    for row in result["rows"]:
        grouped[row["fault"], row["dose"]][row["n"]].append(row)
    lines = [
        f"| fault | dose | {' | '.join(f'n = {n:,}' for n in sizes)} | found first by |",
        f"|---|---|{'---|' * len(sizes)}---|",
    ]
    for (fault, dose), by_size in grouped.items():
        first = Counter(row["first_check"] for rows in by_size.values() for row in rows if row["first_check"])
        shares = [_share(by_size.get(n, [])) for n in sizes]
        name = first.most_common(1)[0][0] if first else "–"
        lines.append(f"| {fault.replace('_', ' ')} | {dose:g} | {' | '.join(shares)} | {name} |")
    means = " | ".join(f"**{result['mean_detection'][str(n)]:.2f}**" for n in sizes)
    lines.append(f"| mean over tables, faults and doses | | {means} | |")
    lines.append("")
    lines.append(
        f"False alarms: {result['false_alarm']:.2%} of {result['honest_batches']:,} honest batches "
        f"(upper 95 % limit {result['false_alarm_upper95']:.2%})."
    )
    return "\n".join(lines)


def _share(rows: Sequence[dict[str, Any]]) -> str:
    repetitions = sum(row["repetitions"] for row in rows)
    return f"{sum(row['detected'] for row in rows) / repetitions:.2f}" if repetitions else "–"
