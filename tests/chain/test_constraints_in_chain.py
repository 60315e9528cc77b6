"""Constraints of a spec through the chain: ids of generators, rows of batches in any number of shards, refused rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.chain.conftest import retrain
from tests.clinic import clinic_rows, clinic_spec

from headwater.chain import identity
from headwater.chain.acquire import acquire
from headwater.chain.house import House
from headwater.chain.produce import plan, produce
from headwater.chain.profile import profile
from headwater.chain.train import train
from headwater.generators.errors import FitError
from headwater.spec import Candidate, DatasetSpec
from headwater.spec.constraints import Inequality

DECLARED: list[dict[str, Any]] = [
    {"kind": "inequality", "low": "age", "high": "cost"},
    {"kind": "unique", "columns": ["ward", "number"]},
    {"kind": "expression", "rule": "ward != 'children' or age < 40"},
]
ROWS = 20_300


def spec_of(folder: Path, constraints: list[dict[str, Any]], shards: int = 1) -> DatasetSpec:
    rows = clinic_rows()
    rows["cost"] = (rows["cost"] + rows["age"]).round(2)
    rows["number"] = pd.Series(range(len(rows))) * 611
    path = folder / "clinic.csv"
    rows.to_csv(path, index=False)
    given = clinic_spec(path, constraints=constraints, batch={"rows": ROWS, "shards": shards})
    return DatasetSpec.model_validate({**given, "columns": {**given["columns"], "number": "numerical"}})


def made(house: House, spec: DatasetSpec, day: date) -> tuple[pd.DataFrame, list[str]]:
    planned = plan(house, spec, day)
    keys = [produce(house, spec, planned.batch_id, shard) for shard in planned.shards]
    with house.ledger.transaction() as books:
        hashes = [one for shard in books.batches.shards(planned.batch_id) for one in shard.block_hashes]
    return pd.concat([house.store.read_table(key).to_pandas() for key in keys]), hashes


def test_a_batch_keeps_them_in_every_row_whatever_its_shards(house: House, tmp_path: Path) -> None:
    spec = spec_of(tmp_path, DECLARED)
    retrain(house, spec)
    rows, hashes = made(house, spec, date(2026, 3, 1))
    assert len(rows) == ROWS
    assert (rows["age"] <= rows["cost"]).all()
    assert not rows[["ward", "number"]].duplicated().any()
    assert ((rows["ward"] != "children") | (rows["age"] < 40)).all()
    parallel = spec.model_copy(update={"batch": spec.batch.model_copy(update={"shards": 3})})
    again, same = made(house, parallel, date(2026, 3, 1))
    assert len(again) == ROWS
    assert same == hashes


def test_constraints_are_part_of_what_a_generator_is() -> None:
    trees = Candidate(kind="trees")
    one = Inequality(kind="inequality", low="a", high="b")
    plain = identity.generator_id("s", trees, 0)
    # As it was before there were constraints: the batches of a dataset without any stay what they were.
    assert plain == "2121174d-62dc-5e33-aa31-27c8e57034bd"
    assert identity.generator_id("s", trees, 0, ()) == plain
    ids = {plain, identity.generator_id("s", trees, 0, (one,))}
    ids.add(identity.generator_id("s", trees, 0, (one.model_copy(update={"strict": True}),)))
    assert len(ids) == 3


def test_real_rows_that_break_one_fail_the_training_with_the_reason(house: House, tmp_path: Path) -> None:
    spec = spec_of(tmp_path, [{"kind": "expression", "rule": "age > 5"}])
    snapshot = acquire(house, spec)
    profile(house, spec, snapshot)
    with pytest.raises(FitError, match=r"real rows break the constraint expression 'age > 5'; correct the source"):
        train(house, spec, snapshot, "trees")
