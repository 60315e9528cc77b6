"""From measured statistics to results: before promotion and after."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest
from townspeople import crooked, people

from headwater.checks import battery, duplicates, pair
from headwater.checks.baseline import Baseline
from headwater.checks.battery import STATISTICS
from headwater.checks.judge import Judge
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.checks.sample import Sample
from headwater.checks.statistic import Measured
from headwater.checks.verdict import verdict
from headwater.spec.contract import Contract

IN_CONTRACT = {"category.kept", "cell.mass", "neighbours.coverage", "joint.c2st", "utility.score"}
WATCHED = [statistic for statistic in STATISTICS if statistic.name.split(".")[0] != "replay"]
"""These people have no personal data."""
COPIES = {"copies.exact", "copies.near", "copies.authentic"}


def under(judge: Judge, **limits: float) -> Judge:
    """The same judge with other limits in its contract; they change no null."""
    reference = dataclasses.replace(judge.prepared.reference, contract=Contract(**limits))
    return dataclasses.replace(judge, prepared=dataclasses.replace(judge.prepared, reference=reference), _done=[])


def test_honest_rows_pass_every_check_in_order(candidate: Judge) -> None:
    results = candidate.results(people(2_000, 3))
    assert [result.name for result in results if not result.passed] == []
    wanted = [statistic.name for statistic in WATCHED if statistic.name != "duplicates.repeated"]
    assert [result.name for result in results] == wanted == list(candidate.names)
    assert [result.error for result in results] == [None] * len(wanted)
    assert all(result.family == result.name.split(".")[0] for result in results)
    assert {result.family for result in results if result.n == 2_000} == {"category", "tail", "duplicates", "foreign"}
    assert [result.name for result in results if result.n == 2_000 and result.family == "duplicates"] == [
        "duplicates.whole"
    ]
    assert {result.n for result in results} == {300, 2_000}
    assert verdict(results).passed


def test_repeating_yesterday_is_judged_where_there_was_a_yesterday(nightly: Judge, prepared: Prepared) -> None:
    batch = crooked(300, 71)
    again = dataclasses.replace(nightly, last_batch=prepared.yardstick.coder.code(batch).identity, _done=[])
    assert "duplicates.repeated" not in nightly.names
    assert again.names == tuple(statistic.name for statistic in WATCHED)
    assert verdict(again.results(batch)).failed == ("duplicates.repeated",)
    assert verdict(again.results(crooked(300, 72))).passed


def test_the_very_rows_of_an_earlier_batch_fail_by_their_hash(nightly: Judge) -> None:
    same = dataclasses.replace(nightly, same_as="2024-05-01", _done=[])
    results = same.by_name(crooked(300, 71))
    assert verdict(list(results.values())).failed == ("duplicates.repeated",)
    assert results["duplicates.repeated"].sentence == "The batch has exactly the rows of the batch of 2024-05-01."


def test_categories_are_counted_on_every_row(nightly: Judge) -> None:
    """Three of four from Rome are gone: 300 judged rows cannot tell, 4,000 can."""
    batch = crooked(4_000, 71)
    gone = batch.index[batch["city"] == "Rome"][: int(0.75 * (batch["city"] == "Rome").sum())]
    batch = pd.concat([batch.drop(index=gone), crooked(len(gone), 72).assign(city="Oslo")], ignore_index=True)
    batch["city"] = batch["city"].astype(crooked(1, 1)["city"].dtype)
    whole = nightly.by_name(batch)["category.smallest"]
    assert (whole.passed, whole.n) == (False, 4_000)
    part = nightly.by_name(batch.sample(300, random_state=1))["category.smallest"]
    assert (part.passed, part.n) == (True, 300)


def test_repeated_rows_are_found_in_the_whole_of_a_large_batch(nightly: Judge) -> None:
    """80 of 3,000 rows are there twice: 300 judged rows hold hardly a pair of them."""
    batch = crooked(3_000, 71)
    batch = pd.concat([batch.iloc[80:], batch.iloc[1_000:1_080]], ignore_index=True)
    found = nightly.by_name(batch)
    assert found["duplicates.exact"].passed
    whole = found["duplicates.whole"]
    assert (whole.passed, whole.value, whole.n) == (False, 80, 3_000)
    assert whole.sentence.startswith("80 pairs of rows are equal among all 3,000;")
    assert nightly.by_name(crooked(3_000, 71))["duplicates.whole"].passed


def test_the_same_rows_give_the_same_results(candidate: Judge) -> None:
    batch = people(500, 3)
    assert candidate.results(batch) == candidate.results(batch.copy())
    assert candidate.results(batch) == Judge(candidate.prepared, candidate.floor).results(batch)


def test_results_are_those_of_the_frame_at_hand(candidate: Judge) -> None:
    """Frames that are gone leave their address to others; what was said of them must not be said again."""
    lengths = [len(candidate.by_name(people(rows, 3))) and candidate.results(people(rows, 3))[0].n for rows in (5, 400)]
    assert lengths == [5, 300]
    seen = [candidate.results(people(rows, 3))[0].n for rows in range(1, 20)]
    assert seen == list(range(1, 20))


def test_the_same_frame_is_judged_once(candidate: Judge) -> None:
    batch = people(400, 3)
    assert candidate.by_name(batch) is candidate.by_name(batch)


def test_judging_changes_no_frame(candidate: Judge) -> None:
    batch = people(500, 3)
    reference = candidate.prepared.reference
    before = [frame.copy() for frame in (batch, reference.anchor, reference.train)]
    candidate.results(batch)
    for was, now in zip(before, (batch, reference.anchor, reference.train), strict=True):
        pd.testing.assert_frame_equal(now, was)


def test_results_can_be_stored(candidate: Judge, nightly: Judge) -> None:
    for result in [*candidate.results(people(400, 3)), *nightly.results(people(400, 3))]:
        assert "NaN" not in result.canonical_json()
        assert "Infinity" not in result.canonical_json()


def test_no_value_of_a_row_is_told(nightly: Judge) -> None:
    told = " ".join(result.canonical_json() for result in nightly.results(people(400, 3)))
    assert not any(city in told for city in ("Berne", "Graz", "Linz", "Oslo", "Rome"))


def test_before_promotion_only_the_contract_and_copies_decide(candidate: Judge) -> None:
    results = candidate.by_name(crooked(300, 71))
    assert {name for name, result in results.items() if result.severity == "critical"} == IN_CONTRACT | COPIES
    others = [result for result in results.values() if result.severity == "info"]
    assert len(others) == len(results) - 8
    assert all(result.limit is None and result.passed for result in others)
    assert max(result.ratio or 0.0 for result in others) > 1, "off, and shown, and no reason to refuse"
    assert verdict(list(results.values())).passed


def test_before_promotion_copies_are_critical(candidate: Judge) -> None:
    train = candidate.prepared.reference.train
    batch = pd.concat([people(270, 5), train.head(30)], ignore_index=True)
    results = candidate.by_name(batch)
    assert verdict(list(results.values())).failed == ("copies.exact",)
    assert (results["copies.exact"].value, results["copies.exact"].limit_origin) == (30, "exact")
    assert "30 rows of 300 equal a training row" in results["copies.exact"].sentence


def test_after_promotion_everything_decides(nightly: Judge) -> None:
    results = nightly.by_name(crooked(300, 71))
    assert {result.severity for result in results.values()} == {"critical"}
    assert verdict(list(results.values())).passed
    assert {result.limit_origin for result in results.values()} == {"certificate", "exact"}
    for statistic in STATISTICS:
        if statistic.name in results:
            wanted = "exact" if statistic.is_exact else "certificate"
            assert results[statistic.name].limit_origin == wanted
    assert all(result.limit is not None for result in results.values())


@pytest.mark.parametrize("seed", [80, 81, 82])
def test_a_batch_unlike_its_generator_fails_though_it_is_like_real_rows(
    nightly: Judge, candidate: Judge, seed: int
) -> None:
    batch = people(300, seed)
    assert verdict(candidate.results(batch)).passed
    found = nightly.by_name(batch)
    failed = verdict(list(found.values())).failed
    assert {"column.shape", "pair.tables"} <= set(failed)
    shape = found["column.shape"]
    assert shape.limit is not None
    assert shape.value is not None
    assert shape.value > shape.limit
    assert (shape.direction, shape.limit_origin) == ("at_most", "certificate")
    assert verdict(nightly.results(crooked(300, seed))).passed


def test_a_contract_is_loosened_to_what_noise_does(candidate: Judge) -> None:
    """No honest sample covers as much as the mean of all, nor tells nothing at all, and none is blamed for it."""
    strict = under(candidate, coverage_min=1.0, cell_coverage_min=1.0, c2st_auc_max=0.5, utility_gap_max=0.0)
    for seed in range(5):
        results = strict.by_name(people(300, 400 + seed))
        assert verdict(list(results.values())).passed
    loosened = {name: results[name].limit_origin for name in IN_CONTRACT - {"category.kept"}}
    assert set(loosened.values()) == {"noise_floor"}
    coverage = results["neighbours.coverage"]
    assert coverage.limit is not None
    assert coverage.noise is not None
    assert coverage.limit < coverage.noise


def test_a_broken_contract_is_told_before_promotion(candidate: Judge) -> None:
    """Thirty people ten times each: hardly any region is covered."""
    batch = pd.concat([people(30, 5)] * 10, ignore_index=True)
    coverage = under(candidate, coverage_min=0.8).by_name(batch)["neighbours.coverage"]
    assert (coverage.passed, coverage.severity, coverage.limit_origin) == (False, "critical", "spec")
    assert coverage.noise is not None
    assert coverage.limit == pytest.approx(0.8 * coverage.noise)
    assert coverage.direction == "at_least"


def test_a_broken_contract_is_told_after_promotion(nightly: Judge) -> None:
    """The generator always did it, so its certificate allows it; the spec does not."""
    batch = crooked(300, 71)
    mass = under(nightly, cell_coverage_min=0.88).by_name(batch)["cell.mass"]
    assert nightly.by_name(batch)["cell.mass"].passed
    assert (mass.passed, mass.limit, mass.limit_origin) == (False, 0.88, "spec")
    assert mass.value is not None
    assert mass.value < 0.88


@pytest.fixture
def break_pairs(monkeypatch: pytest.MonkeyPatch) -> Callable[[object], None]:
    """Make the pairs' ``measure`` raise an error, or give a value."""

    def apply(what: object) -> None:
        honest = pair.measure

        def broken(sample: Sample) -> Measured:
            if isinstance(what, Exception):
                raise what
            return {**honest(sample), "pair.information": np.full(10, what)}

        monkeypatch.setattr(pair, "measure", broken)

    return apply


@pytest.mark.parametrize("judge", ["candidate", "nightly"])
def test_a_family_that_breaks_fails_alone(
    judge: str, request: pytest.FixtureRequest, break_pairs: Callable[[object], None]
) -> None:
    break_pairs(KeyError("the secret of row 7"))
    results = request.getfixturevalue(judge).by_name(crooked(300, 71))
    failed = verdict(list(results.values())).failed
    assert failed == ("pair.tables", "pair.information", "pair.total")
    for name in failed:
        assert (results[name].severity, results[name].value) == ("critical", None)
        assert results[name].sentence == f"{name} could not judge the batch: it broke; see the error."
        assert (results[name].error or "").startswith("KeyError at test_judge.py:")
        assert "secret" not in results[name].canonical_json()
    assert all(result.error is None for name, result in results.items() if name not in failed)


@pytest.mark.parametrize("judge", ["candidate", "nightly"])
@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_statistic_that_is_no_number_fails(
    judge: str, request: pytest.FixtureRequest, break_pairs: Callable[[object], None], value: float
) -> None:
    break_pairs(value)
    results = request.getfixturevalue(judge).by_name(crooked(300, 71))
    assert verdict(list(results.values())).failed == ("pair.information",)
    assert results["pair.information"].value is None
    assert "no number" in (results["pair.information"].error or "")


def test_telling_that_breaks_fails_its_own_check_alone(candidate: Judge, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError("the secret of row 7")

    monkeypatch.setattr(duplicates, "tell", broken)
    results = candidate.by_name(people(300, 5))
    wanted = ("duplicates.exact", "duplicates.near", "duplicates.rare", "duplicates.distinct", "duplicates.whole")
    assert verdict(list(results.values())).failed == wanted
    assert not any("secret" in result.canonical_json() for result in results.values())


def test_a_floor_of_another_anchor_judges_nothing(judged_reference: Reference, floor: Baseline) -> None:
    other = Prepared.of(dataclasses.replace(judged_reference, anchor=people(400, 3)), 300)
    results = Judge(other, floor).results(people(400, 5))
    assert not any(result.passed for result in results)
    assert {result.severity for result in results} == {"critical"}
    assert "the noise floor of snapshot 1 was drawn with another anchor" in results[0].sentence


def test_a_certificate_of_another_anchor_judges_nothing(candidate: Judge, certificate: Baseline) -> None:
    other = dataclasses.replace(certificate, fingerprint="of another anchor")
    results = dataclasses.replace(candidate, certificate=other, _done=[]).results(crooked(400, 71))
    assert not any(result.passed for result in results)
    assert "the certificate of generator 1 was drawn with another anchor" in results[0].sentence


def test_statistics_have_a_family_that_tells_them() -> None:
    assert all(callable(battery.FAMILY_OF[statistic.name].tell) for statistic in STATISTICS)
