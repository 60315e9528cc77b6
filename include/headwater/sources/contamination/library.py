"""The released rows: all of them, batch by batch, and a part of them that is kept in memory.

Belongs here: passing over released rows once for each question. Does not: questions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from headwater.sources.contamination.cells import Cells
from headwater.sources.contamination.membership import Hashes, Sieve, places

SAMPLE_ROWS = 600_000
"""Released rows that are kept in memory; of more, every so manieth by its hash, the same ones in every batch."""
Projection = Callable[[Cells], Hashes]


@dataclass(frozen=True)
class Released:
    """A batch that readers could see: its id, rows, columns of fingerprints, and how to get these.

    ``schema`` is that of :func:`headwater.sources.contamination.fingerprints.fingerprint_schema`.
    """

    batch_id: str
    rows: int
    schema: pa.Schema
    load: Callable[[], pa.Table]


class Library:
    """Released rows by the columns ``names``."""

    def __init__(self, released: Sequence[Released], names: Sequence[str]) -> None:
        self._released = released
        self._names = tuple(names)
        self._stride = max(1, -(-sum(each.rows for each in released) // SAMPLE_ROWS))
        self._sample: Cells | None = None
        self._sample_owner: NDArray[np.int32] = np.zeros(0, dtype=np.int32)

    @property
    def sample(self) -> Cells:
        """The rows in memory: all of them, where they are not too many. After the first :meth:`search` only."""
        if self._sample is None:
            raise RuntimeError("the library has not been read yet; search for something first")
        return self._sample

    def search(self, needles: Hashes, project: Projection) -> NDArray[np.int32]:
        """The first batch that holds each needle: its position, int32 ``(n,)``; -1 where none does. Exact.

        Args:
            needles: hashes of rows.
            project: the hash of released rows that needles are compared with.
        """
        sieve = Sieve(needles)
        hashes, owners = [np.zeros(0, dtype=np.uint64)], [np.zeros(0, dtype=np.int32)]
        for owner, cells in self._parts():
            found = project(cells)
            likely = sieve.may_hold(found)
            hashes.append(found[likely])
            owners.append(owner[likely])
        held, first = np.unique(np.concatenate(hashes), return_index=True)
        likely = Sieve(held).may_hold(needles)
        answer = np.full(len(needles), -1, dtype=np.int32)
        answer[likely] = np.append(np.concatenate(owners)[first], np.int32(-1))[places(needles[likely], held)]
        return answer

    def _parts(self) -> Iterator[tuple[NDArray[np.int32], Cells]]:
        if self._sample is not None and self._stride == 1:
            yield self._sample_owner, self._sample
            return
        kept: list[tuple[NDArray[np.int32], Cells]] = []
        for index, each in enumerate(self._released):
            cells = Cells.of(each.load(), self._names)
            owner = np.full(len(cells), index, dtype=np.int32)
            if self._sample is None:
                picked = cells.whole % np.uint64(self._stride) == 0
                kept.append((owner[picked], cells.take(picked)))
            yield owner, cells
        if self._sample is None:
            self._sample_owner = np.concatenate([owner for owner, _ in kept])
            self._sample = Cells.joined([cells for _, cells in kept])
