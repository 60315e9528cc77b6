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
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from headwater.local import families
from headwater.local.interruption import uninterrupted

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
        return families.same(record.pid, record.born) if record else None

    def stop(self, names: Iterable[str], patience: float = TERM_SECONDS) -> list[str]:
        """End the processes and all they started: SIGTERM, ``patience`` seconds, SIGKILL. Return who ran."""
        with uninterrupted():
            return self._stop(names, patience)

    def _stop(self, names: Iterable[str], patience: float) -> list[str]:
        records = [record for name in names if (record := self.record(name))]
        members = {record.name: families.family(record.pid, record.born) for record in records}
        # The leader ends its own children in good order; who is left after that is told as well.
        leaders = [process for record in records if (process := families.same(record.pid, record.born))]
        families.send(leaders, signal.SIGTERM)
        slow = families.wait_gone(leaders, min(ALONE_SECONDS, patience))
        # Airflow's triggerer often misses the end of its child and sleeps for 10 s with nothing left to do.
        families.send([each for each in slow if not families.alive(families.descendants(each))], signal.SIGKILL)
        slow = families.wait_gone(slow, max(patience - ALONE_SECONDS, 0))
        now = [each for record in records for each in families.family(record.pid, record.born)]
        rest = families.alive([*now, *(each for group in members.values() for each in group)])
        families.send([each for each in rest if each not in slow], signal.SIGTERM)
        stubborn = families.wait_gone(rest, 3)
        families.send(stubborn, signal.SIGKILL)
        families.wait_gone(stubborn, 5)
        for record in records:
            self._record_file(record.name).unlink(missing_ok=True)
        self._children = [child for child in self._children if child.poll() is None]
        return [name for name, group in members.items() if group]

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
