"""Rows as the few-valued features on which real and made rows are told apart. The telling apart is in ``boosting``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from headwater.generators.errors import ModelFileError
from headwater.generators.table_codec import Cells, TableCodec

LEVELS_MAX = 64
_MISSING = -1.0


@dataclass(frozen=True)
class Lens:
    """Where each learned column is cut.

    Attributes:
        codec: of the table.
        cuts: column name to rising float64 cut points; columns without variety are left out.
    """

    codec: TableCodec
    cuts: Mapping[str, np.ndarray]

    def features(self, cells: Mapping[str, Cells]) -> np.ndarray:
        """Float32 of shape ``(rows, columns)``: the number of cuts at or below each value, -1 where it is missing."""
        if not self.cuts:
            raise ValueError("there is no column with variety to look at")
        found = [
            np.where(cells[name].missing, _MISSING, np.searchsorted(cuts, cells[name].numbers, side="right"))
            for name, cuts in self.cuts.items()
        ]
        return np.stack(found, axis=1).astype(np.float32)

    def of_rows(self, rows: pd.DataFrame) -> np.ndarray:
        """:meth:`features` of conforming rows."""
        return self.features(self.codec.encode(rows))

    def to_arrays(self) -> dict[str, np.ndarray]:
        """The cuts for a model file, named by position."""
        return {f"cuts.{self.codec.codecs[name].position}": cuts for name, cuts in self.cuts.items()}

    @classmethod
    def from_arrays(cls, codec: TableCodec, arrays: Mapping[str, np.ndarray]) -> Lens:
        """The lens of :meth:`to_arrays`. Raises: ModelFileError when cuts do not rise."""
        found = {
            name: arrays[f"cuts.{one.position}"]
            for name, one in codec.codecs.items()
            if f"cuts.{one.position}" in arrays
        }
        if any(cuts.ndim != 1 or not (cuts[1:] > cuts[:-1]).all() for cuts in found.values()):
            raise ModelFileError("the cuts of the model file do not rise; retrain the dataset")
        return cls(codec, found)


def learn_lens(codec: TableCodec, rows: pd.DataFrame) -> Lens:
    """A lens cut at the values of ``rows``, or at 64 quantiles of them where there are more."""
    cuts = {}
    for name, cells in codec.encode(rows).items():
        known = cells.numbers[~cells.missing]
        places = np.unique(known)
        if len(places) > LEVELS_MAX:
            ranks = np.linspace(0, len(known) - 1, LEVELS_MAX).astype(np.int64)
            places = np.unique(np.sort(known)[ranks])
        if len(places) > 1 or (len(places) == 1 and cells.missing.any()):
            cuts[name] = np.unique(places.astype(np.float64))
    return Lens(codec, cuts)
