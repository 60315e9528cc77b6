"""The page beside the result file: rates and delays, to read. Measures nothing."""

from __future__ import annotations

from typing import Any


def page_of(result: dict[str, Any]) -> str:
    """``watch.md``, rendered from ``watch.json``."""
    machine, rates = result["machine"], result["false_alarms"]
    lines = [
        "# What the watch sees, measured",
        "",
        f"`make bench BENCH=watch` on {machine['processor']}, {machine['cores']} cores; {machine['measured_at']}.",
        "",
        f"{result['nights_judged']} honest nights and {result['generations_judged']} honest generations of the `trees` "
        f"generator on a world of `{result['table']}`, {result['n']:,} rows each, were judged by the real judge. Years "
        "are drawn from them with replacement, whole vectors of figures, each year with the offset of a certificate of "
        "its own; faults in rows (lost region, lost values) were planted and judged at each dose. "
        f"A slide begins after {result['nights_before']} honest nights.",
        "",
        "## False alarms a year",
        "",
        "| charts | allowed | years | alarms | rate | upper 95 % limit |",
        "|---|---|---|---|---|---|",
        *(_rate(name, rate) for name, rate in rates.items()),
        "",
        "## Delay of the alarm, nights",
        "",
        "| slide | found within the year | median | 90 % |",
        "|---|---|---|---|",
        *(_delay(name, delay) for name, delay in result["delays"].items()),
        "",
        *_union(result["unions"], result["cost"]),
        "## Generations that learn from one another",
        "",
        f"Nobody protects, {len(result['replaced'])} chains, {result['generation_figures']} judgements a generation: "
        f"the alarm comes at generation {_told(result['replaced'])}.",
    ]
    return "\n".join(lines) + "\n"


def _union(unions: dict[str, Any], cost: dict[str, Any]) -> list[str]:
    return [
        "## The union of 30 nights",
        "",
        f"Of {unions['looks']:,} honest looks {sum(unions['alarms'].values())} alarmed; the limit is a deviate of "
        f"{unions['limit']:.2f}, for nightly looks the whole year. Planted faults (doses as in the slides above) "
        "and the share of looks that alarmed:",
        "",
        "| planted | found |",
        "|---|---|",
        *(f"| {name} | {share:.0%} |" for name, share in unions["planted"].items()),
        "",
        f"{cost['rows']:,} rows, from Parquet to findings: {cost['cpu_seconds']:.0f} CPU s, "
        f"{cost['peak_gib_above_start']:.2f} GiB.",
        "",
    ]


def _rate(name: str, rate: dict[str, Any]) -> str:
    shares = " | ".join(f"{rate[key]:.2%}" for key in ("rate", "upper95"))
    return f"| {name} | {rate['allowed']:.2%} | {rate['years']:,} | {rate['alarms']} | {shares} |"


def _delay(name: str, delay: dict[str, Any]) -> str:
    cells = [delay[key] for key in ("median_delay_nights", "delay_nights_90")]
    told = " | ".join("–" if cell is None else str(cell) for cell in cells)
    return f"| {name} | {delay['found_within_the_year']:.0%} | {told} |"


def _told(generations: list[int | None]) -> str:
    return ", ".join("none" if each is None else str(each) for each in generations)
