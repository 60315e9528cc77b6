"""Which processes belong together, and how they are told to end. Knows nothing of what they do or why."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress

import psutil

# Linux counts births from the boot time, which may be corrected by a second while we look.
_BIRTH_TOLERANCE = 3.0


def same(pid: int, born: float) -> psutil.Process | None:
    """Return the running process ``pid`` that was born at ``born`` (seconds since 1970), else None."""
    try:
        process = psutil.Process(pid)
        is_ours = abs(process.create_time() - born) < _BIRTH_TOLERANCE
        return process if is_ours and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def family(pid: int, born: float) -> list[psutil.Process]:
    """Return a session's leader, its descendants, and what is left of its session where the leader died before them."""
    leader = same(pid, born)
    # A number is not given out again while its session lives: another process under it means that nothing is left.
    if leader is None and _is_taken(pid):
        return []
    members = {leader, *descendants(leader)} if leader else set()
    members |= {each for each in psutil.process_iter() if _is_of_session(each, pid, born)}
    return alive(members)


def descendants(process: psutil.Process) -> list[psutil.Process]:
    """Return the children of a process and theirs, dead ones included that nobody has collected."""
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    """Return those that run; one that has ended but was not collected by its parent does not."""
    return [process for process in set(processes) if _is_alive(process)]


def memory(process: psutil.Process) -> int:
    """Return the bytes of main memory that a process and its descendants hold (shared pages counted each time)."""
    return sum(_resident(each) for each in [process, *descendants(process)])


def send(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    """Send a signal to each; one that has ended meanwhile needs none."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(number)


def wait_gone(processes: Iterable[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Wait until all have ended, at most ``seconds``; return the rest. Ended but uncollected counts as gone."""
    deadline = time.monotonic() + seconds
    while (left := alive(processes)) and wait_until(deadline, 0.1):
        processes = left
    return left


def wait_until(deadline: float, pause: float = 0.5) -> bool:
    """Sleep for ``pause`` seconds and say whether the monotonic clock is still before ``deadline``."""
    time.sleep(pause)
    return time.monotonic() < deadline


def _is_taken(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _is_of_session(process: psutil.Process, session: int, born: float) -> bool:
    try:
        return os.getsid(process.pid) == session and process.create_time() >= born - _BIRTH_TOLERANCE
    except (ProcessLookupError, PermissionError, psutil.NoSuchProcess):
        return False


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _resident(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return 0
