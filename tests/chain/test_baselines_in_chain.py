"""Noise floors and certificates in the chain: drawn once, kept by their hash, refused when they are another's."""

from __future__ import annotations

from datetime import date
from typing import Any

import psycopg
import pytest
from tests.chain.conftest import retrain
from tests.chain.nights import batch_of, night

from headwater.chain import baselines, keys
from headwater.chain.house import GateClosedError, House
from headwater.chain.produce import plan, produce
from headwater.chain.validate import validate
from headwater.checks.refusal import CannotJudgeError
from headwater.spec import Candidate, DatasetSpec
from headwater.store.artifact import ArtifactError


def ledger_of(house: House) -> psycopg.Connection[Any]:
    """The tests' ledger lies where the tests' source does."""
    return psycopg.connect(house.connect("").replace("+psycopg", ""))


def drawn(house: House) -> dict[str, tuple[str, str]]:
    """Kind to id and key of each baseline in the ledger."""
    with ledger_of(house) as connection:
        rows = connection.execute("SELECT kind, baseline_id::text, key FROM headwater.baselines").fetchall()
    return {kind: (baseline_id, key) for kind, baseline_id, key in rows}


def judged(house: House, spec: DatasetSpec, day: date) -> Any:
    planned = plan(house, spec, day)
    for shard in planned.shards:
        produce(house, spec, planned.batch_id, shard)
    return validate(house, spec, planned.batch_id)


def test_a_retraining_draws_both_and_a_night_draws_nothing(
    manned: House, clinic: DatasetSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert set(drawn(manned)) == {"noise_floor", "certificate"}

    def refuse(*_: Any, **__: Any) -> None:
        raise AssertionError("a night drew a null")

    monkeypatch.setattr(baselines, "draw", refuse)
    assert judged(manned, clinic, date(2026, 5, 1)).is_passed


def test_a_changed_file_is_refused_and_nothing_is_released(manned: House, clinic: DatasetSpec) -> None:
    _, key = drawn(manned)["certificate"]
    whole = manned.store.read_bytes(key)
    manned.store.write_bytes(key, whole[:-9] + b"otherwise")
    try:
        with pytest.raises(ArtifactError):
            judged(manned, clinic, date(2026, 5, 2))
    finally:
        manned.store.write_bytes(key, whole)
    with manned.ledger.transaction() as books:
        assert books.batches.released_on("clinic", date(2026, 5, 2)) is None


def test_a_null_of_another_snapshot_is_refused_and_nothing_is_released(manned: House, clinic: DatasetSpec) -> None:
    """The noise floor's row is made to point at the certificate's file, its hash included."""
    (floor, key), (own, other) = drawn(manned)["noise_floor"], drawn(manned)["certificate"]
    swap = (
        "UPDATE headwater.baselines SET key = %s, sha256 = "
        "(SELECT sha256 FROM headwater.baselines WHERE baseline_id = %s) WHERE baseline_id = %s"
    )
    with ledger_of(manned) as connection:
        (sha256,) = connection.execute(
            "SELECT sha256 FROM headwater.baselines WHERE baseline_id = %s", (floor,)
        ).fetchone() or ("",)
        connection.execute(swap, (other, own, floor))
    try:
        with pytest.raises(CannotJudgeError, match="belongs to"):
            judged(manned, clinic, date(2026, 5, 3))
    finally:
        with ledger_of(manned) as connection:
            connection.execute(
                "UPDATE headwater.baselines SET key = %s, sha256 = %s WHERE baseline_id = %s", (key, sha256, floor)
            )
    with manned.ledger.transaction() as books:
        assert books.batches.released_on("clinic", date(2026, 5, 3)) is None


def test_a_lost_file_is_drawn_again(manned: House, clinic: DatasetSpec) -> None:
    _, key = drawn(manned)["certificate"]
    manned.store.delete(key)
    assert judged(manned, clinic, date(2026, 5, 4)).is_passed
    assert manned.store.exists(key)


def test_the_same_rows_on_another_night_go_to_quarantine(house: House, clinic: DatasetSpec) -> None:
    stuck = clinic.model_copy(update={"candidates": (Candidate(kind="tests.faults:StuckSeed"),)})
    retrain(house, stuck)
    first = night(house, stuck, date(2026, 5, 5))
    assert batch_of(house, first).status == "released"
    with pytest.raises(GateClosedError, match=r"duplicates\.repeated"):
        night(house, stuck, date(2026, 5, 6))
    with house.ledger.transaction() as books:
        (validation,) = books.validations.attempts(plan(house, stuck, date(2026, 5, 6)).batch_id)
        checks = {check.name: check for check in books.validations.checks("validation", validation.validation_id)}
    told = checks["duplicates.repeated"]
    assert (told.passed, told.sentence) == (False, "The batch has exactly the rows of the batch of 2026-05-05.")
    assert keys.quarantined("clinic", date(2026, 5, 6), validation.batch_id)
