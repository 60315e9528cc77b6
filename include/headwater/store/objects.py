"""Files in an object store (s3://, gs://, memory://) through fsspec. A put is atomic there; a rename does not exist."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from headwater.store.backend import MANIFEST


class ObjectStore:
    """A store below ``root``, a path as ``filesystem`` (an fsspec filesystem) understands it."""

    def __init__(self, filesystem: Any, root: str) -> None:
        self._files = filesystem
        self._root = root.rstrip("/")

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """A path in a temporary folder of this machine: an upload that is cut short never becomes an object."""
        with tempfile.TemporaryDirectory(prefix="headwater-") as folder:
            yield Path(folder) / "unfinished"

    def install(self, unfinished: Path, key: str) -> None:
        """Upload the finished file."""
        self._files.put_file(str(unfinished), self._path(key))
        self._files.invalidate_cache()

    def open(self, key: str) -> BinaryIO:
        """The object for reading. Raises FileNotFoundError."""
        return cast(BinaryIO, self._files.open(self._path(key), "rb"))

    def exists(self, key: str) -> bool:
        """Whether an object lies at ``key``."""
        return bool(self._files.isfile(self._path(key)))

    def list(self, prefix: str) -> list[str]:
        """Keys of the objects at or below ``prefix``, sorted. Caches are dropped: other workers write too."""
        self._files.invalidate_cache()
        start = self._path(prefix) if prefix else self._root
        found = self._files.find(start) if self._files.exists(start) else []
        own = self._root.lstrip("/") + "/"
        return sorted(str(path).lstrip("/").removeprefix(own) for path in found)

    def delete(self, prefix: str, *, manifest_last: bool = False) -> None:
        """Remove the objects at or below ``prefix`` one by one, manifests first or last."""
        for key in sorted(self.list(prefix), key=lambda key: key.endswith(MANIFEST) == manifest_last):
            self._files.rm_file(self._path(key))
        self._files.invalidate_cache()

    def move_folder(self, source: str, target: str) -> None:
        """Copy with the manifest last, then delete the source with its manifest last.

        Cut short while copying, ``target`` has no manifest and the source is whole. Cut short while deleting, both
        manifests are equal, and :meth:`Store.publish` sees that only the deleting is left.
        """
        self.delete(target)
        keys = sorted(self.list(source), key=lambda key: key == f"{source}/{MANIFEST}")
        for key in keys:
            self._files.cp_file(self._path(key), self._path(target + key.removeprefix(source)))
        self.delete(source, manifest_last=True)

    def sweep(self, before: float) -> int:
        """Nothing: unfinished files lie in temporary folders, not in the store."""
        return 0

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}"
