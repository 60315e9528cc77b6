"""Rows that come back through the source: left out, counted, said; too many stop the run; and what readers are told."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pandas as pd
import psycopg
import pytest
from tests.chain.nights import night
from tests.clinic import clinic_rows, clinic_spec

from headwater.chain import keys
from headwater.chain.acquire import acquire
from headwater.chain.house import GateClosedError, House
from headwater.ledger.guard_records import ContaminationScan
from headwater.ledger.records import Snapshot
from headwater.sources.conform import conform_source
from headwater.spec import DatasetSpec
from headwater.store import Store
from headwater.tables.frames import conform, to_arrow

DAYS = (date(2026, 5, 1), date(2026, 5, 2))


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("source") / "clinic.csv"


@pytest.fixture(scope="module")
def spec(source: Path) -> DatasetSpec:
    clinic_rows().to_csv(source, index=False)
    return DatasetSpec.model_validate(clinic_spec(source))


@pytest.fixture(scope="module")
def first(manned: House, clinic: DatasetSpec) -> Snapshot:
    """The snapshot of before, after two nights were released."""
    for day in DAYS:
        night(manned, clinic, day)
    with manned.ledger.transaction() as books:
        found = books.snapshots.latest("clinic")
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def honest_again(source: Path) -> Iterator[None]:
    """Each test leaves the source as it was: without leaked rows."""
    yield
    clinic_rows().to_csv(source, index=False)


def released_rows(house: House, day: date) -> pd.DataFrame:
    with house.ledger.transaction() as books:
        batch = books.batches.released_on("clinic", day)
    assert batch is not None
    return house.store.read_table(keys.part(str(batch.location), 0)).to_pandas()


def again(house: House, run_id: str) -> House:
    return House(house.ledger, house.store, house.connect, run_id)


def last_scan(house: House) -> ContaminationScan:
    with house.ledger.transaction() as books:
        found = books.snapshots.last_scan("clinic")
    assert found is not None
    return found


def test_before_any_release_there_is_nothing_to_search_for(house: House, spec: DatasetSpec) -> None:
    acquire(house, spec)
    scan = last_scan(house)
    assert (scan.batch_count, scan.real_share) == (0, 1.0)
    assert scan.sentence.startswith("No batch has been released yet")


def test_leaked_rows_are_left_out_and_the_honest_snapshot_stays(
    manned: House, first: Snapshot, spec: DatasetSpec, source: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Sixty rows of two nights come back without a label: 4.8 % of the source, just below the limit."""
    leaked = pd.concat([released_rows(manned, day).sample(30, random_state=1) for day in DAYS])
    pd.concat([clinic_rows(), leaked]).sample(frac=1, random_state=2).to_csv(source, index=False)
    with caplog.at_level(logging.WARNING, "headwater.chain.contamination"):
        snapshot_id = acquire(again(manned, "leak"), spec)
    assert snapshot_id == first.snapshot_id  # the same rows on both sides of the anchor as before the leak
    scan = last_scan(manned)
    assert (scan.rows, scan.named_rows, scan.snapshot_id) == (1260, 60, snapshot_id)
    assert scan.batch_count == len(DAYS)
    assert sum(scan.findings["batches"].values()) == 60
    assert scan.depth == pytest.approx(60 / 1260)
    assert scan.depth_max == 1
    assert scan.real_share == pytest.approx(1200 / 1260)
    assert "60 of 1,260 rows (4.8%) were made by Headwater itself" in scan.sentence
    assert scan.sentence in caplog.text


def test_too_large_a_leak_stops_the_run_for_a_person(
    manned: House, first: Snapshot, spec: DatasetSpec, source: Path
) -> None:
    leaked = released_rows(manned, DAYS[0]).sample(360, random_state=3)
    pd.concat([clinic_rows(), leaked]).to_csv(source, index=False)
    with pytest.raises(GateClosedError, match=r"training\.leak_share_max \(5\.0%\).*nothing was trained.*Cure") as stop:
        acquire(again(manned, "flood"), spec)
    scan = last_scan(manned)
    assert scan.snapshot_id is None
    assert scan.named_rows >= 357
    with manned.ledger.transaction() as books:
        latest = books.snapshots.latest("clinic")
        (decision,) = [each for each in books.decisions.of("clinic") if each.kind == "stop"]
    assert latest is not None
    assert latest.snapshot_id == first.snapshot_id
    assert decision.reason in str(stop.value)


def test_a_person_may_let_it_pass_and_the_rows_are_left_out_all_the_same(
    manned: House, first: Snapshot, source: Path
) -> None:
    leaked = released_rows(manned, DAYS[1]).sample(360, random_state=4)
    pd.concat([clinic_rows(), leaked]).to_csv(source, index=False)
    bold = DatasetSpec.model_validate(clinic_spec(source, training={"leak_share_max": 0.5}))
    assert acquire(again(manned, "bold"), bold) == first.snapshot_id
    assert last_scan(manned).named_rows >= 357


def test_rows_that_came_back_without_a_column_are_found(manned: House, first: Snapshot, source: Path) -> None:
    leaked = released_rows(manned, DAYS[0]).sample(50, random_state=5).assign(age=None, ward=None)
    pd.concat([clinic_rows(), leaked]).astype({"age": "Int64"}).to_csv(source, index=False)
    spec = clinic_spec(source)
    columns = {name: {**column, "nullable": True} for name, column in spec["columns"].items()}
    snapshot_id = acquire(again(manned, "gaps"), DatasetSpec.model_validate({**spec, "columns": columns}))
    scan = last_scan(manned)
    assert scan.named_rows >= 45
    assert any("without 'ward' and 'age'" in way["change"] for way in scan.findings["ways"])
    with manned.ledger.transaction() as books:
        kept = books.snapshots.get(snapshot_id)
    assert kept.rows == 1250 - scan.named_rows


def test_a_batch_is_known_after_its_rows_have_gone(
    manned: House, first: Snapshot, spec: DatasetSpec, source: Path
) -> None:
    """Fingerprints outlive the batch; where they were lost, they are made again while the rows are there."""
    with manned.ledger.transaction() as books:
        batch = books.batches.released_on("clinic", DAYS[0])
    assert batch is not None
    key = keys.fingerprints("clinic", batch.batch_id)
    columns = set(manned.store.read_table(key).column_names)
    assert columns == {"ward", "age", "cost", "readmitted"}
    manned.store.delete(key)
    released_rows(manned, DAYS[0]).head(40).pipe(lambda leak: pd.concat([clinic_rows(), leak])).to_csv(
        source, index=False
    )
    acquire(again(manned, "rebuilt"), spec)
    assert manned.store.exists(key)
    assert last_scan(manned).named_rows == 40


def test_readers_and_files_say_how_deep_the_rows_are(manned: House, first: Snapshot, database_of: Any) -> None:
    with manned.ledger.transaction() as books:
        batch = books.batches.released_on("clinic", DAYS[0])
    assert batch is not None
    label = manned.store.parquet_metadata(keys.part(str(batch.location), 0))
    assert (label["headwater.depth"], label["headwater.depth_max"], label["headwater.real_share"]) == (
        "1.0",
        "1.0",
        "0.0",
    )
    comments = database_of(
        "SELECT c.relname, col_description(c.oid, a.attnum) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid "
        "WHERE c.relnamespace = 'synthetic'::regnamespace AND a.attname = '_batch_id' AND c.relkind IN ('r', 'p')"
    )
    said = dict(comments)
    assert "1 generations from real rows on average, at most 1; real share 0" in said[f"clinic@{DAYS[0]}"]
    assert str(DAYS[1]) in said["clinic"]


def tainted_by(house: House, first: Snapshot, leak: pd.DataFrame, spec: DatasetSpec) -> Snapshot:
    """A later snapshot that holds the leaked rows, as one does whose rows cannot be told apart."""
    rows, _ = conform_source(pd.concat([clinic_rows(), leak], ignore_index=True), spec)
    key = keys.snapshot("clinic", str(uuid4()), "train")
    table = to_arrow(conform(rows, first.schema), first.schema)
    tainted = replace(
        first,
        snapshot_id=str(uuid4()),
        rows=len(rows) + first.anchor_rows,
        train_rows=len(rows),
        train_key=key,
        train_sha256=house.store.write_table(key, table).sha256,
        real_share=0.96,
        depth=0.04,
        depth_max=1.0,
        taken_at=datetime.now(UTC),
    )
    with house.ledger.transaction() as books:
        books.snapshots.record(tainted)
    return tainted


def test_rows_are_held_against_the_last_honest_snapshot(
    manned: House, first: Snapshot, spec: DatasetSpec, source: Path
) -> None:
    """Else rows that came back would be honest as soon as they had been seen twice."""
    leak = released_rows(manned, DAYS[0]).sample(50, random_state=6)
    pd.concat([clinic_rows(), leak]).to_csv(source, index=False)
    tainted = tainted_by(manned, first, leak, spec)
    with manned.ledger.transaction() as books:
        *honest, last = books.snapshots.honest_first("clinic")
    assert (last, {each.real_share for each in honest}) == (tainted, {1.0})

    assert acquire(again(manned, "twice"), spec) == first.snapshot_id
    assert last_scan(manned).named_rows == 50

    kept = {each.train_key: manned.store.read_bytes(each.train_key) for each in honest}
    for key in kept:  # the tainted one is all there is to hold rows against
        manned.store.delete(key)
    try:
        acquire(again(manned, "lost"), spec)
        scan = last_scan(manned)
        assert (scan.named_rows, scan.real_share) == (0, pytest.approx(0.96))
        assert "About 50 more came back" in scan.sentence
    finally:
        for key, data in kept.items():
            manned.store.write_bytes(key, data)


def test_without_any_earlier_rows_acquire_writes_them_again(
    manned: House, first: Snapshot, spec: DatasetSpec, source: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with manned.ledger.transaction() as books:
        known = books.snapshots.honest_first("clinic")
    for snapshot in known:
        manned.store.delete(snapshot.train_key)
    assert acquire(again(manned, "restored"), spec) == first.snapshot_id
    assert manned.store.exists(first.train_key)
    assert "No earlier snapshot can be read" in caplog.text


@pytest.fixture
def database_of(manned: House) -> Any:
    def ask(query: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(manned.connect("").replace("+psycopg", "")) as connection:
            return connection.execute(query).fetchall()

    return ask


def test_an_empty_store_of_fingerprints_is_said(manned: House, first: Snapshot, tmp_path: Path) -> None:
    """Neither fingerprints nor rows: the batch cannot be compared, and the record says so."""
    from headwater.chain.fingerprinting import released_batches

    with manned.ledger.transaction() as books:
        batches = books.batches.ever_released("clinic")
    bare = House(manned.ledger, Store(f"file://{tmp_path}/empty"), manned.connect, "bare")
    assert [len(each.schema) for each in released_batches(bare, batches)] == [0] * len(batches)
