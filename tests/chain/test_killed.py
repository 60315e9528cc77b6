"""A night killed with SIGKILL at many instants: readers see a whole batch or none, and one clean run puts all right."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from tests.steady import steady_anchor

from headwater.chain import keys
from headwater.chain.acquire import acquire
from headwater.chain.house import House
from headwater.chain.profile import profile
from headwater.chain.promote import promote
from headwater.chain.train import train
from headwater.ledger import Ledger
from headwater.spec import DatasetSpec
from headwater.store import Store

NIGHT = date(2026, 3, 1)
ROOT = Path(__file__).resolve().parents[2]

# Imports first, then a word to the parent, so that the kills fall into the stages and not into the imports.
PROGRAM = """
import sys
from datetime import date
from headwater.chain.house import House
from headwater.chain.produce import plan, produce
from headwater.chain.release import release
from headwater.chain.validate import validate
from headwater.ledger import Ledger
from headwater.spec import DatasetSpec
from headwater.store import Store
import great_expectations, sklearn.ensemble, sklearn.cluster

ledger, store, spec, upto = sys.argv[1:]
house = House(Ledger(ledger), Store(store), lambda _: ledger, "killed")
spec = DatasetSpec.model_validate_json(spec)
planned = plan(house, spec, date(2026, 3, 1))
judged = None
if upto == "release":
    for shard in planned.shards:
        produce(house, spec, planned.batch_id, shard)
    judged = validate(house, spec, planned.batch_id)
print("ready", flush=True)
if judged is None:
    for shard in planned.shards:
        produce(house, spec, planned.batch_id, shard)
    judged = validate(house, spec, planned.batch_id)
release(house, spec, judged.validation_id)
print("done", flush=True)
"""


def start(url: str, store: str, spec: DatasetSpec, upto: str) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", PROGRAM, url, store, spec.model_dump_json(by_alias=True), upto]
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'include'}{os.pathsep}{ROOT}"}
    return subprocess.Popen(arguments, env=environment, stdout=subprocess.PIPE, text=True)


def varied(spec: DatasetSpec, days: int) -> DatasetSpec:
    """Another version of the spec: the night is another batch, the nulls it is judged by stay."""
    return spec.model_copy(update={"retention": spec.retention.model_copy(update={"released_days": days})})


def run_and_kill(process: subprocess.Popen[str], after: float | None) -> float:
    """Wait for "ready", kill ``after`` seconds later (None: let it end), and return the seconds since ready."""
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    began = time.monotonic()
    if after is not None:
        time.sleep(after)
        process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    return time.monotonic() - began


@pytest.mark.slow
@pytest.mark.parametrize("upto", ["plan", "release"])
def test_killed_at_any_instant_a_second_run_leaves_what_one_clean_run_leaves(
    database: str, tmp_path: Path, clinic: DatasetSpec, upto: str
) -> None:
    from headwater.ledger.migrate import migrate

    migrate(database)
    steady_anchor(database, "clinic")
    place = f"file://{tmp_path}/store"
    house = House(Ledger(database), Store(place), lambda _: database, "test")
    snapshot = acquire(house, clinic)
    profile(house, clinic, snapshot)
    promote(house, clinic, snapshot, [train(house, clinic, snapshot, "trees")])
    with house.ledger.transaction() as books:
        champion = books.generators.champion("clinic")
    assert champion is not None
    length = run_and_kill(start(database, place, varied(clinic, 99), upto), None)
    for instant in (0.05, 0.35, 0.65, 0.95):
        spec = varied(clinic, int(instant * 100))
        run_and_kill(start(database, place, spec, upto), length * instant)
        with house.ledger.transaction() as books:
            readers = books.readers.count("clinic", NIGHT)
        assert readers == 2000, "the former batch, or the whole new one"
        run_and_kill(start(database, place, spec, upto), None)
        assert_is_clean(house, spec)


def assert_is_clean(house: House, spec: DatasetSpec) -> None:
    """One released batch for the night, whole in Postgres and Parquet, and no unfinished work."""
    with house.ledger.transaction() as books:
        batch = books.batches.released_on("clinic", NIGHT)
        assert batch is not None
        assert batch.spec_sha256 == spec.sha256()
        assert books.readers.count("clinic", NIGHT) == 2000
    folder = keys.released("clinic", NIGHT, batch.batch_id)
    assert house.store.exists(keys.manifest(folder))
    assert house.store.read_table(keys.part(folder, 0)).num_rows == 2000
    assert house.store.list(keys.work("clinic", batch.batch_id)) == []
