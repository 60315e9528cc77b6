"""Running a program as an unprivileged account when we are root, which Postgres refuses to be.

Only the way down from root stands here. Permissions of folders that are not ours are never changed: where the account
cannot reach the program or its data, it is given the one capability that lets it read, and nothing else.
"""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

ACCOUNT = "nobody"
# In this order: the least that works is taken. Many containers lack the first.
CAPABILITIES = ("dac_read_search", "dac_override")


class AccountError(RuntimeError):
    """There is no way to run the program as an unprivileged account; the message says the cure."""


@dataclass(frozen=True)
class Account:
    """An unprivileged account and the words to put before a command so that it runs as this account."""

    uid: int
    gid: int
    prefix: tuple[str, ...]

    def own(self, path: Path) -> None:
        """Make ``path`` (one file or folder of ours) belong to the account."""
        os.chown(path, self.uid, self.gid)


def unprivileged(readable: Path, runnable: Path, writable: Path) -> Account | None:
    """Return the account to run ``runnable`` as, or None if we are not root and can stay who we are.

    ``readable`` is a file that the program must read; ``writable`` is a folder of ours that is given to the account.
    Raises AccountError if the account cannot reach them in any way.
    """
    if os.geteuid() != 0:
        return None
    uid, gid = account_ids()
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise AccountError(
            "Postgres does not run as root, and the program 'setpriv' that changes to another account is missing. "
            "Cure: install util-linux, or run as an ordinary user."
        )
    os.chown(writable, uid, gid)
    seen = ""
    for capability in (None, *CAPABILITIES):
        prefix = _prefix(setpriv, uid, gid, capability)
        done = _probe(prefix, readable, runnable, writable)
        # Postgres warns ("invalid binary") and goes on where it cannot check itself; later it would refuse to start.
        if done.returncode == 0 and not done.stderr:
            return Account(uid, gid, prefix)
        seen = done.stderr.strip() or seen
    raise AccountError(
        f"Postgres does not run as root, and the account '{ACCOUNT}' can reach neither {runnable} nor {writable} "
        f"({seen}). Cure: clone into a folder that every account may enter (for example below /opt), "
        "or run as an ordinary user."
    )


def account_ids() -> tuple[int, int]:
    """Return user and group number of the unprivileged account."""
    try:
        entry = pwd.getpwnam(ACCOUNT)
    except KeyError as error:
        raise AccountError(
            f"Postgres does not run as root, and there is no account '{ACCOUNT}'. Cure: run as an ordinary user."
        ) from error
    return entry.pw_uid, entry.pw_gid


def _prefix(setpriv: str, uid: int, gid: int, capability: str | None) -> tuple[str, ...]:
    words = (setpriv, f"--reuid={uid}", f"--regid={gid}", "--clear-groups", "--no-new-privs")
    if capability is None:
        return (*words, "--")
    # An ambient capability survives the change of user and the exec that follows. access(2), by which Postgres looks
    # at its own files, ignores capabilities of ordinary users unless the change of user is told not to "fix" them.
    kept = (f"--inh-caps=-all,+{capability}", f"--ambient-caps=-all,+{capability}", "--securebits=+no_setuid_fixup")
    return (*words, *kept, "--")


def _probe(prefix: tuple[str, ...], readable: Path, runnable: Path, writable: Path) -> subprocess.CompletedProcess[str]:
    script = 'test -r "$1" && test -w "$2" && exec "$3" --version'
    return subprocess.run(  # noqa: S603  our own words, no shell made of them
        [*prefix, "/bin/sh", "-c", script, "sh", str(readable), str(writable), str(runnable)],
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
        timeout=30,
    )
