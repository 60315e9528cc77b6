"""arfpy (Watson, Blesch, Kapar and Wright 2023, adversarial random forests) for the bench.

Needs an environment with ``arfpy``, ``numpy<2.4``, ``pandas<3`` (version 0.1.1 uses what later ones removed) and
``pyarrow``. It learns no missing values.

Called as ``python -I arfpy.py FOLDER`` by ``fidelity/peer.py``: with ``-I`` this file's folder is not searched, else it
would import itself.
"""

import importlib
import json
import random
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd


def main(folder: Path) -> None:
    """Read the job, fit, draw, write rows and CPU seconds."""
    job = json.loads((folder / "job.json").read_text())
    train = pd.read_parquet(folder / "train.parquet")
    for name, kind in job["columns"].items():
        if kind == "categorical":
            train[name] = train[name].astype(str).astype("category")
        elif kind in ("integer", "real"):
            train[name] = train[name].astype(float)
    random.seed(job["seed"])
    np.random.seed(job["seed"])
    package = importlib.import_module("arfpy.arf")
    started = time.process_time()
    model = package.arf(x=train, num_trees=30, min_node_size=5, random_state=job["seed"])
    model.forde()
    fitted = time.process_time()
    rows = model.forge(n=job["rows"])
    ended = time.process_time()
    pd.DataFrame(rows)[list(job["columns"])].to_parquet(folder / "synthetic.parquet")
    costs = {
        "fit_cpu_s": fitted - started,
        "sample_rows_per_cpu_s": job["rows"] / (ended - fitted),
        "peak_mb": peak_mb(),
    }
    (folder / "costs.json").write_text(json.dumps(costs))


def peak_mb() -> float | None:
    """Peak resident memory of this process where ``/proc`` tells it; ``ru_maxrss`` would be the caller's."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), None)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
