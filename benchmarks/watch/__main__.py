"""How often the watch blames honest years, and how soon it sees planted slides."""

from __future__ import annotations

import time
from pathlib import Path

from benchmarks.watch.nights import measure

ROOT = Path(__file__).resolve().parents[2]
PARTS = ROOT / "var" / "bench" / "watch"


def main() -> None:
    """Measure what is missing."""
    PARTS.mkdir(parents=True, exist_ok=True)
    started = time.process_time()
    measure(PARTS, lambda words: print(f"[{time.process_time() - started:6.0f} CPU s] {words}", flush=True))


if __name__ == "__main__":
    main()
