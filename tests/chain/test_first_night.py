"""One table through all stages by plain calls: what is written, and that the same night is the same bytes."""

from __future__ import annotations

import json
from datetime import date

import pytest

from headwater.chain import keys
from headwater.chain.acquire import acquire
from headwater.chain.house import GateClosedError, House
from headwater.chain.produce import plan, produce
from headwater.chain.profile import profile
from headwater.chain.promote import promote
from headwater.chain.release import release
from headwater.chain.retire import retire
from headwater.chain.train import train
from headwater.chain.validate import validate
from headwater.spec import DatasetSpec

NIGHT = date(2026, 3, 1)


def retrained(house: House, spec: DatasetSpec) -> str:
    snapshot = acquire(house, spec)
    profile(house, spec, snapshot)
    return promote(
        house, spec, snapshot, [train(house, spec, snapshot, each.label) for each in spec.candidates]
    ).champion_id


def night(house: House, spec: DatasetSpec, day: date = NIGHT) -> str:
    planned = plan(house, spec, day)
    for shard in planned.shards:
        produce(house, spec, planned.batch_id, shard)
    release(house, spec, validate(house, spec, planned.batch_id).validation_id)
    return planned.batch_id


def test_a_good_batch_reaches_postgres_parquet_and_the_ledger(house: House, clinic: DatasetSpec) -> None:
    champion = retrained(house, clinic)
    batch_id = night(house, clinic)
    folder = keys.released("clinic", NIGHT, batch_id)
    manifest = json.loads(house.store.read_bytes(keys.manifest(folder)))
    with house.ledger.transaction() as books:
        batch = books.batches.get(batch_id)
        in_postgres = books.readers.count("clinic", NIGHT)
        lineage = books.lineage.of_batch(batch_id)
    assert batch.status == "released"
    assert in_postgres == batch.rows == 2000
    assert house.store.read_table(keys.part(folder, 0)).num_rows == 2000
    assert manifest["synthetic"] is True
    assert manifest["depth"] == 1
    assert manifest["content_hash"] == batch.content_hash
    assert {check["name"] for check in manifest["checks"]} >= {"category_presence", "knn_coverage", "c2st"}
    assert lineage.generator_id == champion
    assert lineage.snapshot_content_hash == manifest["snapshot"]["content_hash"]


def test_the_same_night_again_is_the_same_batch_and_is_not_rewritten(house: House, clinic: DatasetSpec) -> None:
    retrained(house, clinic)
    first = night(house, clinic)
    with house.ledger.transaction() as books:
        before = books.batches.get(first)
    again = night(house, clinic)
    with house.ledger.transaction() as books:
        after = books.batches.get(again)
        assert books.readers.count("clinic", NIGHT) == 2000
    assert again == first
    assert after == before


def test_nights_differ_and_shards_do_not_matter(house: House, clinic: DatasetSpec) -> None:
    retrained(house, clinic)
    big = {"rows": 25_000}
    one = clinic.model_copy(update={"batch": clinic.batch.model_copy(update={**big, "shards": 1})})
    three = clinic.model_copy(update={"batch": clinic.batch.model_copy(update={**big, "shards": 3})})
    hashes = {}
    for name, spec, day in (("one", one, NIGHT), ("three", three, NIGHT), ("next", one, date(2026, 3, 2))):
        with house.ledger.transaction() as books:
            hashes[name] = books.batches.get(night(house, spec, day)).content_hash
    assert hashes["one"] == hashes["three"]
    assert hashes["one"] != hashes["next"]


def test_a_new_champion_supersedes_the_batch_of_the_same_day_and_keeps_it_readable(
    house: House, clinic: DatasetSpec
) -> None:
    retrained(house, clinic)
    former = night(house, clinic)
    reseeded = clinic.model_copy(update={"seed": 5})
    retrained(house, reseeded)
    newer = night(house, reseeded)
    with house.ledger.transaction() as books:
        assert books.batches.get(former).status == "superseded"
        assert books.batches.get(newer).status == "released"
        assert books.readers.count("clinic", NIGHT) == 2000
    assert house.store.exists(keys.manifest(keys.released("clinic", NIGHT, former)))


def test_retraining_on_the_same_rows_finds_the_same_generator(house: House, clinic: DatasetSpec) -> None:
    assert retrained(house, clinic) == retrained(house, clinic)


def test_without_a_champion_nothing_is_made(house: House, clinic: DatasetSpec) -> None:
    with pytest.raises(GateClosedError, match="retrain__clinic"):
        plan(house, clinic, NIGHT)


def test_a_contract_nobody_keeps_leaves_no_champion_and_says_why(house: House, clinic: DatasetSpec) -> None:
    impossible = clinic.model_copy(update={"columns": {**clinic.columns, "age": clinic.columns["age"]}})
    impossible = impossible.model_copy(
        update={"candidates": (clinic.candidates[0].model_copy(update={"kind": "tests.faults:ShuffledColumns"}),)}
    )
    with pytest.raises(GateClosedError, match="has no champion"):
        retrained(house, impossible)
    with house.ledger.transaction() as books:
        assert books.generators.champion("clinic") is None


def test_old_batches_are_retired_from_readers_and_store(house: House, clinic: DatasetSpec) -> None:
    retrained(house, clinic)
    batch_id = night(house, clinic)
    assert retire(house, clinic, date(2026, 3, 2)) == []
    assert retire(house, clinic, date(2028, 3, 2)) == [batch_id]
    assert not house.store.exists(keys.manifest(keys.released("clinic", NIGHT, batch_id)))
    with house.ledger.transaction() as books:
        assert books.batches.get(batch_id).status == "retired"
        assert books.readers.count("clinic", NIGHT) == 0
