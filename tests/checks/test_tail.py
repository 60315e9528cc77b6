"""Tails, by hand; clipped ones are found."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.detection.faults import FAULTS, Honest
from scipy.stats import norm
from townspeople import SCHEMA, people, sampled

from headwater.checks import tail
from headwater.checks.battery import STATISTICS
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.checks.statistic import deviate, too_few, too_many
from headwater.checks.telling import Bound
from headwater.spec.contract import Contract

LIMIT = 1.3 * norm.isf(0.01 / len(STATISTICS))
"""Beyond the own limit of an exact statistic by as much as the family's limit ever asks."""


def test_tails_by_hand(prepared: Prepared) -> None:
    sample = sampled(prepared, people(300, 5))
    real, found = sample.rest.tails, sample.tally.tails
    there = real > 0
    chances = [
        min(too_few(f, r, 300, 1_200), too_many(f, r, 300, 1_200))
        for f, r in zip(found[there], real[there], strict=True)
    ]
    wanted = deviate(min(1.0, 2 * min(chances)), int(there.sum()))
    assert tail.measure(sample)["tail.smallest"] == pytest.approx(wanted)
    far = [too_few(f, r, 300, 1_200) for f, r in zip(sample.tally.far, sample.rest.far, strict=True)]
    assert tail.measure(sample)["tail.sum"] == pytest.approx(deviate(min(far), 3))


def test_a_thick_tail_is_too_many(prepared: Prepared) -> None:
    batch = people(300, 5)
    batch.loc[:60, "height"] = 300.0
    sample = sampled(prepared, batch)
    assert tail.measure(sample)["tail.smallest"][0] > LIMIT
    told = tail.tell("tail.smallest", sample, 0, Bound(9.0, 0.0, 1.0, 3.4, True, 3.4))
    assert told.words.startswith("Upper tail of height")
    assert told.value is not None
    assert told.limit is not None
    assert told.noise is not None
    assert told.value >= 61 > told.limit > told.noise


@pytest.fixture(scope="module")
def large() -> Prepared:
    reference = Reference(SCHEMA, people(4_800, 1), people(1_200, 2), Contract(), ("member",), 7)
    return Prepared.of(reference, 1_200)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_clipped_tails_are_found(large: Prepared, seed: int) -> None:
    clip = next(fault for fault in FAULTS if fault.name == "tail_clipped")
    honest = Honest(people(1_200, 20 + seed), people(1_200, 30 + seed), large.reference.train, people(1, 1), SCHEMA)
    clipped = clip.plant(honest, 0.02, np.random.default_rng(seed))
    assert clipped is not None
    assert max(value[0] for value in tail.measure(sampled(large, clipped)).values()) > LIMIT
    assert max(value[0] for value in tail.measure(sampled(large, honest.batch)).values()) < LIMIT
