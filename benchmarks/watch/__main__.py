"""How often the watch blames honest years, and how soon it sees planted slides.

``make bench BENCH=watch`` writes ``benchmarks/results/watch.json`` and ``watch.md``. Judged nights are kept below
``var/bench/watch``; delete them to judge anew. Where the limits come from: ``python -m benchmarks.watch.limits``.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np

from benchmarks.machine import describe_machine
from benchmarks.watch.nights import GENERATION_NIGHTS, measure
from benchmarks.watch.report import page_of
from benchmarks.watch.slides import slides
from benchmarks.watch.years import (
    BEFORE,
    RATE,
    Nights,
    chain_alarms,
    delay,
    effects_of,
    false_alarms,
    generation_of_alarm,
)
from headwater.checks.indicators import GENERATIONS_PART, NIGHTS_PART

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "watch.json"
PARTS = ROOT / "var" / "bench" / "watch"
YEARS, CHAIN_YEARS, SLIDE_YEARS, SEED = 3_000, 5_000, 200, 61


def main() -> None:
    """Judge what was not judged yet, then draw years."""
    PARTS.mkdir(parents=True, exist_ok=True)
    started, random = time.process_time(), np.random.default_rng(SEED)

    def say(words: str) -> None:
        print(f"[{time.process_time() - started:6.0f} CPU s] {words}", flush=True)

    if sys.argv[1:]:  # some parts only, beside others
        measure(PARTS, say, sys.argv[1:])
        return
    measured = measure(PARTS, say)
    figures = {name: part["figures"] for name, part in measured.items() if isinstance(part, dict)}
    nights, generations = Nights.of(figures["nights"]), effects_of(figures["generations"])
    delays = {}
    for name, bend in slides(nights, figures).items():
        delays[name] = delay(nights, bend, SLIDE_YEARS, random)
        say(f"{name}: {delays[name]}")
    rates = {
        "nights of one generator": {**false_alarms(nights, YEARS, random), "allowed": RATE * NIGHTS_PART},
        "weekly generations": {**chain_alarms(generations, CHAIN_YEARS, random), "allowed": RATE * GENERATIONS_PART},
    }
    say(f"honest years: {rates}")
    result = {
        "table": measured["table"],
        "n": measured["n"],
        "nights_judged": len(nights.ratios),
        "generations_judged": len(generations),
        "generation_figures": GENERATION_NIGHTS,
        "nights_before": BEFORE,
        "false_alarms": rates,
        "delays": delays,
        "replaced": generation_of_alarm(np.stack([effects_of(chain) for chain in figures["chains"]])),
        "unions": figures["unions"],
        "cost": figures["cost"],
        "judging_cpu_seconds": sum(part["cpu_seconds"] for part in measured.values() if isinstance(part, dict)),
        "machine": describe_machine(),
    }
    RESULTS.write_text(json.dumps(result, indent=2) + "\n")
    RESULTS.with_suffix(".md").write_text(page_of(result))
    print(page_of(result))


if __name__ == "__main__":
    main()
