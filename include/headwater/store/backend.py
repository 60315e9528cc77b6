"""What the store asks of the place where files lie. Two places: ``local.py`` and ``objects.py``."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

MANIFEST = "manifest.json"
"""The file that makes a folder whole: no manifest, no batch. Written last, and first to go."""


class Backend(Protocol):
    """Files by checked key. Every method that writes makes its change visible at once or not at all."""

    def staging(self) -> AbstractContextManager[Path]:
        """A local path to write an unfinished file to; what is left there at the end is removed."""
        ...

    def install(self, unfinished: Path, key: str) -> None:
        """Make the finished local file visible as ``key``, replacing what was there."""
        ...

    def open(self, key: str) -> BinaryIO:
        """The file for reading. Raises FileNotFoundError."""
        ...

    def exists(self, key: str) -> bool:
        """Whether a file (not a folder) lies at ``key``."""
        ...

    def list(self, prefix: str) -> list[str]:
        """Keys of all files at or below ``prefix``, sorted; ``""`` means all."""
        ...

    def delete(self, prefix: str, *, manifest_last: bool = False) -> None:
        """Remove the file or folder at ``prefix``; nothing happens when there is none.

        Where files go one by one, manifests go first: a folder that is half gone is no batch any more.
        ``manifest_last`` is for leftovers of a move, which are found again by their manifest.
        """
        ...

    def move_folder(self, source: str, target: str) -> None:
        """Move a folder with a manifest to ``target``, replacing what was there."""
        ...

    def sweep(self, before: float) -> int:
        """Remove unfinished files last written before this Unix time; their number."""
        ...
