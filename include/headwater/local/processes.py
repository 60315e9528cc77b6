"""Long-running processes that outlive the command that started them, and how to end them and no others.

Each gets a session of its own; its number, time of birth and settings are written down. A process counts as ours only
if number and birth agree, so a number that the system has given to somebody else is left alone.
"""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from headwater.local.interruption import uninterrupted

# Linux counts births from the boot time, which may be corrected by a second while we look.
_BIRTH_TOLERANCE = 3.0
TERM_SECONDS = 20.0
ALONE_SECONDS = 4.0


@dataclass(frozen=True)
class Record:
    """What is remembered of a started process. ``born`` is in seconds since 1970; ``settings`` is a fingerprint."""

    name: str
    pid: int
    born: float
    settings: str


class ProcessTable:
    """The processes whose records lie in ``run`` and whose output goes to ``log`` (both existing folders)."""

    def __init__(self, run: Path, log: Path) -> None:
        self._run = run
        self._log = log
        # Held so that an ended child is collected by us, not complained about when its handle is thrown away.
        self._children: list[subprocess.Popen[bytes]] = []

    def start(self, name: str, words: Sequence[str], environment: Mapping[str, str], folder: Path) -> Record:
        """Start ``words`` with ``environment`` on top of ours, in ``folder``; return its record."""
        # Between start and record an interruption would leave a process that nobody knows.
        with uninterrupted(), self.log_file(name).open("ab") as log:
            process = subprocess.Popen(  # noqa: S603  our own commands
                words,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=folder,
                env={**os.environ, **environment},
                start_new_session=True,
            )
            self._children.append(process)
            record = Record(name, process.pid, psutil.Process(process.pid).create_time(), fingerprint(environment))
            unfinished = self._record_file(name).with_suffix(".new")
            unfinished.write_text(json.dumps(asdict(record)))
            unfinished.replace(self._record_file(name))
        return record

    def record(self, name: str) -> Record | None:
        """Return what is written down about ``name``, or None."""
        try:
            return Record(**json.loads(self._record_file(name).read_text()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def alive(self, name: str) -> psutil.Process | None:
        """Return the running process ``name``; None if it has ended, or its number is another's now."""
        record = self.record(name)
        return _same(record) if record else None

    def stop(self, names: Iterable[str], patience: float = TERM_SECONDS) -> list[str]:
        """End the processes and all they started: SIGTERM, ``patience`` seconds, SIGKILL. Return who ran."""
        with uninterrupted():
            return self._stop(names, patience)

    def _stop(self, names: Iterable[str], patience: float) -> list[str]:
        records = [record for name in names if (record := self.record(name))]
        family = {record.name: _family(record) for record in records}
        everybody = [process for members in family.values() for process in members]
        # The leader ends its own children in good order; who is left after that is told as well.
        leaders = [process for record in records if (process := _same(record))]
        _signal(leaders, signal.SIGTERM)
        _, slow = psutil.wait_procs(leaders, timeout=min(ALONE_SECONDS, patience))
        # Airflow's triggerer may miss the end of its child and sleep 10 s; told twice, it goes at once.
        _signal([leader for leader in slow if not _alive(_descendants(leader))], signal.SIGTERM)
        _, slow = psutil.wait_procs(slow, timeout=max(patience - ALONE_SECONDS, 0))
        rest = _alive([*everybody, *(each for record in records for each in _family(record)), *slow])
        _signal([each for each in rest if each not in slow], signal.SIGTERM)
        _, stubborn = psutil.wait_procs(rest, timeout=3)
        _signal(stubborn, signal.SIGKILL)
        psutil.wait_procs(stubborn, timeout=5)
        for record in records:
            self._record_file(record.name).unlink(missing_ok=True)
        self._children = [child for child in self._children if child.poll() is None]
        return [name for name, members in family.items() if members]

    def log_file(self, name: str) -> Path:
        """Where ``name`` prints to."""
        return self._log / f"{name}.log"

    def last_lines(self, name: str, count: int = 25) -> str:
        """Return the last lines that ``name`` printed."""
        return last_lines(self.log_file(name), count)

    def _record_file(self, name: str) -> Path:
        return self._run / f"{name}.json"


def last_lines(file: Path, count: int = 25) -> str:
    """Return the last ``count`` lines of a text file, or a word that there are none."""
    lines = file.read_text(errors="replace").splitlines()[-count:] if file.exists() else []
    return "\n".join(lines) or "(it printed nothing)"


def fingerprint(environment: Mapping[str, str]) -> str:
    """Return a digest (hex) of the settings, so that a change is seen without keeping the secrets in them.

    Search paths do not count: they differ from shell to shell.
    """
    kept = sorted((key, text) for key, text in environment.items() if key not in ("PATH", "PYTHONPATH"))
    return hashlib.sha256(json.dumps(kept).encode()).hexdigest()


def memory(process: psutil.Process) -> int:
    """Return the bytes of main memory that a process and its descendants hold (shared pages counted each time)."""
    total = 0
    for each in [process, *_descendants(process)]:
        try:
            total += each.memory_info().rss
        except (psutil.NoSuchProcess, psutil.AccessDenied):
            continue
    return total


def _same(record: Record) -> psutil.Process | None:
    try:
        process = psutil.Process(record.pid)
        is_ours = abs(process.create_time() - record.born) < _BIRTH_TOLERANCE
        return process if is_ours and process.status() != psutil.STATUS_ZOMBIE else None
    except psutil.NoSuchProcess:
        return None


def _family(record: Record) -> list[psutil.Process]:
    """The leader, its descendants, and what is left of its session where the leader has died before them."""
    leader = _same(record)
    # A number is not given out again while its session lives: another process under it means that nothing is left.
    if leader is None and psutil.pid_exists(record.pid) and not _is_zombie(record.pid):
        return []
    members = {leader, *_descendants(leader)} if leader else set()
    for process in psutil.process_iter():
        try:
            if os.getsid(process.pid) == record.pid and process.create_time() >= record.born - _BIRTH_TOLERANCE:
                members.add(process)
        except (ProcessLookupError, PermissionError, psutil.NoSuchProcess):
            continue
    return _alive(members)


def _is_zombie(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _descendants(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _alive(processes: Iterable[psutil.Process]) -> list[psutil.Process]:
    living = []
    for process in set(processes):
        try:
            if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
                living.append(process)
        except psutil.NoSuchProcess:
            continue
    return living


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def wait_until(deadline: float, pause: float = 0.5) -> bool:
    """Sleep for ``pause`` seconds and say whether the monotonic clock is still before ``deadline``."""
    time.sleep(pause)
    return time.monotonic() < deadline
