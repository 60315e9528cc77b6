"""Files in a local folder: written beside, flushed to disk, renamed into place."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

from headwater.store.keys import STAGING


class LocalFolder:
    """A store in ``root``. Unfinished and discarded things lie in ``root/.staging``, on the same disk."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._staging = root / STAGING

    @contextmanager
    def staging(self) -> Iterator[Path]:
        """A fresh path in the staging folder."""
        unfinished = self._aside()
        try:
            yield unfinished
        finally:
            unfinished.unlink(missing_ok=True)

    def install(self, unfinished: Path, key: str) -> None:
        """Flush the file, rename it to its key, flush the folder: a power cut leaves the old file or the new one."""
        target = self.root / key
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.replace(target)
        _flush_folder(target.parent)

    def open(self, key: str) -> BinaryIO:
        """The file for reading. Raises FileNotFoundError, also for a folder."""
        path = self.root / key
        if path.is_dir():
            raise FileNotFoundError(key)
        return path.open("rb")

    def exists(self, key: str) -> bool:
        """Whether a file lies at ``key``."""
        return (self.root / key).is_file()

    def list(self, prefix: str) -> list[str]:
        """Keys of the files at or below ``prefix``, sorted."""
        start = self.root / prefix
        if start.is_file():
            return [prefix]
        found = (path.relative_to(self.root) for path in start.rglob("*") if path.is_file())
        return sorted(path.as_posix() for path in found if path.parts[0] != STAGING)

    def delete(self, prefix: str, *, manifest_last: bool = False) -> None:
        """Rename away first, so that nobody sees half of a folder; then remove."""
        path = self.root / prefix
        aside = self._aside()
        try:
            path.rename(aside)
        except (FileNotFoundError, NotADirectoryError):
            return
        _flush_folder(path.parent)
        _remove(aside)

    def move_folder(self, source: str, target: str) -> None:
        """Rename the folder; a folder that stood at ``target`` is set aside first and removed afterwards."""
        old, new = self.root / source, self.root / target
        new.parent.mkdir(parents=True, exist_ok=True)
        former = self._aside()
        if new.exists():
            new.rename(former)
        old.rename(new)
        _flush_folder(new.parent)
        _flush_folder(old.parent)
        _remove(former)

    def sweep(self, before: float) -> int:
        """Remove what lies in the staging folder and was last written before this Unix time."""
        left = [path for path in self._staging.glob("*") if path.stat().st_mtime < before]
        for path in left:
            _remove(path)
        return len(left)

    def _aside(self) -> Path:
        self._staging.mkdir(parents=True, exist_ok=True)
        return self._staging / uuid4().hex


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _flush_folder(folder: Path) -> None:
    """Names are only safe from a power cut once their folder is flushed."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
