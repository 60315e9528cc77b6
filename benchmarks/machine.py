"""What machine a benchmark ran on; every result file carries it."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import xgboost

LIBRARIES = ("apache-airflow", "great-expectations", "sdv", "pandas", "numpy", "pyarrow", "scikit-learn", "sqlalchemy")


def describe_machine() -> dict[str, Any]:
    """Processor, cores, memory, system, and the versions that matter."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES} | {"xgboost": xgboost.__version__},
        "omp_num_threads": os.environ.get("OMP_NUM_THREADS", ""),
    }


def code_version() -> str:
    """The commit that is measured, short, with a plus where files differ from it; empty outside a git checkout."""
    if shutil.which("git") is None:
        return ""
    asked = ("git", "describe", "--always", "--dirty=+", "--exclude=*")
    found = subprocess.run(asked, cwd=Path(__file__).parent, capture_output=True, text=True, check=False)
    return found.stdout.strip()


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
