"""The paired comparison: hand-computed intervals, pairing, ties, margins never below noise, and its error rates."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.checks.paired import Figure, Loss, compare

MARGIN = 0.01


def figure(values: list[float] | np.ndarray, name: str = "coverage", **fields: object) -> Figure:
    """One figure; one row of values is one sample."""
    held = np.atleast_2d(np.array(values, dtype=np.float64))
    return Figure(name, name, np.arange(held.shape[1]), held, **fields)  # type: ignore[arg-type]


def one(challenger: Figure, rival: Figure, margin: float = MARGIN, **options: object) -> Loss:
    (loss,) = compare([challenger], [rival], margin=margin, seed=options.pop("seed", 1), **options)  # type: ignore[arg-type]
    return loss


def spread(loss: Loss) -> float:
    assert loss.interval is not None
    return (loss.interval[1] - loss.loss) / 1.6449


def test_the_interval_is_that_of_the_mean_difference() -> None:
    """Differences 1, 0, 0, 0: mean 1/4; a resample's mean has the variance (3/16) / 4."""
    loss = one(figure([0, 1, 1, 1]), figure([1, 1, 1, 1]))
    assert (loss.challenger, loss.rival, loss.loss) == (0.75, 1.0, 0.25)
    assert spread(loss) == pytest.approx(np.sqrt(3 / 64), rel=0.06)
    assert loss.rows == 4


def test_what_the_same_rows_do_to_both_sides_cancels() -> None:
    rows = np.random.default_rng(0).normal(0, 100, 50)
    loss = one(figure(rows - 0.5), figure(rows))
    assert loss.loss == pytest.approx(0.5)
    assert loss.interval == pytest.approx((0.5, 0.5), abs=1e-9)
    assert not loss.is_kept


def test_the_margin_decides_between_sure_losses() -> None:
    rows = np.linspace(0, 1, 40)
    assert one(figure(rows - 0.009), figure(rows)).is_kept
    worse = one(figure(rows - 0.011), figure(rows))
    assert (worse.is_kept, worse.margin, worse.margin_origin) == (False, MARGIN, "spec")
    assert one(figure(rows + 0.5), figure(rows)).is_kept, "better is not worse"
    assert one(figure(rows - 0.5, is_lower_better=True), figure(rows, is_lower_better=True)).is_kept
    assert not one(figure(rows + 0.011, is_lower_better=True), figure(rows, is_lower_better=True)).is_kept


def test_equals_are_kept_without_any_margin() -> None:
    rows = np.random.default_rng(0).random((5, 30))
    loss = one(figure(rows), figure(rows.copy()), margin=0.0)
    assert loss.loss == 0
    assert loss.is_kept
    constant = one(figure([1.0, 1.0]), figure([1.0, 1.0]), margin=0.0)
    assert (constant.is_kept, constant.interval) == (True, (0.0, 0.0))


def test_a_margin_is_never_tighter_than_noise() -> None:
    """One row of twenty less is noise, eight are not, whatever the spec says."""
    full, less, few = np.ones(20), np.ones(20), np.ones(20)
    less[0], few[:8] = 0, 0
    noisy = one(figure(less), figure(full), margin=0.001)
    assert (noisy.is_kept, noisy.margin_origin) == (True, "noise")
    assert noisy.margin > 0.05
    assert "noise alone" in noisy.words
    assert not one(figure(few), figure(full), margin=0.001).is_kept


def test_samples_that_differ_as_a_whole_widen_the_interval() -> None:
    """Four samples at 0, .1, .2, .3: the mean of four others has the standard deviation of one over 2."""
    levels = np.array([0.0, 0.1, 0.2, 0.3])[:, None] + np.zeros(200)
    loss = one(figure(levels), figure(np.full((4, 200), 0.15)))
    assert loss.loss == pytest.approx(0.0)
    assert spread(loss) == pytest.approx(np.std([0, 0.1, 0.2, 0.3], ddof=1) / 2, rel=0.08)


def test_noise_of_single_rows_is_not_counted_twice() -> None:
    """Rows hit at random in every sample: the spread of the mean is that of all hits, once."""
    draw = np.random.default_rng(3)
    values = (draw.random((10, 400)) < 0.9).astype(float)
    found = [spread(one(figure(values), figure(np.ones((10, 400))), seed=seed)) for seed in range(5)]
    assert np.mean(found) == pytest.approx(np.sqrt(0.09 / 4_000), rel=0.25)


def test_rows_of_one_person_are_resampled_together() -> None:
    """Ten people of nine equal rows each know as much as ten rows."""
    people = np.repeat([0, 1, 1, 1, 1, 1, 1, 1, 1, 0], 9).astype(float)
    alone = one(figure(people), figure(np.ones(90)))
    together = one(figure(people), figure(np.ones(90)), units=np.repeat(np.arange(10), 9))
    assert spread(alone) == pytest.approx(np.sqrt(0.16 / 90), rel=0.08)
    assert spread(together) == pytest.approx(np.sqrt(0.16 / 10), rel=0.08)


def test_a_figure_below_its_floor_is_no_better() -> None:
    below, at = np.full(50, 0.45), np.full(50, 0.5)
    loss = one(figure(at, is_lower_better=True, floor=0.5), figure(below, is_lower_better=True, floor=0.5))
    assert (loss.loss, loss.rival, loss.is_kept) == (0.0, 0.5, True)


def test_the_seed_decides_and_nothing_else() -> None:
    draw = np.random.default_rng(5)
    sides = [[figure(draw.random((3, 60)), "a"), figure(draw.random((3, 60)), "b")] for _ in range(2)]
    first = compare(*sides, margin=MARGIN, seed=9)
    assert first == compare(*sides, margin=MARGIN, seed=9)
    assert first != compare(*sides, margin=MARGIN, seed=10)


def test_figures_that_do_not_belong_together_are_refused() -> None:
    with pytest.raises(ValueError, match="not the same figure"):
        one(figure([1, 1], "coverage"), figure([1, 1], "mass"))
    with pytest.raises(ValueError, match="not the same figure"):
        one(figure([1, 1]), figure([1, 1, 1]))
    with pytest.raises(ValueError, match="argument"):
        compare([figure([1, 1])], [], margin=MARGIN, seed=1)
    assert compare([], [], margin=MARGIN, seed=1) == ()


def rate(loss: float, rows: int, margin: float, trials: int = 120) -> float:
    """How often a challenger that loses so much on all of six figures is kept."""
    draw, kept = np.random.default_rng(11), 0
    for trial in range(trials):
        chances = draw.beta(9, 1, rows)
        sides = [
            [figure((draw.random((4, rows)) < np.clip(chances - less, 0, 1)), str(at)) for at in range(6)]
            for less in (loss, 0.0)
        ]
        kept += all(each.is_kept for each in compare(*sides, margin=margin, seed=trial))
    return kept / trials


@pytest.mark.parametrize("rows", [60, 300])
def test_an_equal_challenger_is_nearly_always_kept(rows: int) -> None:
    assert rate(0.0, rows, MARGIN) >= 0.88


def test_a_loss_of_twice_the_margin_hardly_passes_where_rows_suffice() -> None:
    """A standard error of .005 against .04: noise does not set the margin, and the test refuses nearly all."""
    assert rate(0.04, 1_500, 0.02, trials=40) == 0.0


def test_small_steps_down_are_bounded_by_the_best() -> None:
    """Twelve challengers, each .004 below the champion of its time: a step is small, twelve are not."""
    draw = np.random.default_rng(2)
    chances = draw.beta(9, 1, 600)

    def drawn(level: int) -> Figure:
        return figure(draw.random((60, 600)) < np.clip(chances - 0.004 * level, 0, 1))

    def descend(best: Figure | None) -> Figure:
        champion, level = first, 0
        for _ in range(12):
            challenger = drawn(level + 1)
            if one(challenger, champion).is_kept and (best is None or one(challenger, best).is_kept):
                champion, level = challenger, level + 1
        return champion

    first = drawn(0)
    slid, held = one(descend(None), first), one(descend(first), first)
    assert held.is_kept
    assert not slid.is_kept
    assert held.loss < MARGIN < slid.loss
