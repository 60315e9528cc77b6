"""Real rows from a CSV or Parquet file, on this machine or behind an fsspec URL. Judging them is conform's work."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any
from urllib.parse import urlsplit

import fsspec
import pyarrow as pa
from pyarrow import csv, parquet

from headwater.sources.errors import SourceError, SourceProblem, SourceUnavailable
from headwater.spec import CsvSource, DatasetSpec, ParquetSource

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_FOREIGN_BOM = (b"\xff\xfe", b"\xfe\xff")
_BLOCK_BYTES = 8_000_000


def read_csv(spec: DatasetSpec, source: CsvSource) -> pa.Table:
    """The CSV file as an Arrow table.

    Numerical columns are parsed as numbers; every other column of the spec stays text exactly as written.

    Raises:
        SourceError, SourceUnavailable: see :func:`headwater.sources.read.read_source`.
    """
    bad_lines: list[int | None] = []

    def note(row: csv.InvalidRow) -> str:
        bad_lines.append(row.number)
        return "skip"

    with _opened(spec, source.path) as file:
        try:
            table = csv.read_csv(
                file,
                read_options=csv.ReadOptions(use_threads=False, block_size=_BLOCK_BYTES),
                parse_options=csv.ParseOptions(
                    delimiter=source.separator, newlines_in_values=True, invalid_row_handler=note
                ),
                convert_options=_conversion(spec, source),
            )
            names = table.column_names
        except UnicodeDecodeError:
            raise _not_utf8(spec, source.path) from None
        except pa.ArrowInvalid as error:
            raise _unparsable(spec, source.path, str(error)) from None  # its text quotes rows
    if bad_lines:
        raise _ragged(spec, source.path, bad_lines, len(names))
    if any(pa.types.is_binary(field.type) for field in table.schema):
        raise _not_utf8(spec, source.path)
    return table


def read_parquet(spec: DatasetSpec, source: ParquetSource) -> pa.Table:
    """The Parquet file as an Arrow table, one row group after the other.

    Raises:
        SourceError, SourceUnavailable: see :func:`headwater.sources.read.read_source`.
    """
    with _opened(spec, source.path) as file:
        try:
            opened = parquet.ParquetFile(file)
            _refuse_synthetic(spec, source.path, opened.schema_arrow.metadata or {})
            groups = [opened.read_row_group(index) for index in range(opened.num_row_groups)]
            return pa.concat_tables(groups) if groups else opened.schema_arrow.empty_table()
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError):
            what = f"The file {shown(source.path)} is no Parquet file, or it is cut short or altered."
            raise SourceError(spec.dataset, [SourceProblem(what, "Write the file again; check source.kind.")]) from None


def read_head(spec: DatasetSpec, path: str, size: int) -> bytes:
    """The first ``size`` bytes of a file, or all of it.

    Raises:
        SourceError, SourceUnavailable: see :func:`headwater.sources.read.read_source`.
    """
    with _opened(spec, path) as file:
        return file.read(size)


def _refuse_synthetic(spec: DatasetSpec, path: str, label: dict[bytes, bytes]) -> None:
    """A file that says of itself that Headwater made it is no source, whichever house it comes from."""
    if label.get(b"headwater.synthetic") != b"true":
        return
    batch = label.get(b"headwater.batch_id", b"unknown").decode(errors="replace")
    what = f"The file {shown(path)} says that its rows are synthetic: Headwater made them (batch {batch[:64]})."
    cure = "Name a file of real rows. To learn from synthetic rows beside real ones, use training.synthetic_share."
    raise SourceError(spec.dataset, [SourceProblem(what, cure)])


def resolve(dataset: str, path: str) -> str:
    """``path`` with each ``${NAME}`` replaced from the environment.

    Raises:
        SourceError: a variable is not set, or empty.
    """
    unset = [name for name in _VARIABLE.findall(path) if not os.environ.get(name)]
    if unset:
        what = f"source.path {path!r} needs the environment variable {unset[0]}, which is not set."
        cure = f"Set {unset[0]} to the file's path where the workers run, or write the path into the spec."
        raise SourceError(dataset, [SourceProblem(what, cure)])
    return _VARIABLE.sub(lambda match: os.environ[match.group(1)], path)


def shown(path: str) -> str:
    """``path`` as a message may show it: of a URL no user, password or signature, of a variable only its name."""
    if "://" not in path:
        return repr(path)
    parts = urlsplit(path)
    return repr(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}")


@contextmanager
def _opened(spec: DatasetSpec, path: str) -> Iterator[IO[bytes]]:
    """The file at ``path``, open for reading and not empty."""
    try:
        opened = fsspec.open(resolve(spec.dataset, path), "rb", compression="infer").open()
    except (OSError, ValueError, ImportError) as error:
        raise _unopened(spec, path, error) from None  # the cause may quote a URL with its secrets
    with opened as file:
        head = file.read(2)
        if not head:
            what = f"The file {shown(path)} is empty."
            raise SourceError(spec.dataset, [SourceProblem(what, "Export the rows again, with their header.")])
        if head in _FOREIGN_BOM:
            raise _not_utf8(spec, path)
        file.seek(0)
        yield file


def _conversion(spec: DatasetSpec, source: CsvSource) -> Any:
    texts = {name: pa.string() for name, column in spec.columns.items() if column.sdtype != "numerical"}
    return csv.ConvertOptions(
        column_types=texts,
        null_values=list(source.missing),
        strings_can_be_null=True,
        true_values=[],
        false_values=[],
    )


def _unopened(spec: DatasetSpec, path: str, error: Exception) -> SourceError:
    """Why a file cannot be opened, and whether a later attempt may succeed."""
    name = shown(path)
    if isinstance(error, FileNotFoundError):
        problem = SourceProblem(f"There is no file {name}.", "Correct source.path, or put the file there.")
    elif isinstance(error, IsADirectoryError):
        problem = SourceProblem(f"{name} is a folder.", "Name one file in source.path.")
    elif isinstance(error, PermissionError):
        problem = SourceProblem(f"The file {name} may not be read.", "Let the account that runs the workers read it.")
    elif isinstance(error, ImportError | ValueError):
        what = f"The file {name} cannot be reached: its kind of URL needs a package that is not installed."
        problem = SourceProblem(
            what, "Install the fsspec package of that store (such as s3fs), or correct source.path."
        )
    else:
        problem = SourceProblem(f"The file {name} cannot be opened now.", "Check the disk or network, then try again.")
        return SourceUnavailable(spec.dataset, [problem])
    return SourceError(spec.dataset, [problem])


def _not_utf8(spec: DatasetSpec, path: str) -> SourceError:
    what = f"The file {shown(path)} is not text in UTF-8."
    return SourceError(spec.dataset, [SourceProblem(what, "Save it as UTF-8, or use Parquet.")])


def _unparsable(spec: DatasetSpec, path: str, reason: str) -> SourceError:
    if "UTF8" in reason or "UTF-8" in reason:
        return _not_utf8(spec, path)
    what = f"The file {shown(path)} cannot be read as CSV."
    return SourceError(spec.dataset, [SourceProblem(what, "Check its header line, its quotes and source.separator.")])


def _ragged(spec: DatasetSpec, path: str, lines: list[int | None], width: int) -> SourceError:
    first = f", first in row {lines[0]}" if lines[0] is not None else ""
    what = f"The file {shown(path)} has {len(lines)} rows whose number of fields is not the header's {width}{first}."
    cure = "Check source.separator, and quote the fields that hold it."
    return SourceError(spec.dataset, [SourceProblem(what, cure)])
