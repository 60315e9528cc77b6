"""The shares of categories that a trained network draws, moved to the real ones. Trains nothing.

A GAN's shares swing from epoch to epoch, the more the fewer epochs there were. Here the bias of each output category is
shifted until the mean probability of every category, over draws of the network's noise, is its real share: the
intercept's maximum-likelihood condition in multinomial regression, reached by b += log(real / drawn), the step of
iterative scaling (Darroch and Ratcliff 1972). How the categories depend on the noise, and by it on other columns, is
left as it was learned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

DRAWS = 10_000
_STEPS = 60
_NEAR = 1e-3


@dataclass(frozen=True)
class Span:
    """The outputs of a network that are the logits of one categorical variable.

    Attributes:
        start, stop: its columns in the network's output.
        shares: float64, shape ``(stop - start,)``: of the real rows, each above 0, summing to 1.
        is_column: a column of the table; False: which component of a mixture a number belongs to.
    """

    start: int
    stop: int
    shares: np.ndarray
    is_column: bool


def spans(transformer: Any, plain: Any) -> list[Span]:
    """The categorical outputs behind ctgan's fitted ``DataTransformer``; ``plain`` is the frame it was fitted on."""
    found, start = [], 0
    for info in transformer._column_transform_info_list:
        stop = start + info.output_dimensions
        if info.column_type == "discrete":
            shares = plain[info.column_name].value_counts(normalize=True)[info.transform.dummies].to_numpy()
            found.append(Span(start, stop, shares, True))
        else:
            weights = info.transform._bgm_transformer.weights_[info.transform.valid_component_indicator]
            found.append(Span(start + 1, stop, weights / weights.sum(), False))
        start = stop
    return found


def shift(logits: np.ndarray, shares: np.ndarray) -> np.ndarray:
    """What to add to ``logits`` so that the mean of their softmax is ``shares``.

    Args:
        logits: shape ``(draws, categories)``.
        shares: shape ``(categories,)``, each above 0.

    Returns:
        float64, shape ``(categories,)``.
    """
    found = np.zeros(len(shares))
    for _ in range(_STEPS):
        moved = logits + found
        odds = np.exp(moved - moved.max(axis=1, keepdims=True))
        drawn = (odds / odds.sum(axis=1, keepdims=True)).mean(axis=0)
        if np.abs(drawn - shares).max() < _NEAR * shares.max():
            break
        # A category that was never drawn would jump to infinity: a step is at most a factor of e^3.
        found += np.clip(np.log(shares / np.maximum(drawn, 1e-300)), -3.0, 3.0)
    return found


def move_shares(last_layer: Any, logits: np.ndarray, targets: list[Span]) -> None:
    """Shift the biases of the network's last layer (a ``torch.nn.Linear``) to the real shares.

    Args:
        last_layer: whose output ``logits`` are.
        logits: shape ``(draws, width)``.
        targets: what each span's shares are to be.
    """
    import torch

    with torch.no_grad():
        for span in targets:
            moved = shift(logits[:, span.start : span.stop].astype(np.float64), span.shares)
            last_layer.bias[span.start : span.stop] += torch.from_numpy(moved).to(last_layer.bias.dtype)


@dataclass(frozen=True)
class DrawnCategories:
    """A forward hook of TVAE's decoder: its categories are drawn by their probabilities.

    The model is that a category is drawn from the softmax of the outputs (Xu et al. 2019, section 4.4); ctgan takes the
    most probable one each time, after a tanh that makes large ones equal, so that rare categories die out. Kept in the
    model file as part of the decoder.

    Attributes:
        places: start and stop of each categorical variable in the output.
    """

    places: tuple[tuple[int, int], ...]

    def __call__(self, _module: Any, _inputs: Any, output: Any) -> Any:
        """The decoder's output with the logits of each categorical variable replaced by 0 and 1."""
        import torch

        logits, sigmas = output
        drawn = logits.clone()
        for start, stop in self.places:
            gumbel = -torch.log(torch.empty_like(logits[:, start:stop]).exponential_())
            winner = (logits[:, start:stop] + gumbel).argmax(dim=1)
            drawn[:, start:stop] = torch.nn.functional.one_hot(winner, stop - start).to(logits.dtype)
        return drawn, sigmas
