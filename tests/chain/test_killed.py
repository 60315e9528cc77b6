"""A night killed with SIGKILL at many instants: readers see a whole batch or none, and one clean run puts all right."""

from __future__ import annotations

import signal
import time
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import pytest
from tests.chain.killed_night import NIGHT, night
from tests.chain.nights import former_rows
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

FORKS = get_context("forkserver")
FORKS.set_forkserver_preload(["tests.chain.killed_night"])
"""One process imports what a night needs; each night is forked from it."""


def start(url: str, store: str, spec: DatasetSpec, upto: str) -> tuple[ForkServerProcess, Connection]:
    told, tells = FORKS.Pipe(duplex=False)
    process = FORKS.Process(target=night, args=(tells, url, store, spec.model_dump_json(by_alias=True), upto))
    process.start()
    tells.close()
    return process, told


def varied(spec: DatasetSpec, days: int) -> DatasetSpec:
    """Another version of the spec: the night is another batch, the nulls it is judged by stay."""
    return spec.model_copy(update={"retention": spec.retention.model_copy(update={"released_days": days})})


def run_and_kill(started: tuple[ForkServerProcess, Connection], after: float | None) -> float:
    """Wait for "ready", kill ``after`` seconds later (None: let it end well), and return the seconds since ready."""
    process, told = started
    assert told.recv() == "ready"
    began = time.monotonic()
    if after is None:
        process.join()
        assert process.exitcode == 0
    else:
        time.sleep(after)
        process.kill()
        process.join()
        assert process.exitcode in (0, -signal.SIGKILL), "it was killed, or quicker"
    told.close()
    return time.monotonic() - began


@pytest.mark.slow
@pytest.mark.parametrize("upto", ["produce", "release"])
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
    house.ledger.close()


def assert_is_clean(house: House, spec: DatasetSpec) -> None:
    """One released batch for the night, whole in Postgres and Parquet, and no unfinished work."""
    with house.ledger.transaction() as books:
        batch = books.batches.released_on("clinic", NIGHT)
        assert batch is not None
        assert batch.spec_sha256 == spec.sha256()
        assert books.readers.count("clinic", NIGHT) == 2000
        former = [each.batch_id for each in books.batches.revisions("clinic", NIGHT) if not each.is_current]
    assert {former_rows(house, each) for each in former} == {2000}
    folder = keys.released("clinic", NIGHT, batch.batch_id)
    assert house.store.exists(keys.manifest(folder))
    assert house.store.read_table(keys.part(folder, 0)).num_rows == 2000
    assert house.store.list(keys.work("clinic", batch.batch_id)) == []
