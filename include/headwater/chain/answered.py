"""Answered: an answer that was taken stands in the ledger at once, and who acts on it reads it there, by its run.

It does not travel from task to task: who may write what tasks hand on in Airflow could answer in somebody's name.
"""

from __future__ import annotations

from dataclasses import dataclass

from headwater.chain.answers import HEADWATER, Answer, Resolution, needs_second
from headwater.chain.decisions import decided
from headwater.chain.house import House
from headwater.ledger.records import Decision
from headwater.spec import DatasetSpec
from headwater.spec.decisions import Matter

ANSWERED = "answer"
"""Kind of the decision by which an answer is written down; its detail holds the answer."""


@dataclass(frozen=True)
class Taken:
    """An answer in the ledger.

    Attributes:
        answer: as it was checked.
        decision_id: of the row in the ledger.
        to: the id of the first answer, where this is a second person's; None: it is a first one.
    """

    answer: Answer
    decision_id: str
    to: str | None


def take(house: House, dataset: str, subject: tuple[str, str], answer: Answer, to: str | None = None) -> None:
    """Write an answer about ``subject``, a pair of kind and id, down; taken again, it is the same.

    ``to`` is the id of the first answer, where this is the second person's to it.
    """
    decision = decided(
        house,
        dataset,
        ANSWERED,
        subject,
        reason=f"{answer.option}: {answer.reason}",
        at=answer.at,
        decided_by=answer.by or HEADWATER,
        detail={"answer": answer.model_dump(mode="json"), "to": to},
        after=answer.at,
    )
    with house.ledger.transaction() as books:
        books.decisions.record(decision)


def first_of(house: House, subject_id: str) -> Taken | None:
    """What was answered last in this run, a second person's words aside."""
    return next((each for each in _taken(house, subject_id) if each.to is None), None)


def resolution_of(house: House, spec: DatasetSpec, matter: Matter, subject_id: str) -> Resolution | None:
    """What holds by the answers of this run; None where nobody was asked, or a second person was not any more."""
    first = first_of(house, subject_id)
    if first is None:
        return None
    if not needs_second(spec.decisions, matter, first.answer):
        return Resolution(first.answer)
    second = next((each for each in _taken(house, subject_id) if each.to == first.decision_id), None)
    return None if second is None else Resolution(first.answer, second.answer)


def _taken(house: House, subject_id: str) -> list[Taken]:
    """The answers of this run about a subject, newest first."""
    with house.ledger.transaction() as books:
        found = [each for each in books.decisions.of(subject_id) if each.kind == ANSWERED]
    return [_read(each) for each in reversed(found) if each.detail["run_id"] == house.run_id]


def _read(decision: Decision) -> Taken:
    return Taken(Answer.model_validate(decision.detail["answer"]), decision.decision_id, decision.detail["to"])
