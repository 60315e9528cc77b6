"""Further looks at one night have narrower limits: each is one more chance for bad rows."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from headwater.checks.baseline import Baseline
from headwater.checks.judge import Judge
from headwater.checks.null import LOOKS_MAX
from headwater.checks.prepared import Prepared


def test_limits_narrow_from_look_to_look(floor: Baseline) -> None:
    looks = floor.null.looks
    assert len(looks) == LOOKS_MAX
    assert looks[0] == floor.null.family
    assert list(looks) == sorted(looks, reverse=True)
    assert looks[-1] < looks[0]
    assert floor.null.at_look(1) == floor.null
    assert floor.null.at_look(LOOKS_MAX).family == looks[-1]


@pytest.mark.parametrize("look", [0, LOOKS_MAX + 1])
def test_no_night_is_judged_more_often(floor: Baseline, look: int) -> None:
    with pytest.raises(ValueError, match=f"look {look}"):
        floor.null.at_look(look)


def test_the_judge_of_a_later_look_is_stricter_in_every_check(
    prepared: Prepared, floor: Baseline, certificate: Baseline
) -> None:
    batch = prepared.reference.train
    first, last = (Judge(prepared, floor, certificate, look=look).by_name(batch) for look in (1, LOOKS_MAX))
    assert first.keys() == last.keys()
    ratios = np.array([(one.ratio, last[name].ratio) for name, one in first.items() if one.ratio and one.ratio > 0])
    assert len(ratios) > 5
    factor = certificate.null.looks[0] / certificate.null.looks[-1]
    assert ratios[:, 1] == pytest.approx(ratios[:, 0] * factor)
    assert factor > 1


def test_what_passes_at_a_later_look_passes_at_the_first(
    prepared: Prepared, floor: Baseline, certificate: Baseline
) -> None:
    random = np.random.default_rng(0)
    batch = prepared.reference.train
    fading = [batch.sample(frac=1, random_state=1).reset_index(drop=True)]
    name = next(column.name for column in prepared.reference.schema.learned if column.storage in ("integer", "real"))
    worse = fading[0].copy()
    order = np.argsort(worse[name].to_numpy(dtype=float) + random.normal(0, 1e-6, len(worse)))
    fading.append(worse.iloc[order[len(order) // 4 :]].reset_index(drop=True))
    for rows in fading:
        judges = [Judge(prepared, floor, certificate, look=look) for look in range(1, LOOKS_MAX + 1)]
        passed = [{key for key, one in judge.by_name(rows).items() if one.passed} for judge in judges]
        assert all(later <= earlier for earlier, later in pairwise(passed))


def test_a_judge_keeps_what_it_was_given(prepared: Prepared, floor: Baseline) -> None:
    judge = Judge(prepared, floor, look=2)
    assert judge.floor.null.family == floor.null.looks[1]
    assert floor.null.family == floor.null.looks[0], "the stored baseline is as it was"
    assert replace(judge, look=1).look == 1
