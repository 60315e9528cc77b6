"""Asking Airflow in a fresh process. Only the asking: what is asked, and what must come of it, is the test's."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any


def airflow_says(home: Path, script: str, question: object) -> Any:
    """What a fresh Python with Airflow prints as JSON; ``question`` is its argument, ``home`` its AIRFLOW_HOME."""
    environment = {**os.environ, "AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"}
    words = [sys.executable, "-c", script, json.dumps(question)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])
