"""Repair: mend a batch that misses modes, within limits, and have it judged anew. Nothing here reads anchor rows.

Belongs here: which batch may be mended, the steps in their order, the budget of a date. Does not: how rows are
exchanged (``repair/``), writing a mended batch (``mending.py``), the verdict (``validate.py``).
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from headwater.chain import keys
from headwater.chain.attempts import Mending, PassedOver
from headwater.chain.house import House
from headwater.chain.mending import attempts
from headwater.chain.unusable import UNUSABLE
from headwater.chain.validate import SETTLED, Judgement, validate
from headwater.checks import category, cell, column, dependence, fairness, joint, neighbours, pair, tail, utility
from headwater.checks.result import CheckResult
from headwater.ledger.records import Batch
from headwater.spec import DatasetSpec

log = logging.getLogger(__name__)

MODES = frozenset(family.NAME for family in (category, tail, cell, column, pair, dependence, neighbours))
"""Families that fail where modes are missing."""
CONSEQUENCES = frozenset(family.NAME for family in (joint, utility, fairness))
"""Families that fail with them; alone they give repair nothing to go by."""


@dataclass(frozen=True)
class Repaired:
    """What goes on to release: the batch as it was made, or one that was mended and passed.

    Attributes:
        batch_id: of which batch.
        judgement: its verdict.
        sentence: what was tried, in plain words; why nothing was, where nothing was.
    """

    batch_id: str
    judgement: Judgement
    sentence: str


def repair(house: House, spec: DatasetSpec, validation_id: str, again: int = 0) -> Repaired:
    """Mend the batch of a failed validation, step by step until one passes; a batch that passed goes on as it is.

    Every attempt counts for the batch date, whatever run made it, and is judged by narrower limits than the one before.
    The same batch is mended in the same way every time. A step that cannot be taken or judged, because a model, a file
    or an anchor cannot be used, is told and passed over: a batch that nobody mends goes to quarantine.

    ``again`` is the round that a person asks for, of a batch in quarantine: with other rows and a budget of its own.

    Raises:
        ChangedBatchError: as in ``validate``.
    """
    with house.ledger.transaction() as books:
        validation = books.validations.get(validation_id)
        batch = books.batches.get(validation.batch_id)
        checks = books.validations.checks("validation", validation_id)
    first = Judgement(validation_id, validation.passed, validation.sentence, validation.docs_key)
    failed = [check for check in checks if check.severity == "critical" and not check.passed]
    refused = objection(spec, batch, validation.passed, failed, again=bool(again))
    if refused:
        return Repaired(batch.batch_id, first, refused)
    tried: list[str] = []
    for mending in attempts(house, spec, batch, exchange=_is_exchangeable(failed), again=again):
        judged, sentence = _outcome(house, spec, mending)
        tried.append(sentence)
        log.info("%s on %s: %s", spec.dataset, batch.batch_date, sentence)
        if isinstance(mending, PassedOver):
            continue
        if judged is not None and judged.is_passed:
            house.store.delete(keys.work(batch.dataset, batch.batch_id))  # its verdict and page stay
            return Repaired(mending.attempt.repaired_batch_id, judged, " ".join(tried))
        house.store.delete(keys.work(batch.dataset, mending.attempt.repaired_batch_id))
    if again:
        house.store.delete(keys.work(batch.dataset, batch.batch_id))  # made for this round alone
    return Repaired(batch.batch_id, first, " ".join(tried) or "Nothing could be mended within the limits of the spec.")


def objection(
    spec: DatasetSpec, batch: Batch, is_passed: bool, failed: Sequence[CheckResult], *, again: bool = False
) -> str:
    """Why the batch is not mended; empty where it is. ``again``: where a person asks for it."""
    if is_passed:
        return "The batch passed, so nothing is to be mended."
    is_back = batch.status == "retired" and batch.released_at is None  # it failed then; its date is made again
    is_asked = again and batch.status == "quarantined"
    if batch.status in SETTLED and not is_back and not is_asked:
        return f"The batch is {batch.status} already; a settled batch is not mended."
    if not spec.repair.attempts:
        return "The spec allows no repair (repair.attempts is 0)."
    if not any(check.family in MODES for check in failed):
        return f"Not mended: no modes are missing; what failed is {', '.join(check.name for check in failed)}."
    return ""


def _is_exchangeable(failed: Sequence[CheckResult]) -> bool:
    """Whether other rows of the same generator can mend it. Repeated, copied or foreign rows it would make again."""
    return all(check.family in MODES | CONSEQUENCES and not check.error for check in failed)


def _outcome(house: House, spec: DatasetSpec, mending: Mending | PassedOver) -> tuple[Judgement | None, str]:
    """The verdict of an attempt, and what to tell of it; without a verdict where it was not made or not judged."""
    if isinstance(mending, PassedOver):
        return None, mending.words
    try:
        judged = _judged(house, spec, mending)
    except UNUSABLE as error:
        return None, f"{mending.words} It could not be judged: {str(error).rstrip('.')}."
    return judged, f"{mending.words} {judged.sentence}"


def _judged(house: House, spec: DatasetSpec, mending: Mending) -> Judgement:
    """The verdict from the start; one that was settled before keeps what it got."""
    if not mending.is_settled:
        return validate(house, spec, mending.attempt.repaired_batch_id)
    with house.ledger.transaction() as books:
        known = books.validations.latest(mending.attempt.repaired_batch_id)
    if known is None:
        raise LookupError(f"batch {mending.attempt.repaired_batch_id} was settled without a validation")
    return Judgement(known.validation_id, known.passed, known.sentence, known.docs_key)
