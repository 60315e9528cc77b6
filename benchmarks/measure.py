"""Seconds and peak memory of one call in a process of its own, imports included, as in an Airflow task."""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any


@dataclass(frozen=True)
class Measured:
    """What the call returned, its wall seconds and the process's peak resident memory in MB."""

    result: Any
    seconds: float
    peak_mb: float


def measured(call: Callable[..., Any], *arguments: Any) -> Measured:
    """Run ``call(*arguments)`` in a fresh process. Both must be importable and picklable.

    Raises:
        RuntimeError: the call raised; the message holds its traceback.
    """
    spawn = multiprocessing.get_context("spawn")
    receiver, sender = spawn.Pipe(duplex=False)
    process = spawn.Process(target=_run, args=(sender, call, arguments))
    process.start()
    sender.close()
    try:
        outcome = receiver.recv()
    except EOFError:
        outcome = f"the process ended with exit code {process.exitcode} and no answer"
    process.join()
    if isinstance(outcome, str):
        raise RuntimeError(outcome)
    return Measured(*outcome)


def _run(sender: Connection, call: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    started = time.perf_counter()
    try:
        result = call(*arguments)
    except Exception:  # noqa: BLE001 - the parent raises it again with the whole traceback
        sender.send(traceback.format_exc())
        return
    seconds = time.perf_counter() - started
    unit = 2**20 if sys.platform == "darwin" else 2**10  # ru_maxrss is bytes on macOS, KiB on Linux
    sender.send((result, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit))
