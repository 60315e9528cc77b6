"""What the store hands back, and the one error it raises. Nothing here touches a file."""

from __future__ import annotations

from dataclasses import dataclass


class ArtifactError(Exception):
    """An artifact is missing, altered or cannot be written; the message names the key and the cure."""


@dataclass(frozen=True)
class Artifact:
    """One file of the store.

    Attributes:
        key: where it lies, relative to the store.
        sha256: hex SHA-256 of its bytes.
        size: in bytes.
    """

    key: str
    sha256: str
    size: int
