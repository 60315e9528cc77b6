"""Which texts are keys. A key is a relative POSIX path that can never leave the store."""

from __future__ import annotations

from headwater.store.artifact import ArtifactError

STAGING = ".staging"
"""Folder of unfinished files at the top of a local store; no key may begin with it."""


def check_key(key: str) -> str:
    """Return ``key`` unchanged, or raise ArtifactError with the reason why it is none."""
    reason = _fault(key)
    if reason:
        raise ArtifactError(
            f"{key!r} is no key of the store: {reason}. Cure: use a relative path such as 'adult/model.bin'."
        )
    return key


def check_prefix(prefix: str) -> str:
    """A folder's key without its closing ``/``; raises ArtifactError like :func:`check_key`."""
    return check_key(prefix.removesuffix("/"))


def _fault(key: str) -> str | None:
    """Why ``key`` is not a key, or None."""
    steps = key.split("/")
    faults = {
        "it is empty": not key,
        "it is absolute": key.startswith("/") or "://" in key,
        "it holds a backslash": "\\" in key,
        "it holds a control character": any(ord(sign) < 32 or ord(sign) == 127 for sign in key),
        "it holds an empty step, '.' or '..'": any(step in ("", ".", "..") for step in steps),
        f"{STAGING!r} belongs to the store itself": steps[0] == STAGING,
        "a step is longer than 255 bytes": any(len(step.encode(errors="replace")) > 255 for step in steps),
        "it is not UTF-8": any(0xD800 <= ord(sign) <= 0xDFFF for sign in key),
    }
    return next((reason for reason, is_so in faults.items() if is_so), None)
