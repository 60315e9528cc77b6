"""What a person answered to a question: checked before anything is done, whoever sent it and however.

Airflow's form checks what it shows, its REST interface takes any text beside a known option. Belongs here: the options,
who may answer, what an answer must say. Does not: which questions there are (``questions.py``), carrying an answer out
(``settling.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import AwareDatetime

from headwater.chain.asking import NAME_MAX, REASON_MAX, RequestRefusedError, said
from headwater.chain.decisions import decided
from headwater.chain.house import House
from headwater.spec.decisions import Decisions, Matter
from headwater.spec.model import Model

RELEASE, REPAIR, DISCARD = "Release anyway", "Repair again", "Discard"
PROMOTE, KEEP = "Promote", "Keep the champion"
CONFIRM, OBJECT = "Confirm", "Object"
HEADWATER = "headwater"
"""Who decides where nobody answered."""
REFUSED = "answer_refused"
"""Kind of the decision by which a refused answer is written down."""
CONFIRMED = frozenset({RELEASE, PROMOTE})
"""What a second person confirms, where the spec wants four eyes: the rest lets nothing through."""


class AnswerRefusedError(RequestRefusedError):
    """The answer is none: the question is put again. The message quotes nothing of it, since it may be anything."""


class Answer(Model):
    """A checked answer, or what stands for one where nobody answered (``by`` is None)."""

    option: str
    reason: str
    by: str | None
    at: AwareDatetime


@dataclass(frozen=True)
class Given:
    """An answer as it came: anything may stand in it.

    Attributes:
        chosen: should be a list of one option.
        beside: should be a mapping with a ``reason`` and nothing else.
        by: should be the user's name.
        at: when it came.
    """

    chosen: object
    beside: object
    by: object
    at: datetime


@dataclass(frozen=True)
class Resolution:
    """What holds in the end: the answer, and the second person's where the spec wants four eyes and it lets through.

    Attributes:
        answer: the first.
        second: a person's, or what stands for it where nobody confirmed in time; None: none was needed.
    """

    answer: Answer
    second: Answer | None = None

    @property
    def is_confirmed(self) -> bool:
        """Whether the first answer holds."""
        return self.second is None or self.second.option == CONFIRM

    @property
    def by(self) -> str | None:
        """Who decided in the end; None: nobody answered."""
        return self.answer.by if self.is_confirmed else (self.second or self.answer).by

    @property
    def reason(self) -> str:
        """Why, in the words of who decided."""
        if self.second is None or self.is_confirmed:
            return self.answer.reason
        return f"{self.answer.option!r} was not confirmed. {self.second.reason}"

    @property
    def detail(self) -> dict[str, Any]:
        """What stands in the ledger beside the decision."""
        detail: dict[str, Any] = {"option": self.answer.option, "answered_at": self.answer.at.isoformat()}
        if self.second is not None:
            detail |= {"answered_by": self.answer.by, "second": self.second.model_dump(mode="json")}
        return detail


def needs_second(decisions: Decisions, matter: Matter, answer: Answer) -> bool:
    """Whether somebody else has to look at it: the spec says so, and the answer lets something through."""
    return decisions.about(matter).four_eyes and answer.option in CONFIRMED


def answer_of(options: Sequence[str], given: Given, allowed: frozenset[str] | None) -> Answer:
    """The answer, checked.

    Args:
        options: what can be chosen.
        given: what came.
        allowed: who may answer; None: everybody who came so far.

    Raises:
        AnswerRefusedError: anything of it is not as it should be, or another person has to answer.
    """
    name, chosen, beside = _checked("name of who answers", given.by, NAME_MAX), given.chosen, given.beside
    if allowed is not None and name not in allowed:
        raise AnswerRefusedError(f"{name} may not decide this. Cure: one of {', '.join(sorted(allowed))} answers.")
    if not isinstance(chosen, list) or len(chosen) != 1 or chosen[0] not in options:
        raise AnswerRefusedError(f"No option was chosen. Cure: choose one of {', '.join(options)}.")
    if not isinstance(beside, Mapping) or set(beside) != {"reason"}:
        raise AnswerRefusedError("An answer has a reason and nothing else. Cure: send {'reason': '…'} beside it.")
    return Answer(option=str(chosen[0]), reason=_checked("reason", beside["reason"], REASON_MAX), by=name, at=given.at)


def unanswered(default: str, hours: int, at: datetime) -> Answer:
    """What holds where nobody answered in time."""
    return Answer(option=default, reason=f"Nobody answered within {hours:,} h.", by=None, at=at)


def may_confirm(decisions: Decisions, matter: Matter, first: Answer, by: str) -> None:
    """Do nothing if this person may be the second pair of eyes.

    Raises:
        AnswerRefusedError: it is the first pair.
    """
    if by == first.by:
        others = (decisions.allowed(matter) or frozenset()) - {by}
        whom = f"one of {', '.join(sorted(others))}" if others else "somebody else"
        raise AnswerRefusedError(f"{by} has answered first and cannot confirm it. Cure: {whom} looks at it too.")


def subject_of(matter: Matter, subject_id: str) -> tuple[str, str]:
    """Kind and id, by which a decision of the ledger names what was asked about."""
    return ("batch" if matter == "release" else "generator", subject_id)


def record_refused(house: House, dataset: str, subject: tuple[str, str], error: AnswerRefusedError, by: object) -> None:
    """Write down that an answer was refused, and why."""
    now = datetime.now(UTC)
    name = by if isinstance(by, str) and by.isprintable() and 0 < len(by) <= NAME_MAX else "unknown"
    decision = decided(house, dataset, REFUSED, subject, reason=str(error), at=now, decided_by=name, after=now)
    with house.ledger.transaction() as books:
        books.decisions.record(decision)


def _checked(what: str, given: object, longest: int) -> str:
    try:
        return said(what, given if isinstance(given, str) else "", longest)
    except RequestRefusedError as error:
        raise AnswerRefusedError(str(error)) from None
