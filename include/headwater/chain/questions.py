"""Questions to a person: a batch in quarantine, a candidate that won; what is asked, and the facts beside it.

Belongs here: which questions there are, their options and facts. Does not: how they look (``orchestration``), what an
answer must be (``answers.py``), carrying it out (``settling.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from headwater.chain.answers import CONFIRM, DISCARD, KEEP, OBJECT, PROMOTE, REFUSED, RELEASE, REPAIR, Answer
from headwater.chain.house import House
from headwater.chain.repair import objection
from headwater.checks.result import CheckResult
from headwater.ledger import Books
from headwater.ledger.records import AWAITS, DISCARDED, Batch, Decision
from headwater.spec import DatasetSpec
from headwater.spec.decisions import Matter

AGAIN = "repair_again"
"""Kind of the decision by which a person asks for another round of repair."""
AGAIN_MAX = 2
"""Rounds that people may ask for: each is one more chance for bad rows to slip through (decision 28)."""


@dataclass(frozen=True)
class Question:
    """One question.

    Attributes:
        matter: what it is about.
        subject_id: the batch, or the generator.
        headline: what is to be decided, in one sentence.
        sentence: the verdict, or what the comparison came to.
        failed: critical checks that failed, worst first as the ledger has them.
        told: what happened so far, a sentence each.
        options: what can be chosen; the last one holds where nobody answers.
        validation_id: the Data Docs page that says more; empty: none.
        run_id: the run of ``nightly__X`` or ``retrain__X`` that led here.
    """

    matter: Matter
    subject_id: str
    headline: str
    sentence: str
    failed: tuple[CheckResult, ...]
    told: tuple[str, ...]
    options: tuple[str, ...]
    validation_id: str
    run_id: str


def waiting(house: House, dataset: str, subject_id: str | None = None) -> list[tuple[Matter, str]]:
    """What waits for a person: matter and id. With ``subject_id`` that alone, also if it was discarded before."""
    with house.ledger.transaction() as books:
        if subject_id is not None:
            found = books.decisions.of(subject_id)
            return [("promotion" if any(each.kind == AWAITS for each in found) else "release", subject_id)]
        asked = books.open_decisions.approvals([dataset])
        batches = books.open_decisions.batches(dataset)
    return [*(("release", each) for each in batches), *(("promotion", each.subject_id) for each in asked.values())]


def question_of(
    house: House, spec: DatasetSpec, matter: Matter, subject_id: str, first: Answer | None = None
) -> Question | None:
    """The question about a batch or a candidate; with the ``first`` answer, that to the second person.

    None where there is nothing to decide any more.

    Raises:
        NotInLedger: there is no such batch or generator.
    """
    with house.ledger.transaction() as books:
        asked = (
            _about_batch(books, spec, subject_id) if matter == "release" else _about_candidate(books, spec, subject_id)
        )
        if asked is None:
            return None
        told = (*asked.told, *(_refused(each) for each in books.decisions.of(subject_id) if each.kind == REFUSED))
    options, headline = asked.options, asked.headline
    if first is not None:
        options = (CONFIRM, OBJECT)
        headline = f"{first.by} chose {first.option!r}. A second person has to confirm it. {headline}"
        told = (*told, f"{first.by} wrote: {first.reason}")
    return Question(matter, subject_id, headline, asked.sentence, asked.failed, told, options, *asked.place)


@dataclass(frozen=True)
class _Asked:
    headline: str
    sentence: str
    failed: tuple[CheckResult, ...]
    told: tuple[str, ...]
    options: tuple[str, ...]
    place: tuple[str, str]


def _about_batch(books: Books, spec: DatasetSpec, batch_id: str) -> _Asked | None:
    batch = books.batches.get(batch_id)
    judged = books.validations.latest(batch_id)
    if batch.dataset != spec.dataset or batch.status not in ("failed", "quarantined") or judged is None:
        return None
    checks = books.validations.checks("validation", judged.validation_id)
    failed = tuple(each for each in checks if each.severity == "critical" and not each.passed)
    decided = books.decisions.of(batch_id)
    return _Asked(
        f"Batch {batch.batch_date} of {batch.dataset} is in quarantine; no reader sees its {batch.rows:,} rows.",
        judged.sentence,
        failed,
        (*_repairs(books, batch), *(_told(each) for each in decided if each.kind in (AGAIN, DISCARDED))),
        _options(spec, batch, failed, rounds_of(decided)),
        (judged.validation_id, batch.run_id),
    )


def rounds_of(decided: Sequence[Decision]) -> int:
    """How often a person has asked to have the batch mended again."""
    return sum(each.kind == AGAIN for each in decided)


def _options(spec: DatasetSpec, batch: Batch, failed: Sequence[CheckResult], rounds: int) -> tuple[str, ...]:
    can_mend = rounds < AGAIN_MAX and not objection(spec, batch, False, failed, again=True)
    return (RELEASE, REPAIR, DISCARD) if can_mend else (RELEASE, DISCARD)


def _repairs(books: Books, batch: Batch) -> list[str]:
    """What was tried so far, with the verdict of each attempt."""
    tried = [each for each in books.repairs.of(batch.dataset, batch.batch_date) if each.batch_id == batch.batch_id]
    verdicts = [books.validations.latest(each.repaired_batch_id) for each in tried]
    return [
        f"Repair, look {each.look}: {each.step.replace('_', ' ')}, {each.touched_rows:,} of {each.rows:,} rows. "
        f"{found.sentence if found else 'It could not be judged.'}"
        for each, found in zip(tried, verdicts, strict=True)
    ]


def _about_candidate(books: Books, spec: DatasetSpec, generator_id: str) -> _Asked | None:
    asked = books.open_decisions.approvals([spec.dataset]).get(spec.dataset)
    if asked is None or asked.subject_id != generator_id:
        return None
    candidate, champion = books.generators.get(generator_id), books.generators.champion(spec.dataset)
    place = f"take the place of {champion.label}" if champion else "be the first champion"
    return _Asked(
        f"{candidate.label} won its comparison, and would {place} of {spec.dataset}.",
        asked.reason,
        (),
        (),
        (PROMOTE, KEEP),
        ("", str(asked.detail.get("run_id", ""))),
    )


def _told(decision: Decision) -> str:
    what = "asked for another round of repair" if decision.kind == AGAIN else "discarded it"
    return f"{decision.decided_at:%Y-%m-%d %H:%M} UTC: {decision.decided_by} {what}: {decision.reason}"


def _refused(decision: Decision) -> str:
    return f"{decision.decided_at:%Y-%m-%d %H:%M} UTC: an answer was not taken. {decision.reason}"
