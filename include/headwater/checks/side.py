"""One side of a comparison: what the rows of a generator show on given anchor rows, and the stored form of it.

Belongs here: the record. Does not: measuring (``contributions.py``, ``tally.py``), comparing (``paired.py``,
``lost.py``).
"""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import dataclass, fields
from typing import Any, Self

import numpy as np

from headwater.checks.paired import Figure
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.tally import Margins

FORMAT = 1


@dataclass(frozen=True, eq=False)
class Side:
    """What one generator brings to a comparison.

    Attributes:
        figures: contributions of anchor rows.
        margins: counts of all rows that it made.
    """

    figures: tuple[Figure, ...]
    margins: Margins

    def to_bytes(self) -> bytes:
        """An ``.npz`` archive without pickles, its head as JSON. No value of a row is in it."""
        head = {
            "format": FORMAT,
            "figures": [[each.name, each.words, each.is_lower_better, each.floor] for each in self.figures],
        }
        arrays: dict[str, Any] = {each.name: np.asarray(getattr(self.margins, each.name)) for each in fields(Margins)}
        for place, each in enumerate(self.figures):
            arrays |= {f"rows_{place}": each.rows, f"values_{place}": each.values}
        held = io.BytesIO()
        np.savez_compressed(held, head=np.frombuffer(json.dumps(head).encode(), dtype=np.uint8), **arrays)
        return held.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """Read the stored form.

        Raises:
            CannotJudgeError: it is another form, or broken.
        """
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as held:
                arrays = {name: held[name] for name in held.files}
            head = json.loads(arrays["head"].tobytes())
        except (ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
            raise CannotJudgeError(f"the file of a comparison's side is broken: {type(error).__name__}") from error
        if head["format"] != FORMAT:
            raise CannotJudgeError(f"a side of format {head['format']} cannot be read")
        figures = tuple(
            Figure(name, words, arrays[f"rows_{place}"], arrays[f"values_{place}"], is_lower_better, floor)
            for place, (name, words, is_lower_better, floor) in enumerate(head["figures"])
        )
        margins = {each.name: arrays[each.name] for each in fields(Margins)}
        return cls(figures, Margins(**margins | {"n": float(margins["n"])}))
