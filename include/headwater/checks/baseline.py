"""A baseline: honest rows, what they add up to, and the null that is drawn from them.

Two kinds. The **noise floor** is drawn from the training rows: real against real. The **certificate** is drawn from
rows that a generator made when it was promoted: batches of the same generator must not differ from them.

Belongs here: drawing, the detection limits, and the stored form. Does not: statistics, limits (``null.py``).

Each draw takes ``n`` baseline rows without replacement, compares their counts with the rest of the baseline, and
holds them against the anchor, which has none of them. Statistics that look at the drawn rows alone vary too little,
since draws share rows: their deviations are widened by the root of ``(1/n + 1/N) / (1/n - 1/N)``, which is exact for
means of ``n`` of ``N`` rows.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from headwater.checks import battery
from headwater.checks.control import Control
from headwater.checks.distances import squared
from headwater.checks.neighbours import Hits
from headwater.checks.null import Null, draws_for
from headwater.checks.prepared import Prepared
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.rows import Rows
from headwater.checks.sample import Sample, Seen
from headwater.checks.seeds import rng
from headwater.checks.statistic import Counted, Measured
from headwater.checks.tally import Tally

Kind = Literal["noise_floor", "certificate"]
Progress = Callable[[int, int], None]

LOSSES = (0.0025, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
"""Shares of rows whose loss is planted, for the detection limits."""
LOSS_DRAWS = 16
SEEN_SHARE = 0.8
"""A loss counts as seen where so many of its draws were found."""
FORMAT = 5


@dataclass(frozen=True, eq=False)
class Baseline:
    """Honest rows, summed up.

    Attributes:
        kind: what the rows are.
        subject: whose rows: the snapshot's id, or the generator's; a baseline of another one is refused.
        fingerprint: of the yardstick that counted them.
        tally: of all rows.
        control: copies and foreign values among the rows.
        identity: hashes of the rows: uint64 ``(N,)``.
        null: what draws showed.
        detection_limits: by statistic the smallest loss that it saw; absent where it saw none.
    """

    kind: Kind
    subject: str
    fingerprint: str
    tally: Tally
    control: Control
    identity: NDArray[np.uint64]
    null: Null
    detection_limits: dict[str, float]

    def sample(self, seen: Seen) -> Sample:
        """The rows held against this baseline.

        Raises:
            CannotJudgeError: the baseline was counted with another yardstick: another anchor, other targets, groups
                or settings of the null, or other libraries.
        """
        if self.fingerprint != seen.prepared.fingerprint:
            raise CannotJudgeError(
                f"the {self.kind.replace('_', ' ')} of {self.subject} was drawn with another anchor, other "
                "targets or groups, or other libraries; draw it again by running retrain"
            )
        return Sample(seen, self.tally, self.control, self.identity)

    def to_bytes(self) -> bytes:
        """The stored form: an ``.npz`` archive without pickles, its head as JSON."""
        head = {
            "format": FORMAT,
            "kind": self.kind,
            "subject": self.subject,
            "fingerprint": self.fingerprint,
            "null": self.null.model_dump(mode="json"),
            "detection_limits": self.detection_limits,
        }
        arrays: dict[str, Any] = {field.name: np.asarray(getattr(self.tally, field.name)) for field in fields(Tally)}
        for name, counted in vars(self.control).items():
            arrays |= {f"{name}_found": counted.found, f"{name}_rows": counted.rows}
        arrays["identity"] = self.identity
        held = io.BytesIO()
        np.savez_compressed(held, head=np.frombuffer(json.dumps(head).encode(), dtype=np.uint8), **arrays)
        return held.getvalue()

    @classmethod
    def from_bytes(cls, data: bytes, kind: Kind, subject: str) -> Self:
        """Read the stored form.

        Raises:
            CannotJudgeError: it is another form, or speaks of another snapshot or generator.
        """
        with np.load(io.BytesIO(data), allow_pickle=False) as held:
            head = json.loads(held["head"].tobytes())
            if head.get("format") != FORMAT:
                raise CannotJudgeError(f"a baseline of format {head.get('format')} cannot be read; run retrain")
            if (head["kind"], head["subject"]) != (kind, subject):
                raise CannotJudgeError(
                    f"the stored {head['kind']} belongs to {head['subject']}, not to {subject}; run retrain"
                )
            tally = Tally(**{field.name: held[field.name] for field in fields(Tally)})
            sides = [field.name for field in fields(Control)]
            control = Control(**{name: Counted(held[f"{name}_found"], held[f"{name}_rows"]) for name in sides})
            identity = held["identity"]
        return cls(
            kind=kind,
            subject=subject,
            fingerprint=head["fingerprint"],
            tally=replace(tally, n=float(tally.n)),
            control=control,
            identity=identity,
            null=Null.model_validate(head["null"]),
            detection_limits=head["detection_limits"],
        )


def draw(
    prepared: Prepared,
    rows: Rows,
    *,
    kind: Kind,
    subject: str,
    draws: int | None = None,
    progress: Progress | None = None,
) -> Baseline:
    """Draw the null from ``rows`` and sum them up.

    Args:
        prepared: what batches will be judged with.
        rows: the coded baseline rows, in random order; at least twice ``prepared.n``.
        kind, subject: see :class:`Baseline`.
        draws: number of draws; by default what the contract's rate of false alarms asks for.
        progress: told how many draws of how many are done.

    Raises:
        CannotJudgeError: too few rows.
    """
    if len(rows) < 2 * prepared.n:
        raise CannotJudgeError(
            f"{len(rows):,} rows are too few to draw samples of {prepared.n:,} from; at least {2 * prepared.n:,} are "
            "needed"
        )
    pool = _Pool.of(prepared, rows)
    control = (Control.of_real if kind == "noise_floor" else Control.of_generated)(prepared, rows)
    found: dict[str, list[NDArray[np.float64]]] = {}
    draws = draws or draws_for(prepared.reference.contract.false_alarm)
    total = draws + len(LOSSES) * LOSS_DRAWS
    for index, picked in enumerate(pool.picks(draws, kind)):
        seen = pool.seen(picked)
        for name, value in battery.drawn(Sample(seen, pool.tally - seen.tally, control, rows.identity)).items():
            found.setdefault(name, []).append(value)
        if progress:
            progress(index + 1, total)
    null = _null(prepared, {name: np.stack(values) for name, values in found.items()}, len(rows))
    limits = _detection_limits(pool, control, null, lambda done: progress(draws + done, total) if progress else None)
    return Baseline(kind, subject, prepared.fingerprint, pool.tally, control, rows.identity, null, limits)


def _null(prepared: Prepared, found: Measured, size: int) -> Null:
    """Sum up draws from ``size`` rows."""
    n, reference = prepared.n, prepared.reference
    return Null.of(
        battery.watched(prepared),
        found,
        battery.grains(prepared),
        widening=float(np.sqrt((1 / n + 1 / size) / (1 / n - 1 / size))),
        rate=reference.contract.false_alarm,
        seed=reference.seed,
    )


@dataclass(frozen=True, eq=False)
class _Pool:
    """Baseline rows with everything that a draw can be cut from."""

    prepared: Prepared
    rows: Rows
    tally: Tally
    hits: Hits
    scanned: Hits

    @classmethod
    def of(cls, prepared: Prepared, rows: Rows) -> Self:
        scanned = prepared.scan.hits(rows.points)
        tally = prepared.counter.tally(rows, scanned.counts(prepared.scan.total))
        return cls(prepared, rows, tally, prepared.balls.hits(rows.points), scanned)

    def picks(self, draws: int, label: str) -> Iterator[NDArray[np.intp]]:
        for index in range(draws):
            yield rng(self.prepared.reference.seed, "null", label, index).choice(
                len(self.rows), self.prepared.n, replace=False
            )

    def seen(self, picked: NDArray[np.intp]) -> Seen:
        """Baseline rows as judged rows."""
        prepared, few = self.prepared, picked[: len(self.prepared.balls.points)]
        return Seen(
            self.rows.take(picked),
            prepared,
            known_balls=self.hits.counts(len(prepared.balls.points), few),
            known_scan=self.scanned.counts(prepared.scan.total, picked),
        )


def _detection_limits(pool: _Pool, control: Control, null: Null, progress: Callable[[int], None]) -> dict[str, float]:
    """The smallest planted loss that each statistic saw in most draws, as it saw all larger ones.

    From the largest loss down: what is blind to one is not asked again. Models, the dearest, are blind first.
    """
    limits: dict[str, float] = {}
    seeing = set(null.statistics)
    for position, loss in enumerate(sorted(LOSSES, reverse=True), start=1):
        seeing = _seeing(pool, control, null, loss, seeing)
        limits |= dict.fromkeys(seeing, loss)
        progress(position * LOSS_DRAWS)
    return {name: limits[name] for name in null.statistics if name in limits}


def _seeing(pool: _Pool, control: Control, null: Null, loss: float, asked: set[str]) -> set[str]:
    """Which of the statistics see this loss in enough draws; one that cannot any more is not asked again."""
    missed = dict.fromkeys(asked, 0)
    for index in range(LOSS_DRAWS):
        if not asked:
            break
        sample = Sample(pool.seen(_thinned(pool, loss, index)), pool.tally, control, pool.rows.identity)
        found = battery.drawn(sample, battery.families_of(asked))
        for name in asked:  # what is not drawn, since its null is known, sees no loss here
            missed[name] += name not in found or null.ratio(name, found[name]) <= null.family
        asked = {name for name in asked if 1 - missed[name] / LOSS_DRAWS >= SEEN_SHARE}
    return asked


def _thinned(pool: _Pool, loss: float, index: int) -> NDArray[np.intp]:
    """Positions of a sample that lacks the rows nearest to a random anchor row: a dropped mode."""
    prepared = pool.prepared
    draw = rng(prepared.reference.seed, "loss", str(loss), index)
    centre = prepared.yardstick.anchor.points[draw.integers(len(prepared.yardstick.anchor))]
    distance = squared(pool.rows.points, centre[None])[:, 0]
    # Ties, as in tables of few values, are broken at random: the region has its size whatever the table.
    order = np.lexsort((draw.random(len(distance)), distance))
    return draw.permutation(order[round(loss * len(order)) :])[: prepared.n]
