"""Holds the real rows while a suite runs, so that an expectation's configuration carries only a key.

Configurations are stored as JSON; a reference is frames. Belongs here: holding and letting go. Nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from headwater.checks.reference import Reference

_held: dict[str, Reference] = {}
_lock = Lock()


@contextmanager
def held(key: str, reference: Reference) -> Iterator[None]:
    """Hold ``reference`` under ``key`` for the length of a ``with`` block.

    Raises:
        RuntimeError: the key is held already; one process validates a batch once at a time.
    """
    with _lock:
        if key in _held:
            raise RuntimeError(f"validation {key} runs already in this process; wait for it to end")
        _held[key] = reference
    try:
        yield
    finally:
        with _lock:
            del _held[key]


def reference_for(key: str) -> Reference:
    """The reference held under ``key``.

    Raises:
        LookupError: nothing is held under it: the suite was not run by ``validate``.
    """
    try:
        return _held[key]
    except KeyError:
        raise LookupError(f"no reference is held for validation {key}; run the suite through validate()") from None
