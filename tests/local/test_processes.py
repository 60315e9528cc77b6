"""Ending what we started, all of it and nothing else, on real processes."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from headwater.local import families
from headwater.local.processes import ProcessTable, fingerprint, last_lines

# A parent with a child that left its process group, as Airflow's tasks do.
PARENT = """
import os, subprocess, sys, time
code = "import os, time; os.setpgid(0, 0); print('child', flush=True); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", code])
print(child.pid, flush=True)
time.sleep(60)
"""
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)
SLEEP = [sys.executable, "-c", "import time; print('ready', flush=True); time.sleep(60)"]


@pytest.fixture
def table(tmp_path: Path) -> Iterator[ProcessTable]:
    (tmp_path / "run").mkdir()
    (tmp_path / "log").mkdir()
    table = ProcessTable(tmp_path / "run", tmp_path / "log")
    yield table
    table.stop(["one", "two"], patience=1)


def wait_for_word(table: ProcessTable, name: str, word: str) -> str:
    deadline = time.monotonic() + 20
    while word not in (text := table.log_file(name).read_text()):
        assert families.wait_until(deadline, 0.05), f"{name} never printed {word}: {text}"
    return text


def test_start_and_stop(table: ProcessTable, tmp_path: Path) -> None:
    record = table.start("one", SLEEP, {"COLOUR": "blue"}, tmp_path)
    process = table.alive("one")
    assert process is not None
    assert process.pid == record.pid
    assert process.environ()["COLOUR"] == "blue"
    assert record.settings == fingerprint({"COLOUR": "blue"})
    assert table.stop(["one", "two"]) == ["one"]
    assert table.alive("one") is None
    assert table.record("one") is None
    assert not families.alive([process])


def test_children_in_other_groups_end_too(table: ProcessTable, tmp_path: Path) -> None:
    table.start("one", [sys.executable, "-c", PARENT], {}, tmp_path)
    child = psutil.Process(int(wait_for_word(table, "one", "child").split()[0]))
    table.stop(["one"])
    assert not families.alive([child])


def test_orphans_of_a_killed_leader_end_too(table: ProcessTable, tmp_path: Path) -> None:
    record = table.start("one", [sys.executable, "-c", PARENT], {}, tmp_path)
    child = psutil.Process(int(wait_for_word(table, "one", "child").split()[0]))
    psutil.Process(record.pid).send_signal(signal.SIGKILL)
    assert families.wait_gone([psutil.Process(record.pid)], 5) == []
    assert table.alive("one") is None
    assert families.alive([child]) == [child]
    table.stop(["one"])
    assert not families.alive([child])


def test_who_does_not_listen_is_killed(table: ProcessTable, tmp_path: Path) -> None:
    record = table.start("one", [sys.executable, "-c", STUBBORN], {}, tmp_path)
    wait_for_word(table, "one", "deaf")
    process = psutil.Process(record.pid)
    table.stop(["one"], patience=0.5)
    assert not families.alive([process])


def test_a_number_that_is_another_process_now_is_left_alone(table: ProcessTable, tmp_path: Path) -> None:
    stranger = subprocess.Popen(SLEEP, stdout=subprocess.DEVNULL, start_new_session=True)
    try:
        forged = {"name": "one", "pid": stranger.pid, "born": time.time() - 3600, "settings": ""}
        (tmp_path / "run" / "one.json").write_text(json.dumps(forged))
        assert table.alive("one") is None
        assert table.stop(["one"]) == []
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_a_torn_record_is_no_record(table: ProcessTable, tmp_path: Path) -> None:
    (tmp_path / "run" / "one.json").write_text('{"name": "one", "pi')
    assert table.record("one") is None
    assert table.stop(["one"]) == []


def test_search_paths_do_not_count_as_a_change() -> None:
    assert fingerprint({"A": "1", "PATH": "/x", "PYTHONPATH": "y"}) == fingerprint({"A": "1", "PATH": "/z"})
    assert fingerprint({"A": "1"}) != fingerprint({"A": "2"})


def test_last_lines(tmp_path: Path) -> None:
    file = tmp_path / "x.log"
    assert last_lines(file) == "(it printed nothing)"
    file.write_text("a\nb\nc\n")
    assert last_lines(file, 2) == "b\nc"


def test_memory_counts_the_descendants(table: ProcessTable, tmp_path: Path) -> None:
    record = table.start("one", [sys.executable, "-c", PARENT], {}, tmp_path)
    wait_for_word(table, "one", "child")
    leader = psutil.Process(record.pid)
    assert families.memory(leader) > leader.memory_info().rss > 1_000_000
