"""The result file: a line a generation, written after every cell; the summary is made anew each time.

Belongs here: storing, finding what was measured already. Does not: arithmetic (``summary.py``), showing.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.collapse.beginning import Cell
from benchmarks.collapse.summary import noise, summaries
from benchmarks.machine import code_version, describe_machine

Row = dict[str, Any]
DIGITS = 5


class Results:
    """The rows of one JSON file."""

    def __init__(self, path: Path, about: Row) -> None:
        """Read ``path`` where it exists; ``about`` says how the bench measures.

        Raises:
            ValueError: the file was measured on sources of another size.
        """
        self.path, self.about, self.code = path, about, code_version()
        self.machine: Row = {}
        self.rows: list[Row] = []
        self.real: list[Row] = []
        self.honest: list[Row] = []
        if path.exists():
            stored = json.loads(path.read_text())
            size = stored["about"]["source_rows"]
            if size != about["source_rows"]:
                raise ValueError(f"{path.name} was measured with --rows {size}; say so, or name another --out")
            self.machine, self.rows = stored["machine"], stored["rows"]
            self.real, self.honest = stored["real"], stored["honest"]

    def has(self, cell: Cell, generations: int) -> bool:
        """Whether the cell was measured for so many generations."""
        return len(self._of(cell)) >= generations

    def has_real(self, table: str, seed: int) -> bool:
        """Whether real rows were measured in the place of a batch."""
        return any(row["table"] == table and row["seed"] == seed for row in self.real)

    def honest_of(self, table: str, generator: str) -> Row | None:
        """What the honest chains of a table and generator showed, if any were watched."""
        return next((row for row in self.honest if (row["table"], row["generator"]) == (table, generator)), None)

    def add(self, cell: Cell, rows: list[Row]) -> None:
        """Take a cell's generations, in the place of an earlier measurement, and write the file."""
        earlier = self._of(cell)
        head = {**asdict(cell), "code": self.code}
        self.rows = [row for row in self.rows if row not in earlier] + [head | rounded(row) for row in rows]
        self.write()

    def add_real(self, table: str, seed: int, figures: Row) -> None:
        """Take the figures of real rows in the place of a batch."""
        self.real.append({"table": table, "seed": seed, **rounded(figures)})

    def add_honest(self, found: Row) -> None:
        """Take what honest chains showed, in the place of an earlier measurement, and write the file."""
        kept = [row for row in self.honest if (row["table"], row["generator"]) != (found["table"], found["generator"])]
        self.honest = [*kept, found]
        self.write()

    def merge(self, other: Path) -> None:
        """Take over what another process measured into a file of its own, and write the file.

        Raises:
            ValueError: it was measured on sources of another size.
        """
        found = Results(other, self.about)
        for row in found.rows:
            cell = Cell(row["table"], row["generator"], row["regime"], row["seed"])
            if not self._of(cell):
                self.rows += found._of(cell)
        known = {(row["table"], row["seed"]) for row in self.real}
        self.real += [row for row in found.real if (row["table"], row["seed"]) not in known]
        watched = {(row["table"], row["generator"]) for row in self.honest}
        self.honest += [row for row in found.honest if (row["table"], row["generator"]) not in watched]
        self.write()

    def document(self) -> Row:
        """All that stands in the file."""
        head = {"machine": self.machine, "about": self.about, "summary": summaries(self.rows)}
        head["noise"] = noise(self.rows)
        return {**head, "real": self.real, "honest": self.honest, "rows": self.rows}

    def write(self) -> None:
        """Write the file, whole or not at all."""
        self.machine = describe_machine()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        staged, found = self.path.with_suffix(".json.new"), self.document()
        lines = ",\n".join(json.dumps(row, allow_nan=False) for row in found.pop("rows"))  # a line a row: short diffs
        head = ",\n".join(f'"{name}": {json.dumps(value, indent=1, allow_nan=False)}' for name, value in found.items())
        staged.write_text("{" + head + ',\n"rows": [\n' + lines + "\n]}\n")
        staged.replace(self.path)

    def _of(self, cell: Cell) -> list[Row]:
        wanted = asdict(cell)
        return [row for row in self.rows if all(row[name] == value for name, value in wanted.items())]


def rounded(row: Row) -> Row:
    """Numbers with :data:`DIGITS` digits; what is no number becomes null."""
    return {name: _rounded(value) if isinstance(value, float) else value for name, value in row.items()}


def _rounded(value: float) -> float | None:
    return round(value, DIGITS) if math.isfinite(value) else None
