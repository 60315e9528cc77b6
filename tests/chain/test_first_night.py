"""One table through all stages by plain calls: what is written, and that the same night is the same bytes."""

from __future__ import annotations

import json
import logging
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.chain.nights import batch_of, night, rows_for_readers

from headwater.chain import keys
from headwater.chain.acquire import acquire
from headwater.chain.house import GateClosedError, House
from headwater.chain.manifest import LIBRARIES
from headwater.chain.produce import plan
from headwater.chain.profile import profile
from headwater.chain.promote import promote
from headwater.chain.retire import retire
from headwater.chain.train import train
from headwater.generators.errors import SettingsError
from headwater.spec import Candidate, DatasetSpec
from headwater.tables.hashing import block_hash, content_hash


def in_batches(spec: DatasetSpec, **changes: Any) -> DatasetSpec:
    return spec.model_copy(update={"batch": spec.batch.model_copy(update=changes)})


def test_a_good_batch_reaches_postgres_parquet_and_the_ledger(
    manned: House, clinic: DatasetSpec, caplog: pytest.LogCaptureFixture
) -> None:
    day = date(2026, 3, 1)
    with caplog.at_level(logging.INFO, "headwater.chain.validate"):
        batch_id = night(manned, clinic, day)
    assert "clinic on 2026-03-01: Passed: " in caplog.text
    batch = batch_of(manned, batch_id)
    folder = keys.released("clinic", day, batch_id)
    manifest = json.loads(manned.store.read_bytes(keys.manifest(folder)))
    with manned.ledger.transaction() as books:
        lineage = books.lineage.of_batch(batch_id)
        champion = books.generators.champion("clinic")
    assert batch.status == "released"
    assert rows_for_readers(manned, day) == batch.rows == 2000
    assert manifest["synthetic"] is True
    assert (manifest["depth"], manifest["depth_max"], manifest["real_share"]) == (1, 1, 0)
    assert set(manifest["versions"]) == {"headwater", *LIBRARIES, "xgboost"}
    assert {check["name"] for check in manifest["checks"]} >= {"category.kept", "neighbours.coverage", "joint.c2st"}
    assert champion is not None
    assert lineage.generator_id == champion.generator_id
    assert lineage.snapshot_content_hash == manifest["snapshot"]["content_hash"]
    assert lineage.released_to == "synthetic.clinic"


def test_anybody_can_compute_the_content_hash_from_the_parquet_files(manned: House, clinic: DatasetSpec) -> None:
    day = date(2026, 3, 2)
    batch_id = night(manned, clinic, day)
    rows = manned.store.read_table(keys.part(keys.released("clinic", day, batch_id), 0))
    assert batch_of(manned, batch_id).content_hash == content_hash([block_hash(rows)])


def test_the_same_night_again_is_the_same_batch_and_is_not_rewritten(manned: House, clinic: DatasetSpec) -> None:
    day = date(2026, 3, 3)
    first = night(manned, clinic, day)
    before = batch_of(manned, first)
    assert night(manned, clinic, day) == first
    assert batch_of(manned, first) == before
    assert rows_for_readers(manned, day) == 2000
    assert manned.store.list(keys.work("clinic", first)) == []


def test_nights_differ_and_shards_do_not_matter(manned: House, clinic: DatasetSpec) -> None:
    day = date(2026, 3, 4)
    one = batch_of(manned, night(manned, in_batches(clinic, rows=25_000), day))
    three = batch_of(manned, night(manned, in_batches(clinic, rows=25_000, shards=3), day))
    later = batch_of(manned, night(manned, in_batches(clinic, rows=25_000), date(2026, 3, 5)))
    assert one.content_hash == three.content_hash
    assert one.content_hash != later.content_hash


def test_another_spec_supersedes_the_batch_of_the_day_and_keeps_it_readable(manned: House, clinic: DatasetSpec) -> None:
    day = date(2026, 3, 6)
    former = night(manned, clinic, day)
    newer = night(manned, in_batches(clinic, rows=2500), day)
    assert batch_of(manned, former).status == "superseded"
    assert batch_of(manned, newer).status == "released"
    assert rows_for_readers(manned, day) == 2500
    assert manned.store.exists(keys.manifest(keys.released("clinic", day, former)))


def test_retraining_on_the_same_rows_finds_the_same_generator(manned: House, clinic: DatasetSpec) -> None:
    with manned.ledger.transaction() as books:
        champion = books.generators.champion("clinic")
    assert champion is not None
    snapshot = acquire(manned, clinic)
    assert snapshot == champion.snapshot_id
    settled = promote(manned, clinic, snapshot, [train(manned, clinic, snapshot, "trees")])
    assert settled.champion_id == champion.generator_id
    assert not settled.is_promoted


def test_the_anchor_is_never_in_the_training_rows(manned: House, clinic: DatasetSpec) -> None:
    snapshot = acquire(manned, clinic)
    parts = {part: manned.store.read_table(keys.snapshot("clinic", snapshot, part)) for part in ("train", "anchor")}
    rows = {part: {tuple(row.values()) for row in table.to_pylist()} for part, table in parts.items()}
    assert rows["train"].isdisjoint(rows["anchor"])
    assert parts["train"].num_rows + parts["anchor"].num_rows == 1200


def test_a_sabotaged_candidate_leaves_the_champion_in_place_and_says_why(manned: House, clinic: DatasetSpec) -> None:
    bad = clinic.model_copy(update={"candidates": (Candidate(kind="tests.faults:ShuffledColumns", name="bad"),)})
    snapshot = acquire(manned, bad)
    settled = promote(manned, bad, snapshot, [train(manned, bad, snapshot, "bad")])
    assert not settled.is_promoted
    assert "bad" in settled.reason
    assert "No candidate keeps the contract" in settled.reason


def test_when_no_candidate_could_be_trained_the_champion_stays_and_the_run_stops(
    manned: House, clinic: DatasetSpec
) -> None:
    in_run = replace(manned, run_id="nobody trained")
    with manned.ledger.transaction() as books:
        before = books.generators.champion("clinic")
    assert before is not None
    with pytest.raises(GateClosedError, match=r"a champion in use stays. No candidate could be trained"):
        promote(in_run, clinic, acquire(in_run, clinic), [])
    with manned.ledger.transaction() as books:
        after = books.generators.champion("clinic")
        decisions = books.decisions.of(before.generator_id)
    assert after == before
    assert [each.kind for each in decisions if each.detail["run_id"] == in_run.run_id] == ["keep"]


def test_a_candidate_that_the_spec_has_lost_is_said(manned: House, clinic: DatasetSpec) -> None:
    with pytest.raises(SettingsError, match=r"clinic has no candidate 'gone'; it has trees\..*Cure: trigger"):
        train(manned, clinic, acquire(manned, clinic), "gone")


def test_old_batches_are_retired_from_readers_and_store(manned: House, clinic: DatasetSpec) -> None:
    day = date(2024, 3, 6)
    batch_id = night(manned, clinic, day)
    assert retire(manned, clinic, date(2024, 3, 7)) == []
    assert retire(manned, clinic, date(2026, 2, 1)) == [batch_id]
    assert not manned.store.exists(keys.manifest(keys.released("clinic", day, batch_id)))
    assert batch_of(manned, batch_id).status == "retired"
    assert rows_for_readers(manned, day) == 0


def test_without_a_champion_nothing_is_made(house: House, clinic: DatasetSpec) -> None:
    with pytest.raises(GateClosedError, match="retrain__clinic"):
        plan(house, clinic, date(2026, 3, 1))


def test_without_a_good_candidate_there_is_no_champion(house: House, clinic: DatasetSpec) -> None:
    bad = clinic.model_copy(update={"candidates": (Candidate(kind="tests.faults:DroppedCategory", name="bad"),)})
    snapshot = acquire(house, bad)
    profile(house, bad, snapshot)
    trained = train(house, bad, snapshot, "bad")
    with pytest.raises(GateClosedError, match=r"clinic has no champion.*category.kept"):
        promote(house, bad, snapshot, [trained])
    with house.ledger.transaction() as books:
        assert books.generators.champion("clinic") is None
