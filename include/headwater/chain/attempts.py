"""Attempts: each try to mend a night is counted, and its batch opened, before it is judged.

Belongs here: the record of an attempt, the budget of a date, rounds that a person asks for. Does not: the rows that an
attempt makes (``mending.py``), when to mend, and the verdict (``repair.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from headwater.chain import identity
from headwater.chain.house import House
from headwater.chain.known import lost
from headwater.ledger.guard_records import Repair, RepairStep
from headwater.ledger.records import Batch, Generator
from headwater.spec import DatasetSpec

WORDS: dict[RepairStep, str] = {
    "reweigh": "Weighed towards the profile, {touched:,} of {rows:,} rows exchanged.",
    "top_up": "Topped up where rows were missing, {touched:,} of {rows:,} rows exchanged.",
    "previous_champion": "Made by the champion before, all {rows:,} rows.",
}
KEPT = ("released", "quarantined")
"""Statuses of a mended batch of which no rows are made again: readers have them, or a person is to decide."""


@dataclass(frozen=True)
class Mending:
    """One attempt as it is ready to be judged.

    Attributes:
        attempt: as the ledger holds it.
        is_settled: the mended batch is with its readers or in quarantine, whole; its rows are a fact, and not at hand.
    """

    attempt: Repair
    is_settled: bool

    @property
    def words(self) -> str:
        """What was done, in plain words."""
        return WORDS[self.attempt.step].format(touched=self.attempt.touched_rows, rows=self.attempt.rows)


@dataclass(frozen=True)
class PassedOver:
    """A step that could not be taken, or need not be asked for; it spends nothing but what was opened for it.

    Attributes:
        words: which one, and why.
    """

    words: str


class SpentError(RuntimeError):
    """The date has no attempt left."""


@dataclass(frozen=True)
class Round:
    """One round of mending: the night's own (0), or one that a person asked for.

    Attributes:
        again: its number. Each has rows of its own.
        budget: attempts that the date may have had by its end.
    """

    again: int
    budget: int

    @classmethod
    def of(cls, spec: DatasetSpec, again: int) -> Round:
        """A round has as many attempts as the night itself."""
        return cls(again, spec.repair.attempts * (1 + again))

    def step(self, step: RepairStep) -> str:
        """What the step is called where its randomness and its ids are made."""
        # The champion before makes the same rows in every round.
        return step if not self.again or step == "previous_champion" else f"{step} {self.again}"


def opened(
    house: House,
    batch: Batch,
    step: RepairStep,
    this: Round,
    *,
    touched: int,
    figures: tuple[Mapping[str, Any], Mapping[str, Any]],
    maker: Generator | None = None,
) -> Mending:
    """Count the attempt and open its batch.

    Raises:
        SpentError: the budget of the date is spent.
    """
    repair_id, mended = (
        identity.repair_id(batch.batch_id, this.step(step)),
        _mended(house, batch, this.step(step), maker),
    )
    with house.ledger.transaction() as books:
        known, spent = books.repairs.find(repair_id), books.repairs.spent(batch.dataset, batch.batch_date)
        if known is None and spent >= this.budget:
            raise SpentError(f"All {spent} attempts to mend a night of {batch.batch_date} are spent.")
        opened = books.batches.open(mended)
        attempt = known or books.repairs.record(
            Repair(
                repair_id=repair_id,
                dataset=batch.dataset,
                batch_date=batch.batch_date,
                batch_id=batch.batch_id,
                repaired_batch_id=mended.batch_id,
                step=step,
                look=1 + max(spent + 1, books.repairs.looks(batch.dataset, batch.batch_date)),
                rows=batch.rows,
                touched_rows=touched,
                before=dict(figures[0]),
                after=dict(figures[1]),
                run_id=house.run_id,
                made_at=mended.created_at,
            )
        )
        books.lineage.record("generator", opened.generator_id, "batch", opened.batch_id)  # whoever made it first
        books.lineage.record("batch", batch.batch_id, "batch", opened.batch_id)
    return Mending(attempt, opened.status in KEPT and lost(house, opened) is None)


def _mended(house: House, batch: Batch, step: str, maker: Generator | None) -> Batch:
    """The batch that the step makes: the failed one under another id, or that of another generator."""
    changes: dict[str, Any] = {"content_hash": None, "location": None, "released_at": None, "status": "planned"}
    changes |= {"batch_id": identity.repaired_batch_id(batch.batch_id, step), "created_at": datetime.now(UTC)}
    changes |= {"run_id": house.run_id, "code_version": house.code_version}
    if maker is not None:
        changes |= {"generator_id": maker.generator_id, "depth": maker.depth + 1, "depth_max": maker.depth_max + 1}
    return batch.model_copy(update=changes)
