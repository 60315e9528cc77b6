"""Stops servers whose test session was killed before it could stop them: ``python -m tests.reaper KIND FOLDER``.

Waits until its standard input ends, which it does when the session is gone, however it went.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Literal

Kind = Literal["postgres", "stack"]


def watch(kind: Kind, folder: Path) -> subprocess.Popen[bytes]:
    """Have the servers of a folder stopped when this process is gone; end it by closing its ``stdin``."""
    command = [sys.executable, "-m", "tests.reaper", kind, str(folder)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)


def main() -> None:
    kind, folder = sys.argv[1], Path(sys.argv[2])
    sys.stdin.read()
    if kind == "stack":
        from headwater.local.home import Home
        from headwater.local.stack import Stack

        Stack(Home.at(var=folder / "var", datasets=folder / "datasets"), durable=False, api_port=0).down()
    else:
        from headwater.local.postgres import EmbeddedPostgres

        EmbeddedPostgres(folder, durable=False, port=0).stop()


if __name__ == "__main__":
    main()
