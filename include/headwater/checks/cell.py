"""Joint cells: is every region of the real rows populated as it should be? Sees dropped modes.

Statistics: chi-square over k-means cells (Lloyd 1982) at three sizes, and over the leaves of trees that tell each
column from the others; the largest deficit of a single cell or leaf; the largest deficit of a ball of the scan (see
``scan.py``); and the real mass in cells that keep at least a given part of their share.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from headwater.checks.statistic import Measured, Statistic, deficits
from headwater.checks.telling import Bound, Told

if TYPE_CHECKING:
    from headwater.checks.prepared import Prepared
    from headwater.checks.sample import Sample

NAME = "cell"
CELLS = Statistic(
    "cell.kmeans", "upper", "Every region of the real rows holds as many rows as it should.", is_centred=True
)
LEAVES = Statistic(
    "cell.leaves", "upper", "Every combination that tells a column is as common as in real rows.", is_centred=True
)
DEFICIT = Statistic(
    "cell.deficit", "upper", "No cell of the real rows is emptier than chance leaves it.", is_centred=True
)
SCAN = Statistic(
    "cell.scan", "upper", "No neighbourhood of real rows is emptier than chance leaves it.", is_centred=True
)
MASS = Statistic("cell.mass", "lower", "Nearly all real rows lie in cells that the batch fills.", is_centred=True)
STATISTICS = (CELLS, LEAVES, DEFICIT, SCAN, MASS)
_SIZES = ("small", "middle-sized", "large")


def measure(sample: Sample) -> Measured:
    """Chi-squares ``(sizes,)`` and ``(d,)``, largest deficits in standard deviations, the mass kept (a share)."""
    counter = sample.prepared.counter
    n, share = sample.tally.n, sample.tally.n / sample.rest.n
    expected = np.concatenate([sample.rest.cells, sample.rest.leaves]) * share
    found = np.concatenate([sample.tally.cells, sample.tally.leaves])
    distance = (found - expected) ** 2 / (expected + 1.0)
    cells = len(sample.tally.cells)
    kept = is_kept(sample)
    scan = sample.prepared.scan.deficits(sample.tally.balls, sample.rest.balls, share)
    return {
        CELLS.name: np.add.reduceat(distance[:cells], counter.cell_starts[:-1]),
        LEAVES.name: np.add.reduceat(distance[cells:], counter.leaf_starts[:-1]),
        DEFICIT.name: deficits(found, expected, share).max(keepdims=True),
        SCAN.name: scan,
        MASS.name: np.array([expected[: len(kept)][kept].sum() / n]),
    }


def grains(prepared: Prepared) -> Measured:
    """How much one row can move each component."""
    smallest = prepared.yardstick.kmeans[0].n_clusters
    return {CELLS.name: np.array([2.0]), LEAVES.name: np.array([2.0]), MASS.name: np.array([0.5 / smallest])}


def tell(name: str, sample: Sample, place: int, bound: Bound) -> Told:
    """How many cells are thinned out, and the emptiest one."""
    share, kept = sample.tally.n / sample.rest.n, is_kept(sample)
    expected, found = sample.rest.cells * share, sample.tally.cells
    if name == LEAVES.name:
        column = sample.prepared.yardstick.coder.names[place]
        words = f"Groups of rows that tell {column} deviate most: chi-square {_beside(bound)}."
    elif name == CELLS.name:
        words = f"The {_SIZES[place]} cells deviate most: chi-square {_beside(bound)}."
    elif name == MASS.name:
        words = (
            f"{bound.value:.1%} of the real rows lie in cells that the batch fills; {int((~kept).sum())} of "
            f"{len(kept)} cells are thinned out."
        )
    elif name == SCAN.name:
        words = _emptiest_ball(sample, place)
    else:
        everything = (
            np.concatenate([found, sample.tally.leaves]),
            np.concatenate([expected, sample.rest.leaves * share]),
        )
        worst = int(deficits(*everything, share).argmax())
        words = (
            f"The emptiest cell should hold {everything[1][worst]:,.0f} of {sample.tally.n:,.0f} rows and holds "
            f"{everything[0][worst]:,.0f}."
        )
    order = np.argsort(-expected[: len(kept)], kind="stable")
    real, made = (side[: len(kept)][order] / sample.tally.n for side in (expected, found))
    detail = {"real": real.tolist(), "synthetic": made.tolist(), "kept": kept[order].tolist()}
    return Told(words, interval=_within_one(bound) if name == MASS.name else None, detail=detail)


def _within_one(bound: Bound) -> tuple[float, float]:
    """95 % interval of a share."""
    return max(bound.value - 1.96 * bound.sd, 0.0), min(bound.value + 1.96 * bound.sd, 1.0)


def is_kept(sample: Sample) -> NDArray[np.bool_]:
    """Which of the small cells keep their part of the real share."""
    small = slice(0, sample.prepared.counter.cell_starts[1])
    expected = sample.rest.cells[small] * sample.tally.n / sample.rest.n
    kept: NDArray[np.bool_] = (
        sample.tally.cells[small] >= sample.prepared.reference.contract.cell_keep_min * expected - 1e-9
    )
    return kept


def _emptiest_ball(sample: Sample, size: int) -> str:
    share = sample.tally.n / sample.rest.n
    balls = np.arange(sample.prepared.scan.total).reshape(sample.prepared.scan.reach.shape)[size]
    found, expected = sample.tally.balls[balls], sample.rest.balls[balls] * share
    worst = int(deficits(found, expected, share).argmax())
    return (
        f"The emptiest neighbourhood, around one real row, should hold {expected[worst]:,.0f} of "
        f"{sample.tally.n:,.0f} rows and holds {found[worst]:,.0f}."
    )


def _beside(bound: Bound) -> str:
    return f"{bound.value:,.0f}, {bound.whose} {bound.mean:,.0f}"
