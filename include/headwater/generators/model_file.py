"""The container of every model file: named arrays and a JSON head, checked to the last byte. No pickle.

Layout: magic, SHA-256 of all that follows, length of the head (8 bytes, big endian), head (JSON: kind, version,
meta), then the arrays as an uncompressed ``.npz`` (numpy's own format, ``allow_pickle=False``). The hash finds
damage, not malice: whoever can write the file can write the hash. Against malice the ledger keeps its own hash.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

from headwater.generators.errors import ModelFileError

MAGIC = b"headwater-model\x01"
_DIGEST = 32
_LENGTH = 8
_CURE = "fetch it again from the store, or retrain the dataset"


def pack(kind: str, version: int, meta: Mapping[str, Any], arrays: Mapping[str, np.ndarray]) -> bytes:
    """A model as bytes. Equal input, equal bytes.

    Args:
        kind: the generator's kind; :func:`unpack` refuses another.
        version: of the kind's own meta and arrays; raise it with every change of their meaning.
        meta: JSON-safe.
        arrays: by name; no object dtypes.
    """
    head = json.dumps({"kind": kind, "version": version, "meta": meta}, sort_keys=True).encode()
    body = len(head).to_bytes(_LENGTH, "big") + head + _npz(arrays)
    return MAGIC + hashlib.sha256(body).digest() + body


def unpack(data: bytes, kind: str, version: int) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """What :func:`pack` was given.

    Raises:
        ModelFileError: not a model file, cut short, altered, of another kind, or of another version.
    """
    if data[: len(MAGIC)] != MAGIC:
        raise ModelFileError(f"this is no Headwater model file, or its first bytes were altered; {_CURE}")
    digest, body = data[len(MAGIC) : len(MAGIC) + _DIGEST], data[len(MAGIC) + _DIGEST :]
    if hashlib.sha256(body).digest() != digest:
        raise ModelFileError(f"the model file is cut short or altered: its hash is not the one it carries; {_CURE}")
    size = int.from_bytes(body[:_LENGTH], "big")
    try:
        head = json.loads(body[_LENGTH : _LENGTH + size])
        found, made, meta = str(head["kind"]), int(head["version"]), dict(head["meta"])
    except (ValueError, KeyError, TypeError) as error:
        raise ModelFileError(f"the head of the model file cannot be read; {_CURE}") from error
    if found != kind:
        raise ModelFileError(f"the model file is of kind {found!r}, not {kind!r}; load it with the kind it was made by")
    if made != version:
        relation = "newer" if made > version else "older"
        cure = "update Headwater" if made > version else "retrain the dataset"
        raise ModelFileError(
            f"the model file has version {made}, {relation} than {version}, which this code reads; {cure}"
        )
    try:
        with np.load(io.BytesIO(body[_LENGTH + size :]), allow_pickle=False) as stored:
            return meta, {name: stored[name] for name in stored.files}
    except (ValueError, OSError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise ModelFileError(f"the arrays of the model file cannot be read; {_CURE}") from error


def _npz(arrays: Mapping[str, np.ndarray]) -> bytes:
    """Like ``numpy.savez``, with a fixed date in each entry so that equal arrays are equal bytes."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(arrays):
            entry = io.BytesIO()
            np.lib.format.write_array(entry, np.ascontiguousarray(arrays[name]), allow_pickle=False)
            archive.writestr(zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0)), entry.getvalue())
    return sink.getvalue()
