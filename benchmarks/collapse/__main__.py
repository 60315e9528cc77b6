"""``python -m benchmarks.collapse``: 20 generations under each regime, with and without the collapse guard.

Writes ``benchmarks/results/collapse.json`` after every cell, with ``collapse.md`` and ``collapse.svg`` beside it.
``--resume`` goes on after a cut run. First snapshots, their noise floors and certificates are kept below
``var/bench/collapse``; delete it to begin anew. Several processes share the work where each has its own ``--out`` and
``--workshop``; ``--merge`` brings their files together.
"""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from benchmarks.collapse.beginning import Cell
from benchmarks.collapse.figures import figures
from benchmarks.collapse.ground import SOURCE_ROWS, Ground
from benchmarks.collapse.guarded import guarded
from benchmarks.collapse.honest import honest
from benchmarks.collapse.picture import picture
from benchmarks.collapse.regimes import UNPROTECTED, USUAL, WORDS
from benchmarks.collapse.report import markdown
from benchmarks.collapse.results import Results
from benchmarks.collapse.unprotected import unprotected
from benchmarks.collapse.workshop import Workshop
from benchmarks.fidelity.tables import read_table

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "benchmarks" / "results" / "collapse.json"
WORKSHOP = ROOT / "var" / "bench" / "collapse"
TABLES, GENERATORS = ("census", "cardio"), ("trees", "mixture", "gaussian_copula")
REAL_DRAW = 5_000
"""Number of the draw of real rows that is measured in the place of a batch."""


def main() -> int:
    """Measure what is asked for and write the three files; 1 if a cell broke."""
    arguments = parsed(sys.argv[1:])
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that a run in the background stops its Postgres too
    results, broken = Results(arguments.out, about(arguments.rows)), 0
    for other in arguments.merge:
        results.merge(other)
    if not (arguments.render or arguments.merge):

        @cache
        def ground(table: str, seed: int) -> Ground:
            return Ground(read_table(table), seed, arguments.rows)

        with Workshop.at(arguments.workshop) as workshop:
            broken = run(workshop, arguments, results, ground)
    render(results)
    return 1 if broken else 0


def parsed(given: list[str]) -> argparse.Namespace:
    """The arguments of the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.collapse", description=__doc__)
    parser.add_argument("--tables", nargs="+", metavar="NAME", default=list(TABLES))
    parser.add_argument("--generators", nargs="+", metavar="KIND", default=list(GENERATORS))
    parser.add_argument("--regimes", nargs="+", metavar="NAME", default=list(USUAL), choices=list(WORDS))
    parser.add_argument("--seeds", type=int, nargs="+", metavar="SEED", default=[0, 1, 2])
    parser.add_argument("--generations", type=int, default=20)
    parser.add_argument("--honest", type=int, default=100, metavar="CHAINS", help="0: none")
    parser.add_argument("--rows", type=int, default=SOURCE_ROWS, help="real rows of a source")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the JSON; the other files go beside it")
    parser.add_argument("--workshop", type=Path, default=WORKSHOP, help="what is made once and kept for the next run")
    parser.add_argument("--resume", action="store_true", help="skip what the JSON holds already")
    parser.add_argument(
        "--merge",
        type=Path,
        nargs="+",
        default=[],
        metavar="JSON",
        help="measure nothing, take over what others measured",
    )
    parser.add_argument("--render", action="store_true", help="measure nothing, write Markdown and picture anew")
    return parser.parse_args(given)


def cells(arguments: argparse.Namespace) -> Iterator[Cell]:
    """The most telling ones first: all regimes of one table and generator, then other ones, then other seeds."""
    for seed in arguments.seeds:
        for generator in arguments.generators:
            for table in arguments.tables:
                for regime in arguments.regimes:
                    yield Cell(table, generator, regime, seed)


def run(
    workshop: Workshop, arguments: argparse.Namespace, results: Results, ground: Callable[[str, int], Ground]
) -> int:
    """Measure every cell that is asked for; how many broke. One that breaks must not cost the others."""
    broken = 0
    asked = list(cells(arguments))
    for cell, following in zip(asked, [*asked[1:], None], strict=True):
        if not (arguments.resume and results.has(cell, arguments.generations)):
            broken += attempt(workshop, ground(cell.table, cell.seed), cell, arguments.generations, results)
        is_last = following is None or (following.table, following.generator) != (cell.table, cell.generator)
        if arguments.honest and is_last and cell.seed == arguments.seeds[0] and cell.generator == "trees":
            watch_honest(workshop, ground(cell.table, cell.seed), cell.generator, arguments, results)
    return broken


def attempt(workshop: Workshop, ground: Ground, cell: Cell, generations: int, results: Results) -> int:
    """Measure one cell and write it down; 1 if it broke."""
    started = time.perf_counter(), time.process_time()
    chain = unprotected if cell.regime in UNPROTECTED else guarded
    rows: list[dict[str, Any]] = []
    try:
        for row in chain(workshop, ground, cell, generations):
            rows.append(row)
            told = ", ".join(f"{name} {row[name]:.3f}" for name in ("coverage", "pair_tvd", "c2st_auc", "tstr"))
            watch = f"alarms {row['alarms']}, watch at {row['watch_ratio']} of its limit"
            say(f"{cell.name}: {row['generation']}: {told}; rare {row['rare_kept']}; {watch}")
    except Exception as error:  # noqa: BLE001 - one cell's failure is told; the others go on
        say(f"{cell.name} FAILED: {type(error).__name__}: {error}")
        return 1
    if not results.has_real(cell.table, cell.seed):
        size = min(rows[0]["train_rows"], len(ground.cut.train))
        results.add_real(cell.table, cell.seed, figures(ground, ground.draw(REAL_DRAW, size)))
    results.add(cell, rows)
    render(results)
    spent = time.perf_counter() - started[0], time.process_time() - started[1]
    say(f"{cell.name}: {spent[0]:.0f} s, of which {spent[1]:.0f} CPU s of this process")
    return 0


def watch_honest(
    workshop: Workshop, ground: Ground, generator: str, arguments: argparse.Namespace, results: Results
) -> None:
    """Watch honest chains, as far as that was not done."""
    known = results.honest_of(ground.table.name, generator) if arguments.resume else None
    if known and known["chains"] >= arguments.honest:
        return
    for found in honest(workshop, ground, generator, arguments.honest, arguments.generations, known=known):
        results.add_honest(found)
        render(results)
        say(f"honest chains of {ground.table.name}: {found}")


def about(rows: int) -> dict[str, Any]:
    """How the bench measures; stands in the result file."""
    return {
        "source_rows": rows,
        "anchor": "a fifth of the source's rows, set aside by acquire; no generation learns of them",
        "measured_on": "held-out real rows that neither a source nor an anchor ever holds",
        "batch_rows": "as many as generation 1 learned from",
        "regimes": WORDS,
        "definitions": "docstrings of benchmarks/collapse/figures.py, regimes.py and summary.py",
    }


def render(results: Results) -> None:
    """Write the Markdown and the picture beside the JSON."""
    page, drawing = results.path.with_suffix(".md"), results.path.with_suffix(".svg")
    page.write_text(markdown(results.document(), drawing.name), encoding="utf-8")
    drawing.write_text(picture(results.rows), encoding="utf-8")


def say(words: str) -> None:
    """A line for whoever follows the run."""
    print(words, flush=True)


if __name__ == "__main__":
    sys.exit(main())
