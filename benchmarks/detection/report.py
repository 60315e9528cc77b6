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


def page_of(result: dict[str, Any]) -> str:
    """The page beside the result file: false alarms, means, and the share found of each fault, table and size."""
    machine = result["machine"]
    lines = [
        "# What the verdict finds, measured",
        "",
        f"`make bench BENCH=detection` on {machine['processor']}, {machine['cores']} cores; {machine['measured_at']}.",
        "",
        "Each table is a world: the `trees` generator fitted on a real one, from which honest rows never run out. An "
        "anchor of `n` rows and four times as many training rows are drawn from it, the null is drawn from the latter "
        "(500 draws), and each batch of `n` new rows gets the family-wise verdict. What a dose means is said where the "
        "fault is planted (`benchmarks/detection/faults/`).",
        "",
        sentence_of(result),
        "",
        *_cases(result),
        "",
        *_faults(result),
    ]
    return "\n".join(lines) + "\n"


def sentence_of(result: dict[str, Any]) -> str:
    """False alarms, mean detection, and the smallest lost regions, in words."""
    means = " and ".join(f"{share:.3f} at n = {int(n):,}" for n, share in result["mean_detection"].items())
    alarms = round(result["false_alarm"] * result["honest_batches"])
    return (
        f"Of {result['honest_batches']:,} honest batches {alarms} were blamed: {result['false_alarm']:.2%} (upper 95 % "
        f"limit {result['false_alarm_upper95']:.2%}). Of the batches with a planted fault the verdict finds {means}, "
        f"the mean over tables, faults and doses. {_lost_regions(result)}"
    )


def _lost_regions(result: dict[str, Any]) -> str:
    """What of the smallest lost regions is found in the large batches."""
    rows = [row for row in result["rows"] if row["fault"] == "cluster_dropped"]
    n, dose = max(row["n"] for row in rows), min(row["dose"] for row in rows)
    rows = [row for row in rows if (row["n"], row["dose"]) == (n, dose)]
    found, planted = (sum(row[key] for row in rows) for key in ("detected", "repetitions"))
    return f"A lost region of {dose:.1%} of the rows is found in {found} of {planted} batches of {n:,}."


def _cases(result: dict[str, Any]) -> list[str]:
    lines = ["| table | n | honest batches | blamed | mean detection | CPU s |", "|---|---|---|---|---|---|"]
    for case in result["cases"]:
        counts = f"{case['n']:,} | {case['honest_batches']:,} | {sum(case['false_alarms'].values())}"
        lines.append(f"| {case['table']} | {counts} | {case['mean_detection']:.3f} | {case['cpu_seconds']:,.0f} |")
    return lines


def _faults(result: dict[str, Any]) -> list[str]:
    """One row a fault and dose, one column a table and size: the share found; and which check found it most often."""
    cases = [(case["table"], case["n"]) for case in result["cases"]]
    grouped: dict[tuple[str, float], dict[tuple[str, int], dict[str, Any]]] = defaultdict(dict)
    for row in result["rows"]:
        grouped[row["fault"], row["dose"]][row["table"], row["n"]] = row
    lines = [
        f"| fault | dose | {' | '.join(f'{table} {n:,}' for table, n in cases)} | found first by |",
        f"|---|---|{'---|' * len(cases)}---|",
    ]
    for (fault, dose), found in grouped.items():
        first = Counter(row["first_check"] for row in found.values() if row["first_check"])
        name = f"`{first.most_common(1)[0][0]}`" if first else "–"
        shares = " | ".join(_share(found.get(case)) for case in cases)
        lines.append(f"| {fault.replace('_', ' ')} | {dose:g} | {shares} | {name} |")
    return lines


def _share(row: dict[str, Any] | None) -> str:
    return "–" if row is None else f"{row['detected'] / row['repetitions']:.2f}"
