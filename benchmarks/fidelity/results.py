"""The result file: one row a table and entry, its numbers medians over seeds. Kept up to date after every seed.

Belongs here: merging and storing. Does not: measuring, or showing (see ``report.py``, ``frontier.py``).
"""

from __future__ import annotations

import json
import statistics
from pathlib import Path
from typing import Any

from benchmarks.fidelity.entries import Entry
from benchmarks.machine import describe_machine

ROUND = 5
_RUNS, _NOT_NUMBERS = "runs", ("seed",)
Row = dict[str, Any]


class Results:
    """The rows of one JSON file; a later measurement of the same table, entry and seed replaces the earlier."""

    def __init__(self, path: Path, about: dict[str, Any]) -> None:
        """Read ``path`` where it exists; ``about`` says how the bench measures and stands in the file."""
        self.path = path
        self.about = about
        self.machine: dict[str, Any] = {}
        self.rows: list[Row] = []
        if path.exists():
            stored = json.loads(path.read_text())
            self.machine, self.rows = stored["machine"], stored["rows"]

    def has(self, table: str, entry: Entry, seed: int, facts: Row) -> bool:
        """Whether this seed was measured, with these settings and this size of the table."""
        row = self._find(table, entry)
        return row is not None and _same(row, entry, facts) and any(run["seed"] == seed for run in row[_RUNS])

    def add(self, table: str, entry: Entry, facts: Row, run: Row) -> Row:
        """Take one seed's numbers, write the file, and return the row as it now is.

        Runs of the same entry with other settings or another size of the table are dropped.
        """
        runs = [other for other in self._runs(table, entry, facts) if other["seed"] != run["seed"]]
        runs = sorted([*runs, _rounded(run)], key=lambda one: int(one["seed"]))
        return self._put(table, entry, summary(runs) | facts | {_RUNS: runs})

    def fail(self, table: str, entry: Entry, facts: Row, error: str) -> Row:
        """Note that the entry failed; the seeds before it stay."""
        runs = self._runs(table, entry, facts)
        return self._put(table, entry, summary(runs) | facts | {"error": error, _RUNS: runs})

    def sort(self, tables: list[str], entries: list[Entry]) -> None:
        """Rows in the order of ``tables`` and ``entries``; those that are in neither come last, as they were."""
        places = {(entry.kind, entry.label): place for place, entry in enumerate(entries)}

        def key(row: Row) -> tuple[int, int]:
            table = tables.index(row["table"]) if row["table"] in tables else len(tables)
            return table, places.get((row["generator"], row["label"]), len(places))

        self.rows.sort(key=key)

    def write(self) -> None:
        """Write the file, whole or not at all."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        staged = self.path.with_suffix(".json.new")
        head = [f'"{name}": {json.dumps(value, indent=1)}' for name, value in self._head()]
        rows = ",\n".join(json.dumps(row, allow_nan=False) for row in self.rows)  # a line a row: readable diffs
        staged.write_text("{" + ",\n".join(head) + ',\n"rows": [\n' + rows + "\n]}\n")
        staged.replace(self.path)

    def _head(self) -> tuple[tuple[str, Any], ...]:
        return ("machine", self.machine), ("about", self.about)

    def _find(self, table: str, entry: Entry) -> Row | None:
        identity = (table, entry.kind, entry.label)
        return next((row for row in self.rows if (row["table"], row["generator"], row["label"]) == identity), None)

    def _runs(self, table: str, entry: Entry, facts: Row) -> list[Row]:
        row = self._find(table, entry)
        return list(row[_RUNS]) if row is not None and _same(row, entry, facts) else []

    def _put(self, table: str, entry: Entry, values: Row) -> Row:
        self.machine = describe_machine()
        head = {"table": table, "generator": entry.kind, "label": entry.label, "settings": entry.settings}
        row, old = head | values, self._find(table, entry)
        if old is None:
            self.rows.append(row)
        else:
            self.rows[self.rows.index(old)] = row
        self.write()
        return row


def summary(runs: list[Row]) -> Row:
    """Number of seeds, the median of each number over them, and ``ranges``: least and greatest. None is left out."""
    names = list(dict.fromkeys(name for run in runs for name in run if name not in _NOT_NUMBERS))
    known = {name: [run[name] for run in runs if run.get(name) is not None] for name in names}
    medians = {name: _round(statistics.median(values)) if values else None for name, values in known.items()}
    ranges = {name: [min(values), max(values)] for name, values in known.items() if values}
    return {"seeds": len(runs), **medians, "ranges": ranges}


def _same(row: Row, entry: Entry, facts: Row) -> bool:
    return bool(row["settings"] == entry.settings and all(row.get(name) == value for name, value in facts.items()))


def _rounded(run: Row) -> Row:
    return {name: _round(value) if isinstance(value, float) else value for name, value in run.items()}


def _round(value: float) -> float:
    """Shares to five digits; sizes and rates, which are large, to whole numbers."""
    return round(value, ROUND) if abs(value) < 1_000 else round(value)
