"""Holds the judge while a suite runs, so that an expectation's configuration carries only a key.

Configurations are stored as JSON; a judge holds frames. Belongs here: holding and letting go. Nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from headwater.checks.judge import Judge

_held: dict[str, Judge] = {}
_lock = Lock()


@contextmanager
def held(key: str, judge: Judge) -> Iterator[None]:
    """Hold ``judge`` under ``key`` for the length of a ``with`` block.

    Raises:
        RuntimeError: the key is held already; one process validates a batch once at a time.
    """
    with _lock:
        if key in _held:
            raise RuntimeError(f"validation {key} runs already in this process; wait for it to end")
        _held[key] = judge
    try:
        yield
    finally:
        with _lock:
            del _held[key]


def judge_for(key: str) -> Judge:
    """The judge held under ``key``.

    Raises:
        LookupError: nothing is held under it: the suite was not run by ``validate``.
    """
    try:
        return _held[key]
    except KeyError:
        raise LookupError(f"no judge is held for validation {key}; run the suite through validate()") from None
