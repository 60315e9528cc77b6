"""A small table with structure, and its spec: what the tests of the chain and of the DAGs run on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

CLINIC: dict[str, Any] = {
    "dataset": "clinic",
    "owner": "tests",
    "columns": {
        "ward": {"sdtype": "categorical", "public": True},
        "age": {"sdtype": "numerical", "min": 0, "max": 120, "public": True},
        "cost": {"sdtype": "numerical", "min": 0, "public": True},
        "readmitted": {"sdtype": "boolean", "public": True},
    },
    "targets": ["readmitted"],
    "candidates": ["trees"],
    "batch": {"rows": 2000, "shards": 1},
}
"""The spec without its source."""


QUICK = {"false_alarm": 0.05}
"""A contract whose nulls take a fifth of the usual draws: for tests of DAGs, which are not about rates."""


def clinic_rows(rows: int = 1200, seed: int = 7) -> pd.DataFrame:
    """Patients: a ward decides age and cost; a rare ward has 4 % of the rows."""
    random = np.random.default_rng(seed)
    ward = random.choice(["surgery", "medicine", "children", "rare"], rows, p=[0.4, 0.36, 0.2, 0.04])
    centre = pd.Series(ward).map({"surgery": 50, "medicine": 65, "children": 9, "rare": 30}).to_numpy()
    age = np.clip(random.normal(centre, 5), 0, 100).round(0)
    cost = np.exp(random.normal(6 + age / 50, 0.3)).round(2)
    readmitted = random.random(rows) < age / 120
    return pd.DataFrame({"ward": ward, "age": age.astype(int), "cost": cost, "readmitted": readmitted})


def clinic_spec(csv: Path, **changes: Any) -> dict[str, Any]:
    """The whole spec as it would stand in YAML."""
    return {**CLINIC, "source": {"kind": "csv", "path": str(csv)}, **changes}
