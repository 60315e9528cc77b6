"""A test session that is killed leaves no server behind."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

from headwater.local.home import REPOSITORY
from headwater.local.postgres import EmbeddedPostgres

SESSION = """
import sys, time
from pathlib import Path
from headwater.local.postgres import EmbeddedPostgres
from tests.reaper import watch
folder = Path(sys.argv[1])
watch("postgres", folder)
EmbeddedPostgres(folder, durable=False, port=0).start()
print("up", flush=True)
time.sleep(600)
"""


def test_a_killed_session_leaves_no_postgres(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SESSION, str(tmp_path)]
    with subprocess.Popen(command, cwd=REPOSITORY, stdout=subprocess.PIPE) as session:
        assert session.stdout is not None
        assert session.stdout.readline() == b"up\n"
        server = EmbeddedPostgres(tmp_path, durable=False, port=0)
        assert server.is_running()
        session.send_signal(signal.SIGKILL)
    for _ in range(300):
        if not server.is_running():
            return
        time.sleep(0.1)
    server.stop()
    raise AssertionError("Postgres ran for half a minute after its session was killed")
