"""The shares of categories after training, moved to the real ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from generator_tables import categorical, mixed, numerical, table
from members import MEMBERS

from headwater.generators.neural.shares import DrawnCategories, shift
from headwater.generators.registry import create


def softmax(logits: np.ndarray) -> np.ndarray:
    odds = np.exp(logits)
    return odds / odds.sum(axis=1, keepdims=True)


def test_constant_logits_are_moved_by_the_log_of_the_ratio() -> None:
    # Drawn .5 and .5, real .8 and .2: the log odds must become log 4, that is rise by 1.386.
    found = shift(np.zeros((10, 2)), np.array([0.8, 0.2]))
    assert found[0] - found[1] == pytest.approx(np.log(4.0), abs=0.01)


@pytest.mark.parametrize("spread", [0.5, 3.0, 12.0])
def test_the_mean_probability_becomes_the_real_share(spread: float) -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    logits = rng.normal(0.0, spread, (5_000, 4)) + np.array([2.0, 0.0, -1.0, -4.0])
    shares = np.array([0.1, 0.3, 0.595, 0.005])
    assert np.abs(softmax(logits + shift(logits, shares)).mean(axis=0) - shares).max() < 0.002


def test_a_category_that_was_never_drawn_comes_back() -> None:
    logits = np.tile([0.0, -2_000.0], (100, 1))
    drawn = softmax(logits + shift(logits, np.array([0.9, 0.1]))).mean(axis=0)
    # A step is at most 3, so a category this far gone is moved, but not over 60 steps' reach.
    assert np.isfinite(drawn).all()
    near = np.tile([0.0, -60.0], (100, 1))
    assert softmax(near + shift(near, np.array([0.9, 0.1]))).mean(axis=0)[1] == pytest.approx(0.1, abs=0.01)


def test_categories_are_drawn_by_their_probabilities() -> None:
    import torch

    torch.manual_seed(1)
    logits = torch.log(torch.tensor([[0.7, 0.2, 0.1, 5.0]])).repeat(20_000, 1)
    drawn, sigmas = DrawnCategories(((0, 3),))(None, None, (logits, "sigmas"))
    assert sigmas == "sigmas"
    assert torch.equal(drawn[:, 3], logits[:, 3])
    assert torch.equal(drawn[:, :3].sum(dim=1), torch.ones(20_000))
    # Four standard errors of a share of .7 in 20,000 draws are .013.
    assert np.abs(drawn[:, :3].mean(dim=0).numpy() - [0.7, 0.2, 0.1]).max() < 0.013


@pytest.mark.parametrize("kind", ["ctgan", "tvae", "copula_gan"])
def test_one_epoch_is_enough_for_the_shares_of_a_skewed_column(kind: str) -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    weights = [0.9, 0.06, 0.03, 0.01]
    values = {"g": rng.choice(np.array(list("abcd"), dtype=object), 3_000, p=weights), "x": rng.random(3_000)}
    frame, schema = table([categorical("g", tuple("abcde")), numerical("x")], values)
    worst = {}
    for match in (True, False):
        settings: dict[str, Any] = MEMBERS[kind] | {"epochs": 1, "match_shares": match}
        made = create(kind, settings).fit(frame, schema, 1).sample(10_000, 2)["g"].value_counts(normalize=True)
        worst[match] = float((made - frame["g"].value_counts(normalize=True)).abs().max())
    assert worst[True] < 0.015
    # What SDV draws by itself, so that the test shows what the setting is for.
    assert worst[False] > 2 * worst[True]


def test_without_matching_the_network_is_sdvs_own() -> None:
    frame, schema = mixed(80)
    member: Any = create("tvae", MEMBERS["tvae"] | {"match_shares": False}).fit(frame, schema, 1)
    assert not member._synthesizer._model.decoder._forward_hooks
    matched: Any = create("tvae", MEMBERS["tvae"]).fit(frame, schema, 1)
    assert matched._synthesizer._model.decoder._forward_hooks


def test_a_column_of_numbers_alone_is_learned_too() -> None:
    rng = np.random.Generator(np.random.PCG64(2))
    frame, schema = table([numerical("x"), numerical("y")], {"x": rng.random(200), "y": rng.random(200)})
    for kind in ("ctgan", "tvae", "copula_gan"):
        made = create(kind, MEMBERS[kind]).fit(frame, schema, 1).sample(100, 2)
        assert made.notna().all(axis=None)
        assert made["x"].nunique() > 50
