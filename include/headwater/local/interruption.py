"""Ctrl-C and its kin: where they may strike, and where they must wait so that nothing is left running."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def end_like_ctrl_c() -> None:
    """From now on SIGTERM and a closed terminal end this process as Ctrl-C does, with all cleaning up."""
    for number in _SIGNALS:
        signal.signal(number, _interrupt)


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Hold back interruptions until the block is done; then, if one came, raise KeyboardInterrupt.

    Only the main thread is ever interrupted; elsewhere this does nothing. Signals are not blocked or ignored, because a
    program started in the block would inherit that.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    former = {number: signal.signal(number, lambda seen, _: came.append(seen)) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)
    if came:
        raise KeyboardInterrupt


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt
