"""The anchor: its size, age and freshness; its renewal, on record, which never flatters those who knew its rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.chain.nights import night
from tests.clinic import clinic_rows

from headwater.chain import acquire as acquire_stage
from headwater.chain.acquire import acquire
from headwater.chain.anchor_state import objection
from headwater.chain.asking import RequestRefusedError
from headwater.chain.compare import Arena, NoComparisonError
from headwater.chain.house import GateClosedError, House
from headwater.chain.profile import profile
from headwater.chain.promote import promote
from headwater.chain.renew_anchor import renew_anchor
from headwater.chain.train import fit, train
from headwater.chain.unseen import unseen
from headwater.ledger import NotInLedger
from headwater.ledger.records import Generator, Snapshot
from headwater.spec import DatasetSpec

DAY = timedelta(days=1)


def champion_of(house: House) -> Generator:
    with house.ledger.transaction() as books:
        found = books.generators.champion("clinic")
    assert found is not None
    return found


def snapshot_of(house: House, snapshot_id: str) -> Snapshot:
    with house.ledger.transaction() as books:
        return books.snapshots.get(snapshot_id)


def governed(spec: DatasetSpec, **limits: int) -> DatasetSpec:
    return spec.model_copy(update={"anchor": spec.anchor.model_copy(update=limits)})


def rows_of(house: House, key: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in house.store.read_table(key).to_pylist()]


def test_a_small_anchor_stops_promotion_and_loses_no_champion(manned: House, clinic: DatasetSpec) -> None:
    champion, house = champion_of(manned), replace(manned, run_id="small")
    spec = governed(clinic, rows_min=1_000)
    with pytest.raises(GateClosedError, match=r"champion in use stays\. The anchor has 222 rows.*rows_min \(1,000\)"):
        promote(house, spec, acquire(house, spec), [champion.generator_id])
    assert champion_of(manned) == champion
    with manned.ledger.transaction() as books:
        (decision,) = [each for each in books.decisions.of(champion.generator_id) if each.detail["run_id"] == "small"]
    assert decision.kind == "keep"
    assert "fewer than anchor.rows_min" in decision.reason
    # The run is cleared: for the same reason it decides nothing new, for another one it does.
    for rows_min in (1_000, 2_000):
        with pytest.raises(GateClosedError):
            promote(house, governed(clinic, rows_min=rows_min), acquire(house, clinic), [champion.generator_id])
    with manned.ledger.transaction() as books:
        kept = [each for each in books.decisions.of(champion.generator_id) if each.detail["run_id"] == "small"]
    assert [each.reason.partition("rows_min (")[2][:5] for each in kept] == ["1,000", "2,000"]


def test_an_old_anchor_stops_promotion(manned: House, clinic: DatasetSpec) -> None:
    snapshot_id = acquire(manned, clinic)
    taken = snapshot_of(manned, snapshot_id).taken_at
    assert objection(manned, clinic, snapshot_id, taken + 30 * DAY) == ""
    said = objection(manned, clinic, snapshot_id, taken + 31 * DAY)
    assert "31 days ago" in said
    assert "anchor.age_max_days (30)" in said
    assert "Run retrain__clinic" in said
    assert objection(manned, governed(clinic, age_max_days=31), snapshot_id, taken + 31 * DAY) == ""


def test_an_anchor_that_the_source_has_left_behind_stops_promotion(
    house: House, clinic: DatasetSpec, tmp_path: Path
) -> None:
    former = acquire(house, clinic)
    clinic_rows(seed=8).to_csv(tmp_path / "later.csv", index=False)
    source = clinic.source.model_copy(update={"path": str(tmp_path / "later.csv")})
    later = snapshot_of(house, acquire(house, clinic.model_copy(update={"source": source})))
    now = datetime.now(UTC)
    assert objection(house, clinic, former, now) == "", "the source may be read again while a retraining runs"
    with house.ledger.transaction() as books:
        books.snapshots.record(replace(later, taken_at=later.taken_at + 2 * DAY))
    assert "the source was read again on" in objection(house, clinic, former, now)
    assert objection(house, clinic, later.snapshot_id, now) == ""


def test_a_renewal_is_on_record_and_happens_once_a_run(house: House, clinic: DatasetSpec) -> None:
    former = snapshot_of(house, acquire(house, clinic))
    said = {"reason": "half of the wards were closed", "decided_by": "ada"}
    first = renew_anchor(house, "clinic", **said)
    with house.ledger.transaction() as books:
        key = books.datasets.get("clinic").anchor_key
    assert renew_anchor(house, "clinic", **said) == first
    with house.ledger.transaction() as books:
        dataset = books.datasets.get("clinic")
        assert books.decisions.of(dataset.dataset_id) == [first]
    assert dataset.anchor_key == key
    assert (first.kind, first.decided_by, first.reason) == ("renew_anchor", "ada", said["reason"])
    assert first.detail["last_snapshot_id"] == former.snapshot_id
    assert first.detail["former_key_sha256"] != first.detail["key_sha256"]
    assert key.hex() not in str(first)
    assert "The anchor was renewed on" in objection(house, clinic, former.snapshot_id, datetime.now(UTC))
    renewed = snapshot_of(house, acquire(house, clinic))
    assert renewed.snapshot_id != former.snapshot_id
    assert sorted(rows_of(house, renewed.anchor_key_path)) != sorted(rows_of(house, former.anchor_key_path))
    assert renew_anchor(replace(house, run_id="next"), "clinic", **said) != first


@pytest.mark.parametrize("during", ["search", "snapshot_hash"])
def test_a_renewal_while_rows_are_read_holds_for_their_snapshot(
    house: House, clinic: DatasetSpec, during: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A snapshot set aside by the former key would look younger than the renewal, and judge promotions."""
    renewals: list[str] = []
    stage = getattr(acquire_stage, during)

    def renewed(*arguments: Any) -> Any:
        found = stage(*arguments)
        if not renewals:
            renew_anchor(house, "clinic", reason="known to those who tune", decided_by="ada")
            renewals.append(during)
        return found

    with monkeypatch.context() as patch:
        patch.setattr(acquire_stage, during, renewed)
        meanwhile = acquire(house, clinic)
    assert renewals == [during]
    assert meanwhile == acquire(house, clinic), "the present key sets the same rows aside"
    assert objection(house, clinic, meanwhile, datetime.now(UTC)) == ""
    folders = {key.split("/")[2] for key in house.store.list("clinic/snapshots")}
    assert folders == {meanwhile}, "no real rows stay that nobody knows of"


@pytest.mark.parametrize("absent", ["reason", "decided_by"])
def test_nobody_renews_without_a_reason(house: House, clinic: DatasetSpec, absent: str) -> None:
    given = {"reason": "old", "decided_by": "ada", absent: " "}
    with pytest.raises(RequestRefusedError, match=r"is empty\. Cure"):
        renew_anchor(house, "clinic", **given)
    with pytest.raises(NotInLedger):
        renew_anchor(house, "nowhere", reason="old", decided_by="ada")


def test_other_keys_in_the_spec_move_rows_between_the_sides(house: House, clinic: DatasetSpec) -> None:
    """The champion learned from most rows of the new anchor, though nobody renewed it."""
    before = snapshot_of(house, acquire(house, clinic))
    learned = fit(house, clinic, before, clinic.candidates[0])
    with house.ledger.transaction() as books:
        champion = books.generators.get(learned)
    keyed = DatasetSpec.model_validate({**clinic.model_dump(mode="json", by_alias=True), "keys": {"entity": ["age"]}})
    after = snapshot_of(house, acquire(house, keyed))
    ages = {row["age"] for row in house.store.read_table(before.train_key).to_pylist()}
    expected = [row["age"] not in ages for row in house.store.read_table(after.anchor_key_path).to_pylist()]
    assert not all(expected)
    assert unseen(house, keyed, after.snapshot_id, champion).tolist() == expected


def mixed_from_a_batch_of(house: House, spec: DatasetSpec, champion: Generator, snapshot: Snapshot) -> Generator:
    """A generator of other real rows, beside them those of a batch of the champion."""
    night(house, spec, date(2026, 9, 1))
    asked = {**spec.model_dump(mode="json", by_alias=True), "training": {"synthetic_share": 0.2}}
    trained = train(house, DatasetSpec.model_validate(asked), snapshot.snapshot_id, "trees")
    with house.ledger.transaction() as books:
        made = [batch for batch in books.batches.ever_released("clinic") if batch.generator_id == champion.generator_id]
        assert ("batch", made[-1].batch_id) in books.lineage.into("generator", trained)
        return books.generators.get(trained)


def test_after_a_renewal_only_rows_that_the_champion_never_saw_speak_of_it(manned: House, clinic: DatasetSpec) -> None:
    """Last in this file: the shared house has another anchor afterwards."""
    champion = champion_of(manned)
    house = replace(manned, run_id="renewed")
    assert unseen(house, clinic, champion.snapshot_id, champion).all()
    renew_anchor(house, "clinic", reason="a test", decided_by="ada")
    fresh = snapshot_of(house, acquire(house, clinic))
    profile(house, clinic, fresh.snapshot_id)
    learned = set(rows_of(house, snapshot_of(house, champion.snapshot_id).train_key))
    new_to_it = [row not in learned for row in rows_of(house, fresh.anchor_key_path)]
    assert unseen(house, clinic, fresh.snapshot_id, champion).tolist() == new_to_it
    assert 20 <= sum(new_to_it) < len(new_to_it) / 2

    challenger_id = train(house, clinic, fresh.snapshot_id, "trees")
    with house.ledger.transaction() as books:
        challenger = books.generators.get(challenger_id)
    comparison = Arena(house, clinic, fresh.snapshot_id, challenger).against(champion)
    judged = {loss.rows for loss in comparison.losses if loss.margin_origin != "exact"}
    assert judged == {sum(new_to_it)}

    assert unseen(house, clinic, fresh.snapshot_id, challenger).all()
    mirrored = mixed_from_a_batch_of(house, clinic, champion, fresh)  # saw the old training rows in the batch's
    assert unseen(house, clinic, fresh.snapshot_id, mirrored).tolist() == new_to_it

    train_key = snapshot_of(house, champion.snapshot_id).train_key
    house.store.delete(train_key)
    with pytest.raises(NoComparisonError, match=r"0 of \d+ anchor rows are known to be new to it"):
        Arena(house, clinic, fresh.snapshot_id, challenger).against(champion)
    settled = promote(house, clinic, fresh.snapshot_id, [challenger_id])
    assert settled.is_promoted
    assert "nobody can be compared with it. Not compared with the champion" in settled.reason
