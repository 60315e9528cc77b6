"""Does each column follow from all the others as it does in real rows? Sees broken and sharpened relations.

Statistic: the mean log probability of each column's bin under a tree grown on the anchor from all other columns, and
the sum over the columns (a pseudo-likelihood: Besag 1975). Lower where relations are lost, higher where rows are more
typical than real ones.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from headwater.checks.statistic import Measured, Statistic
from headwater.checks.telling import Bound, Told

if TYPE_CHECKING:
    from headwater.checks.prepared import Prepared
    from headwater.checks.sample import Sample

NAME = "dependence"
COLUMNS = Statistic(
    "dependence.columns", "both", "Every column follows from the others as it does in real rows.", is_centred=True
)
TOTAL = Statistic(
    "dependence.total", "both", "Rows are neither stranger nor more typical than real ones.", is_centred=True
)
STATISTICS = (COLUMNS, TOTAL)


def measure(sample: Sample) -> Measured:
    """Gaps of the mean log probability, ``(d,)`` and their sum ``(1,)``, in nats a row."""
    gap = sample.tally.fit / sample.tally.n - sample.rest.fit / sample.rest.n
    return {COLUMNS.name: gap, TOTAL.name: gap.sum(keepdims=True)}


def grains(prepared: Prepared) -> Measured:
    """How much one row can move each component."""
    reach = [float(np.ptp(tree.log_chance)) for tree in prepared.yardstick.trees]
    return {COLUMNS.name: np.array(reach) / prepared.n, TOTAL.name: np.array([1 / prepared.n])}


def tell(name: str, sample: Sample, place: int, bound: Bound) -> Told:
    """The column whose relation to the others changed most."""
    way = "less closely" if bound.value < bound.mean else "more closely"
    gap = abs(bound.value - bound.mean)
    if name == TOTAL.name:
        kind = "stranger" if bound.value < bound.mean else "more typical"
        return Told(f"Rows are {kind} than real ones, by {gap:.3g} nats a row.")
    column = sample.prepared.yardstick.coder.names[place]
    found = (sample.tally.fit / sample.tally.n - sample.rest.fit / sample.rest.n).tolist()
    words = f"{column} follows {way} from the other columns than in real rows, by {gap:.3g} nats a row."
    return Told(words, detail={"columns": sample.prepared.yardstick.coder.names, "gaps": found})
