"""The plugin is imported by every Airflow process: it stays light, and its files are complete."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "plugins" / "headwater_plugin" / "static"
HEAVY = ("pandas", "numpy", "pyarrow", "great_expectations", "sklearn", "scipy", "sdv", "torch", "fastapi", "starlette")


def test_importing_the_plugin_imports_nothing_heavy(tmp_path: Path) -> None:
    paths = os.pathsep.join([str(ROOT / "include"), str(ROOT / "plugins")])
    # Airflow itself may bring some of them; the plugin may add none.
    code = (
        "import json, sys\n"
        "import airflow.sdk, airflow.plugins_manager\n"
        f"heavy = {HEAVY!r}\n"
        "before = {name for name in heavy if name in sys.modules}\n"
        "import headwater_plugin\n"
        "print('\\n' + json.dumps(sorted({name for name in heavy if name in sys.modules} - before)))\n"
    )
    environment = {**os.environ, "PYTHONPATH": paths, "AIRFLOW_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == []


def test_every_file_that_a_page_names_is_there() -> None:
    page = (ROOT / "include" / "headwater" / "expectations" / "templates" / "docs_page.j2").read_text()
    named = [part.split('"')[0] for part in page.split('src="../../../static/')[1:]]
    assert sorted(named) == ["airflow.js", "docs.js", "vega-embed.min.js", "vega-lite.min.js", "vega.min.js"]
    assert all((STATIC / name).stat().st_size > 100 for name in named)


def test_static_files_are_small_and_licensed() -> None:
    assert sum(file.stat().st_size for file in STATIC.iterdir()) < 3_000_000
    licences = (STATIC / "LICENSES.txt").read_text()
    assert all(name in licences for name in ("vega.min.js", "vega-lite.min.js", "vega-embed.min.js", "BSD-3-Clause"))
