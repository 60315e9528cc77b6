"""Every generator on every table: cost, fidelity, usefulness and memory, with the same splits and seeds.

Writes ``benchmarks/results/generators.json`` after every seed, so that a cut run loses nothing and ``--resume`` goes
on; then ``generators.md`` and ``generators_frontier.svg`` beside it. The parts are in ``benchmarks/fidelity/``.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchmarks.fidelity import making
from benchmarks.fidelity.entries import INDEPENDENT, REAL, Entry, chosen, peer
from benchmarks.fidelity.frontier import frontier
from benchmarks.fidelity.report import markdown
from benchmarks.fidelity.results import Results, Row
from benchmarks.measure import measured

if TYPE_CHECKING:  # a measured process imports this file again: what judges must not count as a generator's memory
    from benchmarks.fidelity.evaluate import RealSide
    from benchmarks.fidelity.tables import BenchTable

RESULTS = Path(__file__).resolve().parent / "results" / "generators.json"
SEEDS = 5


def main() -> int:
    """Measure, write the three files, and return the exit code: 1 if a built-in generator failed."""
    arguments = parsed(sys.argv[1:])
    peers = [peer(one) for one in arguments.peer]
    results = Results(arguments.out, about())
    broken = [] if arguments.render else list(failures(arguments, peers, results))
    render(results)
    for line in broken:
        print(f"failed: {line}", file=sys.stderr)
    return 1 if broken else 0


def parsed(given: list[str]) -> argparse.Namespace:
    """The arguments of the command."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.generators", description=__doc__)
    parser.add_argument("--tables", nargs="+", metavar="NAME", help="default: all")
    parser.add_argument("--generators", nargs="+", metavar="NAME", help="kinds, labels, or 'KIND, LABEL'; default: all")
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"at most; slow entries take fewer (default {SEEDS})")
    parser.add_argument("--rows", type=int, help="use so many rows of each table, for a quick run")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the JSON; the other files go beside it")
    parser.add_argument("--peer", action="append", default=[], metavar="NAME=PYTHON", help="a peer's own interpreter")
    parser.add_argument("--resume", action="store_true", help="skip what the JSON holds already")
    parser.add_argument("--render", action="store_true", help="measure nothing, write Markdown and picture anew")
    return parser.parse_args(given)


def failures(arguments: argparse.Namespace, peers: list[Entry], results: Results) -> Iterator[str]:
    """Measure what is asked for; the built-in generators that failed, as ``table: title: error``."""
    from benchmarks.fidelity.evaluate import RealSide
    from benchmarks.fidelity.splits import split
    from benchmarks.fidelity.tables import read_table, table_names
    from headwater.sources.errors import SourceError

    names, entries = table_names(), chosen(arguments.generators, peers)
    for name in arguments.tables or names:
        try:
            table = read_table(name)
        except SourceError as odd:  # one odd CSV of the folder must not cost the others
            print(f"{name} left out: {odd}", file=sys.stderr, flush=True)
            continue
        broken: set[str] = set()
        for seed in range(arguments.seeds):
            real = RealSide(split(table.rows, seed, arguments.rows), table.schema, table.target, seed)
            for entry in entries:
                if entry.tables and name not in entry.tables:
                    continue
                known = arguments.resume and results.has(name, entry, seed, facts(table, real))
                if known or seed >= entry.seeds or entry.title in broken:
                    continue
                error = attempt(entry, table, real, results)
                results.sort(names, chosen(None, peers))
                if error:
                    broken.add(entry.title)
                    if not entry.python:
                        yield f"{name}: {entry.title}: {error}"
        results.write()


def attempt(entry: Entry, table: BenchTable, real: RealSide, results: Results) -> str:
    """Measure one entry with one seed and write it down. Returns what went wrong, or nothing."""
    started = time.perf_counter()
    try:
        lacking = entry.lacks()
        if lacking and entry.optional:
            print(f"{table.name}: {entry.title} left out: {entry.kind} has no setting {lacking!r} here", flush=True)
            return ""
        run = {"seed": real.seed, **one_run(entry, table, real)}
    except Exception as error:  # noqa: BLE001 - one entry's failure is a result; the others go on
        told = str(error).strip().splitlines()[-1:] or [type(error).__name__]
        results.fail(table.name, entry, facts(table, real), told[0])
        print(f"{table.name}: {entry.title}: seed {real.seed} FAILED: {error}", file=sys.stderr, flush=True)
        return told[0]
    results.add(table.name, entry, facts(table, real), run)
    shown = ", ".join(f"{name} {run[name]:.3f}" for name in ("c2st_gb_auc", "coverage", "nearness_share"))
    print(f"{table.name}: {entry.title}: seed {real.seed}: {shown} ({time.perf_counter() - started:.0f} s)", flush=True)
    return ""


def one_run(entry: Entry, table: BenchTable, real: RealSide) -> Row:
    """The numbers of one entry and one seed."""
    from benchmarks.fidelity.evaluate import RealSide, evaluate
    from benchmarks.fidelity.peer import make_with_peer
    from benchmarks.fidelity.splits import independent, stand_in

    train, schema, seed = real.split.train, table.schema, real.seed
    job = making.Job(entry.kind, entry.settings, train, schema, seed, len(train))
    costs: Row = {}
    if entry.kind == REAL:
        cut, synthetic = stand_in(real.split)
        real = RealSide(cut, schema, table.target, seed)
    elif entry.kind == INDEPENDENT:
        synthetic = independent(train, seed)
    elif entry.python:
        made = make_with_peer(entry.python, job)
        synthetic, costs = made.rows, made.costs
    else:
        made = measured(making.make, job).result
        synthetic, costs = made.rows, made.costs
    return {"synthetic_rows": len(synthetic), **costs, **evaluate(synthetic, real)}


def facts(table: BenchTable, real: RealSide) -> Row:
    """What a row of the result says of its table; a row with other facts is another measurement."""
    cut = real.split
    sizes = {"train_rows": len(cut.train), "holdout_rows": len(cut.holdout)}
    return {"rows": len(table.rows), **sizes, "columns": len(table.schema.columns)}


def about() -> dict[str, Any]:
    """How the bench measures; stands in the result file."""
    return {
        "split": "80/20 by seed; at most 30,000 rows to train and 7,000 held out, the rest of a larger table is unused",
        "columns": "ids and personal data are left out",
        "real": "a fifth of the table, taken out of the training rows, in the place of synthetic rows",
        "judged": "at most 20,000 synthetic rows; where sizes must be equal, the mean over disjoint parts of that size",
        "independent": "the training rows, each column shuffled by itself",
        "numbers": "medians over the seeds; ranges: least and greatest; runs: one object a seed",
        "definitions": "docstrings of the modules in benchmarks/fidelity/",
    }


def render(results: Results) -> None:
    """Write the Markdown and the picture beside the JSON."""
    page, picture = results.path.with_suffix(".md"), results.path.with_name(f"{results.path.stem}_frontier.svg")
    page.write_text(markdown(results.rows, results.machine, picture.name), encoding="utf-8")
    picture.write_text(frontier(results.rows), encoding="utf-8")
    print(f"written: {results.path}, {page.name}, {picture.name}")


if __name__ == "__main__":
    sys.exit(main())
