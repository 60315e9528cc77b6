"""What every judgement against one anchor shares: the yardstick, and what follows from it and the training rows.

Belongs here: preparing, once. Does not: what honest rows show (``baseline.py``), any statistic.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import numpy as np
from numpy.typing import NDArray

from headwater.checks import copies, fairness, models, neighbours, pair, replay, scan
from headwater.checks.learner import LIBRARY
from headwater.checks.reference import Reference
from headwater.checks.rows import Rows
from headwater.checks.seeds import rng
from headwater.checks.tally import Counter
from headwater.checks.yardstick import Yardstick

BASELINE_ROWS_MAX = 100_000
"""Rows that null draws are taken from; more would change no limit."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """One anchor and its training rows, ready to judge samples of ``n`` rows.

    Attributes:
        reference: the real rows and the spec's part.
        n: rows of each judged sample; as many anchor rows stand beside them.
        yardstick: fitted on the anchor.
        train: coded training rows, at most :data:`BASELINE_ROWS_MAX`, in random order.
        counter: tallies rows.
        balls: of the neighbours.
        scan: of the scan for empty regions.
        original: what copies are recognised by.
        information: pointwise mutual information of the anchor's pairs of bins.
        tasks: what models are asked to predict.
        groups: the subgroups that fairness watches.
        personal: the columns of personal data.
    """

    reference: Reference
    n: int
    yardstick: Yardstick
    train: Rows
    counter: Counter
    balls: neighbours.Balls
    scan: scan.Scan
    original: copies.Original
    information: NDArray[np.float64]
    tasks: tuple[models.Task, ...]
    groups: tuple[fairness.Subgroup, ...]
    personal: tuple[replay.Personal, ...]

    @classmethod
    def of(cls, reference: Reference, n: int) -> Self:
        """Prepare to judge samples of ``n`` rows.

        Raises:
            CannotJudgeError: the real rows cannot be coded.
        """
        yardstick = Yardstick.fit(reference.anchor, reference.schema, reference.targets, reference.seed)
        order = rng(reference.seed, "training rows").permutation(len(reference.train))
        train = yardstick.code(reference.train.iloc[order[:BASELINE_ROWS_MAX]])
        rest = (
            [yardstick.coder.code(reference.train.iloc[order[BASELINE_ROWS_MAX:]])] if len(order) > len(train) else []
        )
        counter = Counter.of(yardstick, train, *(coded.numbers for coded in rest))
        anchor = yardstick.anchor
        return cls(
            reference=reference,
            n=n,
            yardstick=yardstick,
            train=train,
            counter=counter,
            balls=neighbours.Balls.around(yardstick, n),
            scan=scan.Scan.of(yardstick),
            original=copies.Original.of(train, *((coded.identity, yardstick.near(coded)) for coded in rest)),
            information=pair.learn(counter.pairs(anchor), len(anchor), yardstick.coder.coarse_starts),
            tasks=tuple(models.Task.of(target, yardstick) for target in reference.targets),
            groups=fairness.subgroups(yardstick, reference.groups),
            personal=replay.personal(reference),
        )

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of how the yardstick codes its own anchor, and of what else the null of a statistic hangs on.

        Counts in cells mean nothing under another anchor; scores of one target nothing for another; nor do those of
        other trees.
        """
        anchor, reference = self.yardstick.anchor, self.reference
        personal = [column.identifies for column in self.personal]
        asked = reference.targets, reference.groups, reference.contract.cell_keep_min, reference.contract.false_alarm
        digest = hashlib.sha256(repr((self.n, len(self.train), self.scan.total, *asked, personal, LIBRARY)).encode())
        for part in (anchor.fine, anchor.coarse, anchor.cells, anchor.leaves, anchor.identity):
            digest.update(np.ascontiguousarray(part).tobytes())
        return digest.hexdigest()
