"""Tables over the normal score, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.generators.copula.marginals import CELLS, NODES, Curve, Steps, places


def _read(marginal: Steps | Curve, scores: list[float]) -> np.ndarray:
    given = np.array(scores)
    placed = places(given)
    return marginal.numbers(given, placed, placed.astype(np.int32))


def test_a_score_at_a_cut_belongs_below_it() -> None:
    steps = Steps(np.array([-1.0, 0.25, 0.2501]), np.array([7, 3, 5, 9], dtype=np.int32))
    above = np.nextafter(0.25, 1.0)
    assert _read(steps, [-20.0, -1.0, -0.999, 0.25, above, 0.2501, 0.2502, 20.0]).tolist() == [7, 7, 3, 3, 5, 5, 9, 9]


def test_cells_give_what_a_search_gives() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    for atoms in (1, 2, 50, 10_000):
        steps = Steps(np.sort(rng.normal(size=atoms - 1)), np.arange(atoms, dtype=np.int64))
        scores = rng.normal(size=20_000)
        assert np.array_equal(_read(steps, scores.tolist()), np.searchsorted(steps.cuts, scores))


def test_atoms_beyond_every_score_are_never_read() -> None:
    steps = Steps(np.array([-np.inf, 0.0, np.inf]), np.array([0, 1, 2, 3], dtype=np.int32))
    assert _read(steps, [-30.0, 30.0]).tolist() == [1, 2]
    assert len(steps.region(np.array([False, False, False, True]))) == 0


def test_the_region_of_atoms_is_where_they_are_read() -> None:
    steps = Steps(np.array([-1.0, 0.0, 0.5]), np.array([4, 2, 6, 1], dtype=np.int32))
    region = steps.region(np.array([True, True, False, True]))
    assert region.tolist() == [[-np.inf, 0.0], [np.nextafter(0.5, 1.0), np.inf]]
    ends = [0.0, region[1, 0]]
    assert _read(steps, ends).tolist() == [2, 1]
    assert steps.region(np.zeros(4, dtype=bool)).shape == (0, 2)


def test_a_curve_is_read_on_straight_lines_and_cut_off() -> None:
    curve = Curve(NODES / 4)
    assert np.allclose(_read(curve, [0.001, 2.0, 3.9999, 5.0, 100.0, -1.0]), [0.00025, 0.5, 0.999975, 1.0, 1.0, 0.0])


@pytest.mark.parametrize(("low", "high"), [(0.25, 0.5), (0.0, 0.5), (0.3, 1.0), (-1.0, 2.0), (0.4, 0.4)])
def test_the_region_of_a_curve_is_where_its_numbers_lie(low: float, high: float) -> None:
    region = Curve(NODES / 4).region(low, high)
    begin = -np.inf if low <= 0 else 4 * low
    end = np.inf if high >= 1 else 4 * high
    np.testing.assert_allclose(region, [[begin, end]], atol=1e-12)


def test_numbers_that_a_curve_never_gives_have_no_region() -> None:
    low = Curve(np.linspace(0.2, 0.6, CELLS + 1))
    for ends in ((0.7, 0.9), (0.05, 0.1), (1.5, 2.0), (-2.0, -1.0)):
        assert low.region(*ends).shape == (0, 2)


def test_an_atom_at_the_end_of_a_curve_keeps_its_mass() -> None:
    flat = Curve(np.maximum(NODES, 0.0) / 8)
    assert flat.region(-1.0, 0.0).tolist() == [[-np.inf, 0.0]]
    assert _read(flat, [-3.0, -0.001]).tolist() == [0.0, 0.0]
