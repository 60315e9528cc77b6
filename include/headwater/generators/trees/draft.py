"""Rows in the making: one chunk of rows, filled column by column in the order of the draws.

Belongs here: what a column's model reads of the columns before it. The real rows of a fit are a draft too, so that
fitting and sampling see the same features. Drawing itself is not here.
"""

from __future__ import annotations

import numpy as np


class Draft:
    """A chunk of rows.

    Attributes:
        features: float32, shape ``(rows, slots + 1)``, C order: what trees split on; NaN where a number is missing. The
            last is chance: it chooses among the trees of a column.
        numbers: slot to its numbers (see ``generators.columns``), shape ``(rows,)``.
        missing: slot to a bool mask, absent where nothing is missing. Codes carry their own -1 instead.
        scores: slot to normal scores, float64 (continuous columns only); 0 where missing.
        levels: slot to number of categories; filled by a fit only.
    """

    def __init__(self, rows: int, slots: int) -> None:
        self.rows = rows
        self.features = np.zeros((rows, slots + 1), dtype=np.float32)
        self.numbers: dict[int, np.ndarray] = {}
        self.missing: dict[int, np.ndarray] = {}
        self.scores: dict[int, np.ndarray] = {}
        self.levels: dict[int, int] = {}

    @property
    def chance(self) -> int:
        """The slot of chance."""
        return self.features.shape[1] - 1

    def draw_chance(self, rng: np.random.Generator) -> None:
        """Fill the slot of chance: uniform in [0, 1)."""
        self.features[:, -1] = rng.random(self.rows, dtype=np.float32)

    @property
    def filled(self) -> int:
        """Number of slots that are filled: slots ``0 .. filled - 1``."""
        return len(self.numbers)

    def put_codes(self, slot: int, codes: np.ndarray) -> None:
        """Fill a column of categories."""
        self.numbers[slot] = codes
        self.features[:, slot] = codes

    def put_numbers(self, slot: int, numbers: np.ndarray, feature: np.ndarray, missing: np.ndarray | None) -> None:
        """Fill a column of numbers; ``feature`` is what trees split on."""
        self.numbers[slot] = numbers
        self.features[:, slot] = feature
        if missing is not None:
            self.missing[slot] = missing
            self.features[missing, slot] = np.nan

    def put_scores(self, slot: int, scores: np.ndarray) -> None:
        """Remember the normal scores of a continuous column, missing ones as 0 (the median)."""
        absent = self.missing.get(slot)
        self.scores[slot] = scores if absent is None else np.where(absent, 0.0, scores)

    def take(self, rows: np.ndarray) -> Draft:
        """The given rows (indices or a bool mask) as a draft of their own."""
        part = Draft(0, self.chance)
        part.features = np.ascontiguousarray(self.features[rows])
        part.rows = len(part.features)
        part.numbers = {slot: values[rows] for slot, values in self.numbers.items()}
        part.missing = {slot: values[rows] for slot, values in self.missing.items()}
        part.scores = {slot: values[rows] for slot, values in self.scores.items()}
        part.levels = self.levels
        return part
