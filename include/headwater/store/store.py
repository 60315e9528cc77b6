"""The store: artifacts by key, whole or not there. Where a file lies in the layout is said by ``chain/keys.py``."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import unquote

import fsspec
import pyarrow as pa

from headwater.store import parquet
from headwater.store.artifact import Artifact, ArtifactError
from headwater.store.backend import MANIFEST, Backend
from headwater.store.keys import check_key, check_prefix
from headwater.store.local import LocalFolder
from headwater.store.objects import ObjectStore

_RESTORE = "Cure: restore it from a backup, or run the stage that makes it again."


class Store:
    """Artifacts below one URL: ``file:///…``, ``s3://…``, ``gs://…``; ``memory://…`` in tests.

    Keys are relative POSIX paths. Every write is atomic: a reader sees the whole file or none, a killed writer leaves
    nothing visible. All methods raise ArtifactError for a text that is no key, and for a file that cannot be used.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._place = _place(url)

    def __repr__(self) -> str:
        return f"Store({self.url!r})"

    def write_bytes(self, key: str, data: bytes) -> Artifact:
        """Write ``data`` as ``key``, replacing what was there."""
        check_key(key)
        with self._place.staging() as unfinished:
            unfinished.write_bytes(data)
            return self._install(unfinished, key)

    def read_bytes(self, key: str, sha256: str | None = None) -> bytes:
        """The bytes of ``key``.

        Raises:
            ArtifactError: there is no such file, or its hash is not ``sha256``.
        """
        with self._open(key) as file:
            data = file.read()
        if sha256 is not None:
            _compare(key, hashlib.sha256(data).hexdigest(), sha256)
        return data

    def write_table(
        self,
        key: str,
        rows: pa.Table | Iterable[pa.Table | pa.RecordBatch],
        metadata: dict[str, str] | None = None,
        schema: pa.Schema | None = None,
    ) -> Artifact:
        """Write rows as one Parquet file, streamed: no more than a row group is held in memory.

        Args:
            key: where to.
            rows: a table, or tables and record batches one after the other.
            metadata: texts for the footer; :meth:`parquet_metadata` reads them.
            schema: the file's columns; the first table's when left out.

        Raises:
            ArtifactError: there are no tables and no schema, or a table does not fit the schema.
        """
        check_key(key)
        tables = _tables(rows)
        if schema is None:
            first = next(tables, None)
            if first is None:
                raise ArtifactError(f"{key!r} cannot be written: no tables and no schema. Cure: name the schema.")
            schema, tables = first.schema, _chain(first, tables)
        with self._place.staging() as unfinished:
            try:
                parquet.write_file(unfinished, tables, schema, metadata or {})
            except parquet.MisfitError as error:
                raise ArtifactError(f"{key!r} cannot be written: {error}. Cure: write tables of one schema.") from error
            return self._install(unfinished, key)

    def read_table(self, key: str, columns: list[str] | None = None, sha256: str | None = None) -> pa.Table:
        """The rows of a Parquet file, all columns or those named, in that order.

        Raises:
            ArtifactError: no such file, another hash, not Parquet, or no such column.
        """
        with self._parquet(key, sha256) as file:
            try:
                return parquet.read_rows(file, columns)
            except KeyError as error:
                raise ArtifactError(f"{key!r} has no column {error}. Cure: name a column of the file.") from error

    def iter_tables(self, key: str, rows: int) -> Iterator[pa.Table]:
        """The rows of a Parquet file in tables of ``rows`` rows, the last one shorter; none when it is empty."""
        if rows < 1:
            raise ValueError(f"rows must be at least 1, not {rows}")
        with self._parquet(key, None) as file:
            yield from parquet.read_pieces(file, rows)

    def parquet_metadata(self, key: str) -> dict[str, str]:
        """The texts in the footer of a Parquet file, as given to :meth:`write_table`."""
        with self._parquet(key, None) as file:
            return parquet.read_metadata(file)

    def exists(self, key: str) -> bool:
        """Whether a finished file lies at ``key``. A folder is not a file."""
        return self._place.exists(check_key(key))

    def list(self, prefix: str = "") -> list[str]:
        """Keys of the finished files below the folder ``prefix``, sorted; all files when it is empty."""
        return self._place.list(check_prefix(prefix) if prefix else "")

    def delete(self, prefix: str) -> None:
        """Remove the file or folder ``prefix``; nothing happens when there is none."""
        self._place.delete(check_prefix(prefix))

    def publish(self, source_prefix: str, target_prefix: str) -> None:
        """Move a finished folder to its public place, replacing what was there. Run again, it does nothing more.

        In a local folder this is a rename. In an object store it is a copy with ``manifest.json`` last, then a
        deletion: readers must take a folder without a manifest for no batch.

        Raises:
            ArtifactError: the source has no ``manifest.json``: it is not finished, or was never there.
        """
        source, target = check_prefix(source_prefix), check_prefix(target_prefix)
        if f"{target}/".startswith(f"{source}/") or f"{source}/".startswith(f"{target}/"):
            raise ArtifactError(
                f"{source!r} cannot be published as {target!r}. Cure: neither may lie within the other."
            )
        document, published = f"{source}/{MANIFEST}", f"{target}/{MANIFEST}"
        if not self._place.exists(document):
            if self._place.exists(published) and not self._place.list(source):
                return
            raise ArtifactError(f"{source!r} is not finished: it has no {MANIFEST}. Cure: write it last, then publish.")
        if self._place.exists(published) and self.read_bytes(document) == self.read_bytes(published):
            self._place.delete(source, manifest_last=True)
        else:
            self._place.move_folder(source, target)

    def sweep(self, age: timedelta) -> int:
        """Remove what killed writers left behind longer than ``age`` ago; the number of things removed."""
        return self._place.sweep(time.time() - age.total_seconds())

    def url_of(self, key: str) -> str:
        """The full URL of ``key``, for people and manifests; the file need not exist."""
        return f"{self.url.rstrip('/')}/{check_key(key)}"

    def _install(self, unfinished: Path, key: str) -> Artifact:
        with unfinished.open("rb") as file:
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        artifact = Artifact(key, sha256, unfinished.stat().st_size)
        try:
            self._place.install(unfinished, key)
        except (IsADirectoryError, NotADirectoryError, FileExistsError) as error:
            raise ArtifactError(f"{key!r} crosses a file or folder of that name. Cure: choose another key.") from error
        return artifact

    @contextmanager
    def _open(self, key: str) -> Iterator[BinaryIO]:
        check_key(key)
        try:
            file = self._place.open(key)
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError, FileExistsError) as error:
            raise ArtifactError(f"There is no artifact {key!r} in {self.url}. {_RESTORE}") from error
        with file:
            yield file

    @contextmanager
    def _parquet(self, key: str, sha256: str | None) -> Iterator[Any]:
        """The file, or its checked bytes: what was hashed is what is read."""
        try:
            if sha256 is not None:
                yield pa.BufferReader(self.read_bytes(key, sha256))
            else:
                with self._open(key) as file:
                    yield file
        except (pa.ArrowException, OSError) as error:
            # Arrow reports damage as an OSError without a number; one with a number comes from the disk or network.
            if isinstance(error, OSError) and error.errno is not None:
                raise
            raise ArtifactError(f"{key!r} is not a whole Parquet file ({type(error).__name__}). {_RESTORE}") from error


def _place(url: str) -> Backend:
    """The backend for ``url``. Raises: ArtifactError for an unknown or uninstalled protocol."""
    try:
        filesystem, root = fsspec.url_to_fs(url)
    except (ValueError, ImportError) as error:
        protocol = url.partition("://")[0]
        cure = "Cure: use file://, s3:// or gs://, and install the fsspec driver (s3fs, gcsfs) of an object store."
        raise ArtifactError(f"No store can be opened with the protocol {protocol!r}. {cure}") from error
    if "file" in filesystem.protocol:
        # A file URL spells a space as %20; fsspec leaves it so.
        return LocalFolder(Path(unquote(root) if url.startswith("file:") else root))
    return ObjectStore(filesystem, root)


def _compare(key: str, found: str, wanted: str) -> None:
    if found != wanted:
        raise ArtifactError(f"{key!r} was altered: its SHA-256 is {found}, the ledger says {wanted}. {_RESTORE}")


def _tables(rows: pa.Table | Iterable[pa.Table | pa.RecordBatch]) -> Iterator[pa.Table]:
    if isinstance(rows, pa.Table):
        yield rows
        return
    for piece in rows:
        yield pa.Table.from_batches([piece]) if isinstance(piece, pa.RecordBatch) else piece


def _chain(first: pa.Table, rest: Iterator[pa.Table]) -> Iterator[pa.Table]:
    yield first
    yield from rest
