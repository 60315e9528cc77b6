"""All measures of one batch of synthetic rows against one split. What the real side needs is computed once a split.

Belongs here: which rows each measure gets. Does not: any measure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from benchmarks.fidelity import copies, nearness, neighbourhood, two_samples, usefulness
from benchmarks.fidelity.shapes import shapes
from benchmarks.fidelity.space import Points, StandardSpace, nearest
from benchmarks.fidelity.splits import Split
from benchmarks.fidelity.tables import Target
from benchmarks.fidelity.usefulness import Task
from headwater.checks.encoding import Encoder
from headwater.checks.neighbours import covered
from headwater.tables.schema import TableSchema

Measures = dict[str, float | None]
JUDGED_ROWS = 20_000
"""At most so many synthetic rows are judged, in disjoint parts of the holdout's size where sizes must be equal: with a
few thousand rows the noise of the draw is as large as what tells good generators apart."""


@dataclass(frozen=True, eq=False)
class RealSide:
    """Training and held-out rows of a split in every form the measures ask for; computed on first use.

    Attributes:
        split: the rows.
        schema: of the rows.
        target: what to predict, or None.
        seed: of the split, the folds and the models.
    """

    split: Split
    schema: TableSchema
    target: Target | None
    seed: int
    _real_aucs: dict[int, float | None] = field(default_factory=dict)

    @cached_property
    def encoder(self) -> Encoder:
        """The product's features and its space of ranks."""
        return Encoder.fit(self.split.train, self.schema)

    @cached_property
    def space(self) -> StandardSpace:
        """The field's usual space."""
        return StandardSpace.fit(self.split.train, self.schema)

    @cached_property
    def standard(self) -> Neighbours:
        """Neighbours among standardised numbers."""
        return Neighbours(self.space.points, self.split)

    @cached_property
    def ranked(self) -> Neighbours:
        """Neighbours among ranks."""
        return Neighbours(self.encoder.distances, self.split)

    def task(self, rows: pd.DataFrame) -> Task:
        """The prediction task on ``rows``. Only where there is a target."""
        assert self.target is not None
        kept = TableSchema(columns=tuple(column for column in self.schema.learned if column.name != self.target.column))
        place = self.encoder.names.index(self.target.column)
        features = np.delete(self.encoder.features(rows), place, axis=1)
        points = StandardSpace.fit(self.split.train, kept).points(rows)
        return Task(points, features, self.target.holds(rows, self.schema))

    def real_auc(self, n: int) -> float | None:
        """Mean AUC of models trained on the first ``n`` training rows (TRTR)."""
        if n not in self._real_aucs:
            self._real_aucs[n] = self.auc(self.split.train, n)
        return self._real_aucs[n]

    def auc(self, rows: pd.DataFrame, n: int) -> float | None:
        """Mean AUC on the holdout of models trained on the first ``n`` of ``rows``; None without a target."""
        if self.target is None:
            return None
        categorical = np.delete(self.encoder.categorical, self.encoder.names.index(self.target.column))
        train, test = self.task(rows).head(n), self.task(self.split.holdout)
        return usefulness.mean_auc(usefulness.family_aucs(train, test, categorical, self.seed))


class Neighbours:
    """A split as points of one space, the training rows cut into disjoint parts of the holdout's size."""

    def __init__(self, points_of: Callable[[pd.DataFrame], Points], split: Split) -> None:
        self.points_of = points_of
        self.holdout = points_of(split.holdout)
        train = points_of(split.train)
        size = min(len(self.holdout), len(train))
        count = len(train) // size
        self.parts = [train[size * part : size * (part + 1)] for part in range(count)]
        self.rest = train[size * count :]

    def to_parts(self, points: Points) -> list[NDArray[np.float64]]:
        """Distance of each point to the nearest of each part."""
        return [nearest(points, part) for part in self.parts]

    def to_train(self, points: Points, to_parts: list[NDArray[np.float64]]) -> NDArray[np.float64]:
        """Distance of each point to the nearest of all training rows."""
        every = [*to_parts, nearest(points, self.rest)] if len(self.rest) else to_parts
        found: NDArray[np.float64] = np.min(every, axis=0)
        return found

    @cached_property
    def near_limit(self) -> float:
        """See :func:`benchmarks.fidelity.nearness.near_limit`."""
        return nearness.near_limit(self.holdout_to_train)

    @cached_property
    def holdout_to_train(self) -> NDArray[np.float64]:
        """Distance of each held-out row to its nearest training row."""
        return self.to_train(self.holdout, self.to_parts(self.holdout))


def evaluate(synthetic: pd.DataFrame, real: RealSide) -> Measures:
    """Every measure of ``synthetic``, by name. See the modules for what they mean."""
    n = min(len(synthetic), len(real.split.train))
    tstr = real.auc(synthetic, n)
    return {
        **shapes(real.split.train, synthetic, real.schema),
        **_against_holdout(synthetic, real),
        "tstr_auc": tstr,
        "trtr_auc": real.real_auc(n),
        **_memory(synthetic, real),
        **_copies(synthetic, real),
    }


def _against_holdout(synthetic: pd.DataFrame, real: RealSide) -> Measures:
    """Measures at equal numbers of rows, averaged over disjoint parts of the synthetic rows."""
    n = min(len(real.split.holdout), len(synthetic))
    parts = max(1, min(len(synthetic), JUDGED_ROWS) // n)
    found = [_one_part(synthetic.iloc[n * part : n * (part + 1)], real, part) for part in range(parts)]
    means = {name: float(np.mean([one[name] for one in found])) for name in found[0]}
    scores = {f"c2st_{how}_score": two_samples.score(means[f"c2st_{how}_auc"]) for how in ("gb", "lr")}
    return {**means, **scores}


def _one_part(synthetic: pd.DataFrame, real: RealSide, part: int) -> dict[str, float]:
    encoder, n, seed = real.encoder, len(synthetic), real.seed + 1_000 * part
    holdout = real.split.holdout.iloc[:n]
    ranks = real.ranked.holdout[:n], encoder.distances(synthetic)
    points = real.standard.holdout[:n], real.space.points(synthetic)
    features = encoder.features(holdout), encoder.features(synthetic)
    return {
        "coverage": float(covered(*ranks).mean()),
        "density": neighbourhood.density(*ranks),
        "coverage_standard": float(covered(*points).mean()),
        "alpha_precision_naive": neighbourhood.alpha_precision_naive(*points),
        "beta_recall_naive": neighbourhood.beta_recall_naive(*points),
        "c2st_gb_auc": two_samples.boosted_auc(*features, encoder.categorical, seed),
        "c2st_lr_auc": two_samples.linear_auc(*points, seed),
    }


def _memory(synthetic: pd.DataFrame, real: RealSide) -> Measures:
    """Nearness in both spaces, near copies, and the attack on membership."""
    standard, ranked = real.standard, real.ranked
    points = standard.points_of(synthetic)
    judged = points[:JUDGED_ROWS]
    to_parts = standard.to_parts(judged)
    ranks = ranked.points_of(synthetic.iloc[:JUDGED_ROWS])
    return {
        "nearness_share": nearness.nearness_share(to_parts, nearest(judged, standard.holdout)),
        "nearness_share_ranks": nearness.nearness_share(ranked.to_parts(ranks), nearest(ranks, ranked.holdout)),
        "near_copies": nearness.near_copies(standard.to_train(judged, to_parts), standard.near_limit),
        "real_near_copies": nearness.near_copies(standard.holdout_to_train, standard.near_limit),
        "mia_auc": nearness.membership_auc(nearest(standard.parts[0], points), nearest(standard.holdout, points)),
    }


def _copies(synthetic: pd.DataFrame, real: RealSide) -> Measures:
    frames = [synthetic, real.split.holdout, real.split.train]
    made, held_out, train = copies.row_numbers(frames, real.schema)
    return {
        "exact_copies": copies.copied_share(made, train),
        "real_exact_copies": copies.copied_share(held_out, train),
    }
