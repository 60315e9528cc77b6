"""Artifacts by key below one URL: frames, models, manifests, pages, in a local folder or an object store.

Belongs here: writing whole or not at all, hashes, Parquet. Does not: where what lies and what it means.
The names below are imported when first used, so that importing the package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headwater.store.artifact import Artifact, ArtifactError
    from headwater.store.store import Store

__all__ = ["Artifact", "ArtifactError", "Store"]

_HOME = {"Artifact": "artifact", "ArtifactError": "artifact", "Store": "store"}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
