"""The shipped specs on their real rows, through the chain as shipped: honest generators are released."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.steady import steady_anchor, steady_csv

from headwater.chain.acquire import acquire
from headwater.chain.house import House
from headwater.chain.produce import plan, produce
from headwater.chain.profile import profile
from headwater.chain.promote import promote
from headwater.chain.release import release
from headwater.chain.train import train
from headwater.chain.validate import validate
from headwater.sources.demo_tables import load_demo_tables
from headwater.spec import DatasetSpec, load_spec

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
NIGHT = date(2026, 3, 1)

pytestmark = pytest.mark.timeout(1_800)  # real tables; on a busy machine the limit of other tests would not do

OWN = ("trees", "logit_trees")
"""Default candidates that are ours; which of them is better depends on the rows."""

CARDIO: dict[str, Any] = {
    "dataset": "cardio",
    "owner": "tests",
    "source": {"kind": "csv", "path": "to be written", "separator": ";"},
    "keys": {"primary": ["id"]},
    "columns": {
        "id": "id",
        "age": "numerical",
        "gender": "categorical",
        "height": "numerical",
        "weight": "numerical",
        "ap_hi": "numerical",
        "ap_lo": "numerical",
        "cholesterol": "categorical",
        "gluc": "categorical",
        "smoke": "boolean",
        "alco": "boolean",
        "active": "boolean",
        "cardio": "boolean",
    },
    "targets": ["cardio"],
    "candidates": ["trees"],
    "batch": {"rows": 2_000},
}
ROWS = 6_000
"""Of the two large tables so many are taken: the chain's steps are the same, and each takes a part of the time."""


def some_rows(name: str, separator: str) -> Path:
    """Some rows of a table, as it stands in its file."""
    rows = pd.read_csv(DATA / name, sep=separator, dtype=str, keep_default_na=False)
    return steady_csv(rows.sample(ROWS, random_state=0), separator)


def released(house: House, spec: DatasetSpec) -> str:
    """Run the chain and return the kind of the champion; a closed gate raises."""
    steady_anchor(house.connect(""), spec.dataset)
    snapshot = acquire(house, spec)
    profile(house, spec, snapshot)
    promote(house, spec, snapshot, [train(house, spec, snapshot, each.label) for each in spec.candidates])
    planned = plan(house, spec, NIGHT)
    for shard in planned.shards:
        produce(house, spec, planned.batch_id, shard)
    release(house, spec, validate(house, spec, planned.batch_id).validation_id)
    with house.ledger.transaction() as books:
        champion = books.generators.champion(spec.dataset)
        assert books.readers.count(spec.dataset, NIGHT) == spec.batch.rows
    assert champion is not None
    return champion.kind


@pytest.mark.slow
@pytest.mark.parametrize("name", ["breast_cancer", "fair"])
def test_the_demo_tables_are_released_and_one_of_our_own_wins(house: House, database: str, name: str) -> None:
    load_demo_tables(database)
    assert released(house, load_spec(ROOT / "include" / "datasets" / f"{name}.yaml")) in OWN


@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "census_adult.csv").exists(), reason="census_adult.csv is not on this machine")
def test_census_is_released_and_one_of_our_own_wins(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEADWATER_CENSUS_CSV", str(some_rows("census_adult.csv", ",")))
    spec = load_spec(ROOT / "include" / "datasets" / "census.yaml")
    # A smaller batch than shipped: as many rows are judged, and nulls are drawn for that many.
    batch = spec.batch.model_copy(update={"rows": 2_000})
    assert released(house, spec.model_copy(update={"batch": batch})) in OWN


@pytest.mark.slow
@pytest.mark.skipif(not (DATA / "cardio.csv").exists(), reason="cardio.csv is not on this machine")
def test_cardio_is_released(house: House) -> None:
    source = {**CARDIO["source"], "path": str(some_rows("cardio.csv", ";"))}
    assert released(house, DatasetSpec.model_validate({**CARDIO, "source": source})) == "trees"
