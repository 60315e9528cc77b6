"""MOSTLY AI's TabularARGN (Tiwald et al. 2025, package mostlyai-engine, Apache-2.0) for the bench.

Needs an environment with ``mostlyai-engine``; without ``torchvision``, or with the one that fits its torch.

Called as ``python -I mostlyai.py FOLDER`` by ``fidelity/peer.py``: with ``-I`` this file's folder is not searched, else
it would import itself.
"""

import importlib
import json
import resource
import sys
import time
from pathlib import Path

import pandas as pd

EPOCHS = 8
ENCODINGS = {
    "categorical": "TABULAR_CATEGORICAL",
    "integer": "TABULAR_NUMERIC_AUTO",
    "real": "TABULAR_NUMERIC_AUTO",
    "datetime": "TABULAR_DATETIME",
}


def main(folder: Path) -> None:
    """Read the job, fit, draw, write rows and CPU seconds."""
    job = json.loads((folder / "job.json").read_text())
    train = pd.read_parquet(folder / "train.parquet")
    for name, kind in job["columns"].items():
        if kind == "categorical":
            train[name] = train[name].astype(str)
    engine = importlib.import_module("mostlyai.engine")
    engine.set_random_state(job["seed"])
    model = engine.TabularARGN(
        max_epochs=EPOCHS,
        # Rare categories would become a placeholder that the table does not have.
        value_protection=False,
        tgt_encoding_types={name: ENCODINGS[kind] for name, kind in job["columns"].items()},
        random_state=job["seed"],
        device="cpu",
        verbose=0,
    )
    started = seconds()
    model.fit(train)
    fitted = seconds()
    rows = model.sample(n_samples=job["rows"])
    ended = seconds()
    rows[list(job["columns"])].to_parquet(folder / "synthetic.parquet")
    costs = {
        "fit_cpu_s": fitted - started,
        "sample_rows_per_cpu_s": job["rows"] / (ended - fitted),
        "peak_mb": peak_mb(),
    }
    (folder / "costs.json").write_text(json.dumps(costs))


def seconds() -> float:
    """CPU seconds of this process and of its ended children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def peak_mb() -> float | None:
    """Peak resident memory of this process where ``/proc`` tells it; ``ru_maxrss`` would be the caller's."""
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), None)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
