"""A sample of rows under judgement: its codings, what is counted on it, and what it is held against.

Belongs here: each thing that several statistics need, made once, when it is first asked for. Does not: statistics.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from headwater.checks import models
from headwater.checks.control import Control
from headwater.checks.distances import own_distances
from headwater.checks.joint import two_sample_auc
from headwater.checks.neighbours import OWN_ROWS_MAX
from headwater.checks.prepared import Prepared
from headwater.checks.replay import Hits as PersonalHits
from headwater.checks.rows import Rows
from headwater.checks.seeds import state
from headwater.checks.statistic import Counted
from headwater.checks.tally import Margins, Tally, Whole


@dataclass(frozen=True, eq=False)
class Seen:
    """Rows, in random order, and what they show by themselves.

    Attributes:
        rows: ``n`` coded rows.
        prepared: what they are judged with.
        last_batch: identities of the rows of the batch before, or None.
        whole: the whole batch that the rows were drawn from; None where they are all there is.
        personal: what of the real rows' personal data the whole batch holds; None where that was not looked at.
        known_balls: how many of the first rows lie in each ball of the neighbours, where that is known.
        known_scan: how many of the rows lie in each ball of the scan, where that is known.
    """

    rows: Rows
    prepared: Prepared
    last_batch: NDArray[np.uint64] | None = None
    whole: Whole | None = None
    personal: tuple[PersonalHits, ...] | None = None
    known_balls: NDArray[np.int64] | None = None
    known_scan: NDArray[np.int64] | None = None

    @cached_property
    def tally(self) -> Tally:
        """Counts and sums over the rows, the scan's balls among them."""
        balls = self.prepared.scan.counts(self.rows.points) if self.known_scan is None else self.known_scan
        return self.prepared.counter.tally(self.rows, balls)

    @cached_property
    def balls(self) -> NDArray[np.int64]:
        """How many of as many rows as there are balls lie in each ball of the neighbours: ``(m,)``."""
        balls = self.prepared.balls
        return balls.counts(self.rows.points[: len(balls.points)]) if self.known_balls is None else self.known_balls

    @cached_property
    def own(self) -> NDArray[np.float32]:
        """Squared distance of the first rows to the nearest other one of them."""
        return own_distances(self.rows.points[:OWN_ROWS_MAX])

    @cached_property
    def auc(self) -> float:
        """How well a classifier tells the rows from the anchor's."""
        yardstick = self.prepared.yardstick
        real, seed = yardstick.anchor.features[: self.prepared.n], state(yardstick.seed, "joint")
        return two_sample_auc(real, self.rows.features, yardstick.encoder.categorical, seed)

    @cached_property
    def copies(self) -> Counted:
        """Copies of training rows among the rows."""
        return self.prepared.original.counts(self.rows)

    @cached_property
    def predictions(self) -> tuple[models.Predictions, ...]:
        """For each task what models trained on the rows say of the anchor."""
        yardstick = self.prepared.yardstick
        return tuple(
            models.predict(task, self.rows, yardstick, state(yardstick.seed, "models", task.target))
            for task in self.prepared.tasks
        )


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows and the honest rows they are held against.

    Attributes:
        seen: the rows.
        rest: tally of the baseline; without the rows where they were drawn from it.
        control: copies and foreign values among honest rows.
        honest: identities of the baseline's rows.
    """

    seen: Seen
    rest: Tally
    control: Control
    honest: NDArray[np.uint64]

    @property
    def rows(self) -> Rows:
        """The coded rows."""
        return self.seen.rows

    @property
    def tally(self) -> Tally:
        """Of the rows."""
        return self.seen.tally

    @property
    def margins(self) -> Margins:
        """Of the whole batch, where it is known; exact tests of counts take any number of rows."""
        return self.seen.tally if self.seen.whole is None else self.seen.whole.margins

    @property
    def prepared(self) -> Prepared:
        """What the rows are judged with."""
        return self.seen.prepared
