"""A table that is hard to handle goes through the whole chain: odd names, odd dates, empty and constant columns."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import psycopg
import pyarrow as pa
import pytest
from psycopg import sql
from pyarrow import parquet

from headwater.chain import keys
from headwater.chain.acquire import acquire
from headwater.chain.house import GateClosedError, House
from headwater.chain.produce import plan, produce
from headwater.chain.profile import profile
from headwater.chain.promote import promote
from headwater.chain.release import release
from headwater.chain.train import train
from headwater.chain.validate import validate
from headwater.spec import Candidate, DatasetSpec
from headwater.store.artifact import ArtifactError

NIGHT = date(2026, 3, 1)
LONG = "a_name_that_is_longer_than_the_sixty_three_bytes_that_postgres_keeps_" + "x" * 20
HOSTILE: dict[str, Any] = {
    "select": "categorical",
    'quo"te': {"sdtype": "numerical"},
    "spa ce; drop table x": "categorical",
    "größe %s {} <script>": {"sdtype": "numerical", "nullable": True},
    LONG: "numerical",
    LONG + "_other": "boolean",
    "before 1970": "datetime",
    "after 2262": {"sdtype": "datetime", "nullable": True},
    "always the same": "categorical",
    "never there": {"sdtype": "numerical", "nullable": True},
    "id": "id",
    "mail": {"sdtype": "pii", "pii": "email", "nullable": True},
}


def hostile_rows(rows: int = 400) -> pa.Table:
    random = np.random.default_rng(3)
    days = random.integers(0, 20_000, rows)
    size = random.normal(170, 10, rows).round(1)
    nothing: list[float | None] = [None] * rows
    return pa.table(
        {
            "select": random.choice(["yes", "no", "'; --", "<script>alert(1)</script>"], rows),
            'quo"te': random.integers(0, 50, rows),
            "spa ce; drop table x": random.choice(["", "\\.", "NULL", "ümlaut\n"], rows),
            "größe %s {} <script>": [
                None if missing else value for value, missing in zip(size, size > 180, strict=True)
            ],
            LONG: random.normal(0, 1, rows),
            LONG + "_other": random.random(rows) < 0.3,
            "before 1970": pa.array(np.datetime64("1600-01-01", "us") + days.astype("timedelta64[D]")),
            "after 2262": pa.array(np.datetime64("2400-01-01T10:30", "us") + days.astype("timedelta64[h]")),
            "always the same": ["same"] * rows,
            "never there": pa.array(nothing, pa.float64()),
            "id": range(rows),
            "mail": [f"person{i}@clinic.example" for i in range(rows)],
        }
    )


@pytest.fixture
def hostile(tmp_path: Path) -> DatasetSpec:
    path = tmp_path / "hostile.parquet"
    parquet.write_table(hostile_rows(), path)
    return DatasetSpec.model_validate(
        {
            "dataset": "hostile",
            "owner": "tests",
            "source": {"kind": "parquet", "path": str(path)},
            "keys": {"primary": ["id"]},
            "columns": HOSTILE,
            "candidates": ["trees"],
            "batch": {"rows": 600},
        }
    )


def retrained(house: House, spec: DatasetSpec) -> str:
    snapshot = acquire(house, spec)
    profile(house, spec, snapshot)
    return promote(house, spec, snapshot, [train(house, spec, snapshot, "trees")]).champion_id


def test_a_hostile_table_is_released_whole(house: House, hostile: DatasetSpec, database: str) -> None:
    retrained(house, hostile)
    planned = plan(house, hostile, NIGHT)
    produce(house, hostile, planned.batch_id, 0)
    release(house, hostile, validate(house, hostile, planned.batch_id).validation_id)
    made = house.store.read_table(keys.part(keys.released("hostile", NIGHT, planned.batch_id), 0)).to_pandas()
    with psycopg.connect(database.replace("+psycopg", "")) as connection:
        table = sql.Identifier("synthetic", "hostile")
        read = connection.execute(sql.SQL("select * from {}").format(table)).fetchall()
    assert len(made) == len(read) == 600
    assert list(made.columns) == list(HOSTILE)
    assert made["id"].is_unique
    assert made["never there"].isna().all()
    assert set(made["select"]) <= {"yes", "no", "'; --", "<script>alert(1)</script>"}
    assert 0 < made["größe %s {} <script>"].isna().sum() < 600
    assert pd.Series(made["before 1970"]).map(lambda day: day.year).max() < 1700
    assert not set(made["mail"].dropna()) & set(hostile_rows()["mail"].to_pylist()), "a real address came back"
    page = house.store.read_bytes(house.store.list("hostile/docs")[0]).decode()
    assert "<script>alert(1)" not in page


def test_a_generator_that_hands_out_real_mail_addresses_is_never_promoted(house: House, hostile: DatasetSpec) -> None:
    remembers = hostile.model_copy(update={"candidates": (Candidate(kind="tests.faults:RemembersMail", name="bad"),)})
    snapshot = acquire(house, remembers)
    profile(house, remembers, snapshot)
    with pytest.raises(GateClosedError, match=r"replay\.identifying"):
        promote(house, remembers, snapshot, [train(house, remembers, snapshot, "bad")])


@pytest.mark.parametrize("spoil", ["cut short", "altered", "gone"])
def test_a_spoiled_model_makes_no_rows(house: House, hostile: DatasetSpec, spoil: str) -> None:
    champion = retrained(house, hostile)
    planned = plan(house, hostile, NIGHT)
    key = keys.model("hostile", champion)
    model = house.store.read_bytes(key)
    if spoil == "gone":
        house.store.delete(key)
    else:
        flipped = model[:1000] + bytes([model[1000] ^ 1]) + model[1001:]
        house.store.write_bytes(key, model[:-20] if spoil == "cut short" else flipped)
    with pytest.raises(ArtifactError, match=r"model\.bin.*Cure"):
        produce(house, hostile, planned.batch_id, 0)
    assert house.store.list(keys.work("hostile", planned.batch_id)) == []


def test_a_batch_with_a_lost_or_altered_shard_is_never_judged(house: House, hostile: DatasetSpec) -> None:
    retrained(house, hostile)
    planned = plan(house, hostile, NIGHT)
    with pytest.raises(RuntimeError, match="has 0 of 600 rows"):
        validate(house, hostile, planned.batch_id)
    key = produce(house, hostile, planned.batch_id, 0)
    house.store.write_bytes(key, house.store.read_bytes(key)[:-1])
    with pytest.raises(ArtifactError, match=r"was altered.*Cure"):
        validate(house, hostile, planned.batch_id)
    with house.ledger.transaction() as books:
        assert books.batches.get(planned.batch_id).status == "planned"
        assert books.readers.count("hostile", NIGHT) == 0
