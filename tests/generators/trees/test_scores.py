"""Normal scores and quantile functions, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from headwater.generators.trees.scores import atoms, mid_scores, quantiles, spread_scores

Z = 0.6744897501960817
"""The normal quantile of 3/4."""


def test_mid_scores_are_quantiles_of_mid_ranks() -> None:
    # Ranks 1, 2 and 3, 4 of 4 are ties: mid-ranks 1 and 3, so shares 1/4 and 3/4.
    assert mid_scores(np.array([7, 3, 7, 3])) == pytest.approx([Z, -Z, Z, -Z])
    assert mid_scores(np.array([5.0])) == pytest.approx([0.0])


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([1, 2, 3], [False] * 3),
        ([1, 1, 3], [True, True, False]),
        ([4] * 4 + list(range(10, 106)), [False] * 100),
        ([4] * 5 + list(range(10, 105)), [True] * 5 + [False] * 95),
    ],
)
def test_atoms_have_mass_of_their_own(values: list[int], expected: list[bool]) -> None:
    assert atoms(np.array(values)).tolist() == expected


def test_the_quantile_function_is_flat_over_an_atom() -> None:
    numbers = np.array([0.0] * 50 + [1.0 + step for step in range(50)])
    function = quantiles(numbers, numbers == 0)
    # Half of all rows are 0: every score below the median is 0, and what is above begins at 1.
    assert function.numbers(np.array([-8.0, -1.0, -0.001, 0.0])).tolist() == [0.0] * 4
    assert function.numbers(np.array([Z]))[0] == pytest.approx(25.5, abs=0.51)
    assert function.numbers(np.array([9.0]))[0] == 50.0
    assert (np.diff(function.score) >= 0).all()
    assert function.within(np.array([-9.0, 9.0])).tolist() == [function.score[0], function.score[-1]]


def test_scores_of_an_atom_spread_over_its_share_and_lead_back_to_it() -> None:
    numbers = np.array([0.0] * 50 + [1.0 + step for step in range(50)])
    rng = np.random.Generator(np.random.PCG64(3))
    scores = spread_scores(numbers, numbers == 0, rng)
    assert scores[:50].max() < 0 < scores[50:].min()
    assert len(set(scores[:50])) == 50
    back = quantiles(numbers, numbers == 0).numbers(scores)
    assert back == pytest.approx(numbers)
