"""In which order columns are drawn. Reads the columns; learns nothing else."""

from __future__ import annotations

from typing import Literal

import numpy as np

from headwater.generators.columns import Codec

Order = Literal["data", "spec"]


def draw_order(codecs: list[Codec], numbers: list[np.ndarray], order: Order) -> list[int]:
    """Positions in ``codecs`` in the order of the draws.

    ``spec`` keeps the order of the table. ``data`` takes categories first, those of low entropy before others, then
    numbers in the order of the table: rare categories are then drawn from large leaves, and keep their share.

    Args:
        codecs: of the learned columns with any value.
        numbers: their numbers, each of shape ``(rows,)``.
        order: which of the two.
    """
    places = list(range(len(codecs)))
    if order == "spec":
        return places
    entropies = {place: entropy(numbers[place]) for place in places if codecs[place].form == "codes"}
    return sorted(places, key=lambda place: (place not in entropies, entropies.get(place, 0.0), place))


def entropy(codes: np.ndarray) -> float:
    """Shannon entropy of a column of codes, in nats, rounded so that ties are ties everywhere."""
    _, counts = np.unique(codes, return_counts=True)
    shares = counts / counts.sum()
    return round(float(-(shares * np.log(shares)).sum()), 9)
