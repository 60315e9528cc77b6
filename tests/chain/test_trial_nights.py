"""A candidate that passed its trial by luck, and whose nights would break the contract, is passed over and named."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.chain.test_promotion import trained
from tests.faults import Forgetful

from headwater.chain.acquire import acquire
from headwater.chain.house import GateClosedError, House
from headwater.chain.judge import judge
from headwater.chain.preparing import reference_of
from headwater.chain.profile import profile
from headwater.chain.promote import promote
from headwater.chain.train import judge_candidate, train
from headwater.chain.trial_nights import BROKEN_MAX, NIGHTS, broken_nights
from headwater.checks.verdict import verdict
from headwater.ledger.records import Generator
from headwater.spec import Candidate, DatasetSpec

PERMISSIVE = {"cell_coverage_min": 0.1, "category_keep_min": 0.1, "utility_gap_max": 0.5, "c2st_auc_max": 1.0}
FORGETFUL = {"kind": "tests.faults:Forgetful"}


def test_a_lucky_trial_makes_no_champion(manned: House, clinic: DatasetSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    """The contract lies just below what the one trial covers: about every second night will break it."""
    monkeypatch.setattr(Forgetful, "ward", "surgery")
    monkeypatch.setattr(Forgetful, "forgotten", 0.5)
    poor = trained(manned, clinic, {**FORGETFUL, "name": "poor"})
    (trial,) = [each for each in judge(manned, clinic, poor, poor.snapshot_id) if each.name == "neighbours.coverage"]
    assert trial.value is not None
    assert trial.noise is not None
    promised = {**PERMISSIVE, "coverage_min": (trial.value - 1e-6) / trial.noise}
    spec = clinic.model_copy(update={"contract": clinic.contract.model_copy(update=promised)})
    judge_candidate(manned, spec, poor.generator_id, poor.snapshot_id)
    with manned.ledger.transaction() as books:
        assert verdict(books.validations.checks("generator", poor.generator_id)).passed
    words = broken_nights(manned, spec, poor)
    assert words is not None
    assert words.startswith(f"{BROKEN_MAX + 1} of its first ")
    assert f"(neighbours.coverage {BROKEN_MAX + 1}); of {NIGHTS} nights {BROKEN_MAX} may" in words


def test_a_steady_candidate_is_no_worse_for_being_tried(manned: House, clinic: DatasetSpec) -> None:
    with manned.ledger.transaction() as books:
        champion = books.generators.champion("clinic")
    assert champion is not None
    assert broken_nights(manned, clinic, champion) is None


@pytest.fixture
def two(manned: House, clinic: DatasetSpec, monkeypatch: pytest.MonkeyPatch) -> tuple[Generator, Generator]:
    """One that shows the largest ward in its trial only, and scores best; one that always shows it."""
    monkeypatch.setattr(Forgetful, "ward", "surgery")
    monkeypatch.setattr(Forgetful, "forgotten", 1.0)
    monkeypatch.setattr(Forgetful, "only", manned_rows(manned, clinic))
    faint = trained(manned, clinic, {**FORGETFUL, "name": "faint", "settings": {"leaf": 22}})
    steady = trained(manned, clinic, {"kind": "tests.faults:Diluted12", "name": "steady"})
    assert faint.score is not None
    assert steady.score is not None
    assert faint.score > steady.score
    return faint, steady


def manned_rows(house: House, spec: DatasetSpec) -> int:
    """Rows that a trial night has."""
    with house.ledger.transaction() as books:
        snapshot = books.snapshots.latest(spec.dataset)
    assert snapshot is not None
    _, reference = reference_of(house, spec, snapshot.snapshot_id)
    return reference.judge_rows(spec.batch.rows)


def test_the_next_best_is_asked_and_the_decision_says_so(
    manned: House, clinic: DatasetSpec, two: tuple[Generator, Generator]
) -> None:
    faint, steady = two
    settled = promote(
        replace(manned, run_id="next best"), clinic, faint.snapshot_id, [faint.generator_id, steady.generator_id]
    )
    assert f" faint is passed over: {BROKEN_MAX + 1} of its first {BROKEN_MAX + 1} trial nights break" in settled.reason
    assert "neighbours.coverage" in settled.reason
    with manned.ledger.transaction() as books:
        decisions = books.decisions.of(settled.champion_id)
    (decision,) = [each for each in decisions if each.detail["run_id"] == "next best"]
    assert decision.reason == settled.reason
    assert decision.detail["challenger"] == steady.generator_id


def test_where_nobody_is_steady_the_champion_stays(
    manned: House, clinic: DatasetSpec, two: tuple[Generator, Generator]
) -> None:
    faint, _ = two
    with manned.ledger.transaction() as books:
        champion = books.generators.champion("clinic")
    assert champion is not None
    settled = promote(manned, clinic, faint.snapshot_id, [faint.generator_id])
    assert (settled.champion_id, settled.is_promoted) == (champion.generator_id, False)
    assert settled.reason.startswith("No candidate keeps the contract night after night. faint is passed over: ")


def test_no_first_champion_is_made_of_one(house: House, clinic: DatasetSpec, monkeypatch: pytest.MonkeyPatch) -> None:
    spec = clinic.model_copy(update={"candidates": (Candidate.model_validate({**FORGETFUL, "name": "faint"}),)})
    snapshot_id = acquire(house, spec)
    profile(house, spec, snapshot_id)
    monkeypatch.setattr(Forgetful, "ward", "surgery")
    monkeypatch.setattr(Forgetful, "forgotten", 1.0)
    monkeypatch.setattr(Forgetful, "only", manned_rows(house, spec))
    generator_id = train(house, spec, snapshot_id, "faint")
    with pytest.raises(GateClosedError, match=r"clinic has no champion. No candidate keeps the contract night after"):
        promote(house, spec, snapshot_id, [generator_id])
    with house.ledger.transaction() as books:
        assert books.generators.champion("clinic") is None
