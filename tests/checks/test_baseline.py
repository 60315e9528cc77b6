"""Baselines: drawn the same every time, stored and read, refused where they belong to something else."""

from __future__ import annotations

import dataclasses
import io
import itertools
import json
from typing import Any

import numpy as np
import pytest
from townspeople import people

from headwater.checks import baseline, battery
from headwater.checks.baseline import LOSS_DRAWS, LOSSES, Baseline
from headwater.checks.crowd import LEVELS
from headwater.checks.prepared import Prepared
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.sample import Sample, Seen


def small(prepared: Prepared, n: int) -> Prepared:
    """The same people judged in samples of fewer rows, without models, which take the time."""
    return Prepared.of(dataclasses.replace(prepared.reference, targets=(), groups=()), n)


@pytest.fixture(scope="module")
def few(prepared: Prepared) -> Prepared:
    return small(prepared, 60)


@pytest.fixture(scope="module")
def drawn(few: Prepared) -> Baseline:
    return baseline.draw(few, few.train, kind="noise_floor", subject="snapshot 2", draws=10)


def test_the_same_draws_every_time(few: Prepared, drawn: Baseline) -> None:
    told: list[tuple[int, int]] = []
    again = baseline.draw(
        small(few, 60),
        few.train,
        kind="noise_floor",
        subject="snapshot 2",
        draws=10,
        progress=lambda done, total: told.append((done, total)),
    )
    assert again.null == drawn.null
    assert again.detection_limits == drawn.detection_limits
    total = 10 + len(LOSSES) * LOSS_DRAWS
    assert told[-1] == (total, total)
    assert [done for done, _ in told] == sorted({done for done, _ in told})


def test_what_is_stored_is_what_is_read(floor: Baseline) -> None:
    read = Baseline.from_bytes(floor.to_bytes(), "noise_floor", "snapshot 1")
    assert read.null == floor.null
    assert (read.kind, read.subject, read.fingerprint) == (floor.kind, floor.subject, floor.fingerprint)
    assert read.detection_limits == floor.detection_limits
    for field in dataclasses.fields(floor.tally):
        assert np.array_equal(getattr(read.tally, field.name), getattr(floor.tally, field.name)), field.name
    assert isinstance(read.tally.n, float)
    for side in ("copies", "foreign"):
        one, other = getattr(read.control, side), getattr(floor.control, side)
        assert one.found.tolist() == other.found.tolist()
        assert one.rows.tolist() == other.rows.tolist()
    assert np.array_equal(read.identity, floor.identity)


def test_a_baseline_judges_as_it_did_before_it_was_stored(prepared: Prepared, floor: Baseline) -> None:
    from headwater.checks.judge import Judge

    read = Baseline.from_bytes(floor.to_bytes(), "noise_floor", "snapshot 1")
    batch = people(300, 5)
    assert Judge(prepared, read).results(batch) == Judge(prepared, floor).results(batch)


@pytest.mark.parametrize(("kind", "subject"), [("noise_floor", "snapshot 2"), ("certificate", "snapshot 1")])
def test_a_baseline_of_something_else_is_refused(floor: Baseline, kind: Any, subject: str) -> None:
    with pytest.raises(CannotJudgeError, match=f"belongs to snapshot 1, not to {subject}"):
        Baseline.from_bytes(floor.to_bytes(), kind, subject)


def test_another_format_is_refused(floor: Baseline) -> None:
    with np.load(io.BytesIO(floor.to_bytes())) as held:
        arrays = dict(held)
    head = json.loads(arrays.pop("head").tobytes()) | {"format": 0}
    stored = io.BytesIO()
    np.savez_compressed(stored, head=np.frombuffer(json.dumps(head).encode(), dtype=np.uint8), **arrays)
    with pytest.raises(CannotJudgeError, match="a baseline of format 0 cannot be read; run retrain"):
        Baseline.from_bytes(stored.getvalue(), "noise_floor", "snapshot 1")


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9, 0.999])
def test_bytes_that_are_cut_off_are_an_error(floor: Baseline, part: float) -> None:
    data = floor.to_bytes()
    with pytest.raises(Exception, match=r".") as told:  # zipfile's, numpy's or ours
        Baseline.from_bytes(data[: int(part * len(data))], "noise_floor", "snapshot 1")
    assert not isinstance(told.value, AssertionError)


def test_another_anchor_is_refused(few: Prepared, floor: Baseline) -> None:
    with pytest.raises(CannotJudgeError, match="drawn with another anchor"):
        floor.sample(Seen(few.train.take(np.arange(60)), few))


def test_too_few_rows_to_draw_from(few: Prepared) -> None:
    with pytest.raises(CannotJudgeError, match="119 rows are too few to draw samples of 60 from; at least 120"):
        baseline.draw(few, few.train.take(np.arange(119)), kind="certificate", subject="g", draws=2)


def test_copies_of_a_noise_floor_are_counted_beside_the_anchor_and_the_training_rows(floor: Baseline) -> None:
    """400 anchor rows and half of 1,200 training rows; authenticity beside the latter alone."""
    assert floor.control.copies.rows.tolist() == [1_000] * (4 * LEVELS) + [600]
    assert floor.control.foreign.rows.tolist() == [800] * 3, "half of all real rows, of each column of numbers"
    assert floor.tally.n == 1_200


def test_copies_of_a_certificate_are_counted_among_its_own_rows(certificate: Baseline) -> None:
    assert certificate.control.copies.rows.tolist() == [1_200] * (4 * LEVELS + 1)
    assert certificate.control.foreign.rows.tolist() == [1_200] * 3


def test_losses_are_seen_from_a_size_on(floor: Baseline) -> None:
    assert set(floor.detection_limits.values()) <= set(LOSSES)
    assert floor.detection_limits["cell.scan"] <= 0.2
    assert set(floor.detection_limits) <= set(floor.null.statistics)


def test_limits_are_those_that_asking_everybody_about_every_loss_finds(
    prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(baseline, "LOSSES", (0.05, 0.1, 0.2, 0.4))
    monkeypatch.setattr(baseline, "LOSS_DRAWS", 5)
    few = small(prepared, 200)
    drawn = baseline.draw(few, few.train, kind="noise_floor", subject="snapshot 2", draws=20)
    pool = baseline._Pool.of(few, few.train)
    seen: dict[tuple[str, float], int] = {}
    for loss, index in itertools.product(baseline.LOSSES, range(5)):
        sample = Sample(pool.seen(baseline._thinned(pool, loss, index)), pool.tally, drawn.control, few.train.identity)
        for name, value in battery.drawn(sample).items():
            if name in drawn.null.statistics:
                seen[name, loss] = seen.get((name, loss), 0) + (drawn.null.ratio(name, value) > drawn.null.family)
    limits = {}
    for name in drawn.null.statistics:
        blind = [place for place, loss in enumerate(baseline.LOSSES) if seen.get((name, loss), 0) < 4]
        first = max(blind, default=-1) + 1
        if first < len(baseline.LOSSES):
            limits[name] = baseline.LOSSES[first]
    assert limits
    assert drawn.detection_limits == limits


def test_what_sees_no_loss_has_no_detection_limit(floor: Baseline, drawn: Baseline) -> None:
    """A dropped mode makes no copies; and in sixty rows few see anything."""
    for name in ("copies.exact", "copies.near", "duplicates.exact", "duplicates.repeated"):
        assert name in floor.null.statistics
        assert name not in floor.detection_limits


def test_more_rows_see_smaller_losses(prepared: Prepared, drawn: Baseline) -> None:
    more = baseline.draw(
        (larger := small(prepared, 400)), larger.train, kind="noise_floor", subject="snapshot 2", draws=10
    )
    unseen = 1.0
    names = ("cell.scan", "cell.deficit", "cell.mass", "neighbours.coverage")
    limits = {
        name: (drawn.detection_limits.get(name, unseen), more.detection_limits.get(name, unseen)) for name in names
    }
    assert all(large <= few for few, large in limits.values()), limits
    assert any(large < few for few, large in limits.values()), limits
