"""A house of its own for each test: a migrated ledger, a store in a folder, and a small table with structure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from headwater.chain.house import House
from headwater.ledger import Ledger
from headwater.ledger.migrate import migrate
from headwater.spec import DatasetSpec
from headwater.store import Store


@pytest.fixture
def house(database: str, tmp_path: Path) -> House:
    migrate(database)
    return House(Ledger(database), Store(f"file://{tmp_path}/store"), lambda _: database, "test")


def clinic_rows(rows: int = 1200, seed: int = 7) -> pd.DataFrame:
    """Patients: a ward decides age and cost; a rare ward has 4 % of the rows."""
    random = np.random.default_rng(seed)
    ward = random.choice(["surgery", "medicine", "children", "rare"], rows, p=[0.4, 0.36, 0.2, 0.04])
    centre = pd.Series(ward).map({"surgery": 50, "medicine": 65, "children": 9, "rare": 30}).to_numpy()
    age = np.clip(random.normal(centre, 5), 0, 100).round(0)
    cost = np.exp(random.normal(6 + age / 50, 0.3)).round(2)
    return pd.DataFrame(
        {"ward": ward, "age": age.astype(int), "cost": cost, "readmitted": random.random(rows) < age / 120}
    )


@pytest.fixture
def clinic_csv(tmp_path: Path) -> Path:
    path = tmp_path / "clinic.csv"
    clinic_rows().to_csv(path, index=False)
    return path


@pytest.fixture
def clinic(clinic_csv: Path) -> DatasetSpec:
    return DatasetSpec.model_validate(
        {
            "dataset": "clinic",
            "owner": "tests",
            "source": {"kind": "csv", "path": str(clinic_csv)},
            "columns": {
                "ward": "categorical",
                "age": {"sdtype": "numerical", "min": 0, "max": 120},
                "cost": {"sdtype": "numerical", "min": 0},
                "readmitted": "boolean",
            },
            "targets": ["readmitted"],
            "candidates": ["trees"],
            "batch": {"rows": 2000, "shards": 1},
        }
    )
