"""The raw table: every column as it came, whatever kind of source it is. What the columns are is ``columns.py``'s work.

Belongs here: finding out what must be known to read at all (separator, header, names). Does not: judging values.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice

import pandas as pd

from headwater.proposal.finding import ProposalError
from headwater.sources.files import read_csv, read_head, read_parquet, shown
from headwater.sources.raw import as_frame
from headwater.sources.sql import read_unknown_table
from headwater.spec import CsvSource, DatasetSpec, ParquetSource, TableSource

HEAD_BYTES, HEAD_LINES = 1 << 16, 50
SEPARATORS = (",", ";", "\t", "|")
ROWS_MIN = 150
"""With fewer rows an anchor of a fifth may have fewer than the 20 that a judgement needs."""
_NUMBER = re.compile(r"\s*-?\d+([.,]\d+)?\s*")


@dataclass(frozen=True)
class Raw:
    """A table as it came.

    Attributes:
        source: with what was found out about it.
        frame: all rows: shape ``(rows, columns)``; of a CSV all cells are text.
        primary: the primary key that the database declares; empty where none is.
    """

    source: CsvSource | ParquetSource | TableSource
    frame: pd.DataFrame
    primary: tuple[str, ...] = ()

    @property
    def is_csv(self) -> bool:
        """Whether all cells are text."""
        return isinstance(self.source, CsvSource)


def read(name: str, source: CsvSource | ParquetSource | TableSource, connect: Callable[[str], str]) -> Raw:
    """The table behind ``source``, for a dataset called ``name``.

    Raises:
        ProposalError: too few rows, or names of columns that no spec can have.
        SourceError, SourceUnavailable: see :func:`headwater.sources.read.read_source`.
    """
    if isinstance(source, TableSource):
        frame, primary = read_unknown_table(unknown(name, source), source, connect)
        raw = Raw(source, frame, primary)
    elif isinstance(source, ParquetSource):
        raw = Raw(source, as_frame(read_parquet(unknown(name, source), source)))
    else:
        raw = _csv(name, source)
    _check_names(list(raw.frame.columns))
    if len(raw.frame) < ROWS_MIN:
        what = f"The source holds {len(raw.frame):,} rows; fewer than {ROWS_MIN} cannot judge a generator."
        raise ProposalError(what, "Name a table with more rows, or wait until it has them.")
    return raw


def unknown(name: str, source: CsvSource | ParquetSource | TableSource, columns: Sequence[str] = ()) -> DatasetSpec:
    """A spec that says nothing of the columns: what the sources' readers ask for."""
    given = dict.fromkeys(columns or ["unknown"], "categorical")
    return DatasetSpec.model_validate(
        {"dataset": name, "owner": "unknown", "source": source.model_dump(by_alias=True), "columns": given}
    )


def _csv(name: str, source: CsvSource) -> Raw:
    """All cells as text: Arrow would guess types, and drop leading zeros."""
    separator, names = _header(_head(name, source))
    found = source.model_copy(update={"separator": separator})
    _check_names(names)
    if len(names) > 1 and all(_NUMBER.fullmatch(each) for each in names):
        what = f"The first line of {shown(source.path)} holds numbers, not names of columns."
        raise ProposalError(what, "Give the file a header line.")
    return Raw(found, as_frame(read_csv(unknown(name, found, names), found)))


def _head(name: str, source: CsvSource) -> str:
    """The first lines of the file, whole; a header may be very long."""
    for size in (HEAD_BYTES, HEAD_BYTES << 4, HEAD_BYTES << 8):
        head = read_head(unknown(name, source), source.path, size)
        if len(head) < size:
            break
        whole = head.rpartition(b"\n")[0]
        if whole.count(b"\n"):
            return whole.decode("utf-8-sig", errors="replace")
    return head.decode("utf-8-sig", errors="replace")


def _header(head: str) -> tuple[str, list[str]]:
    """The separator by which most lines have the same, largest number of fields, and the first line's fields."""
    best: tuple[float, int, str, list[str]] = (0.0, 1, SEPARATORS[0], [])
    for separator in SEPARATORS:
        rows = _rows(head, separator)
        width = len(rows[0]) if rows else 0
        alike = sum(len(row) == width for row in rows) / max(len(rows), 1)
        if not best[3] or (width > 1 and (alike, width) > best[:2]):
            best = (alike if width > 1 else 0.0, width, separator, rows[0] if rows else [])
    return best[2], best[3]


def _rows(head: str, separator: str) -> list[list[str]]:
    """The first lines' fields; none where a field is beyond csv's limit: with another separator it is not."""
    try:
        return list(islice((row for row in csv.reader(io.StringIO(head), delimiter=separator) if row), HEAD_LINES))
    except csv.Error:
        return []


def _check_names(names: list[str]) -> None:
    """Refuse names that no spec can have."""
    twice = [name for name, times in Counter(names).items() if times > 1]
    if not names:
        raise ProposalError("The source has no column.", "Check that it is the right table or file.")
    if twice:
        what = f"{names.count(twice[0])} columns of the source are called {twice[0]!r}."
        raise ProposalError(what, "Give each column its own name in the source, for example by a view with aliases.")
    for place, name in enumerate(names, start=1):
        if not name.strip() or "\x00" in name:
            what = f"Column {place} of the source has no name, or one that holds a NUL."
            raise ProposalError(what, "Name it in the source (an index that was written along is best left out).")
        if name.startswith("_headwater") or name in ("_batch_id", "batch_date"):
            raise ProposalError(f"Column {name!r} has a name that Headwater itself adds.", "Rename it in the source.")
