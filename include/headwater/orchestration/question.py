"""The task that asks a person: it parks without a worker until somebody answers, or time is up.

Belongs here: Airflow's human-in-the-loop operator, with our questions in it and our checks on what comes back. Does
not: which questions there are and what an answer must be (the chain's).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from airflow.providers.standard.operators.hitl import HITLOperator
from airflow.sdk import Param

from headwater.orchestration.asking import REASON_MAX
from headwater.orchestration.stages import at_stage

if TYPE_CHECKING:
    from airflow.sdk import Context

    from headwater.chain.answered import Taken
    from headwater.chain.answers import Answer
    from headwater.chain.house import House
    from headwater.chain.questions import Question
    from headwater.spec import DatasetSpec

log = logging.getLogger(__name__)

ANSWERS_MAX = 50
"""Answers to one question. After one that is refused another try of the task puts it again."""
REASON = Param(
    "",  # Airflow holds it against the schema before anybody has answered, so that cannot ask for a text
    type="string",
    maxLength=REASON_MAX,
    title="Reason",
    description="Why. It stands in the ledger beside your name.",
    source="task",
)
SOON = timedelta(seconds=5)
NOTHING = "There is nothing to decide any more."


class AskPerson(HITLOperator):
    """Put the question of a case; as the ``second`` one, to another person, where the first answer needs that.

    The answer goes to the ledger, and who acts on it reads it there; the XCom is a sentence for people. A refused
    answer goes there too and fails the try; the next one puts the question again. Airflow keeps its text for all tries.

    Args:
        dataset: its name.
        case: ``{"matter": …, "subject_id": …}``.
        second: whether it asks to have the first answer confirmed.
    """

    template_fields: Sequence[str] = ("case",)
    ui_color = "#f4d58d"

    def __init__(self, *, dataset: str, case: Mapping[str, str], second: bool = False, **kwargs: Any) -> None:
        # What is asked follows from the ledger when the task starts; a default option is set there too.
        # Airflow hands the DAG's params and the time of all tasks to every operator; neither is meant here.
        kwargs |= {"subject": dataset, "options": ["…"], "params": {"reason": REASON}, "execution_timeout": None}
        super().__init__(retries=ANSWERS_MAX, retry_delay=timedelta(seconds=1), **kwargs)
        self.retry_exponential_backoff = False
        self.dataset, self.case, self.second = dataset, case, second

    def execute(self, context: Context) -> str:
        """Park the task with its question; return at once where there is none."""
        with at_stage(self.dataset) as (house, spec):
            question, _ = self._question(house, spec)
            if question is None:
                return NOTHING
            self._fill(question, spec, context)
        super().execute(context)  # raises: the task is parked
        raise AssertionError("a question was put and not parked")

    def execute_complete(self, context: Context, event: dict[str, Any]) -> str:
        """Check what came back and write it down; what stands for an answer where nobody gave one in time.

        Raises:
            AnswerRefusedError: it is no answer, or not this person's to give; the question is put again.
        """
        from headwater.chain.answered import take
        from headwater.chain.answers import AnswerRefusedError, record_refused, subject_of

        with at_stage(self.dataset) as (house, spec):
            question, first = self._question(house, spec)
            if question is None:
                return NOTHING
            subject = subject_of(question.matter, question.subject_id)
            try:
                answer = self._answer(question, spec, event, first)
            except AnswerRefusedError as error:
                record_refused(house, self.dataset, subject, error, _name(event))
                log.warning("The answer is not taken, and the question is put again. %s", error)
                refused = error
            else:
                take(house, self.dataset, subject, answer, first.decision_id if first else None)
                log.info("%s: %s. %s", answer.by or "Nobody answered", answer.option, answer.reason)
                return f"{answer.by or 'Nobody answered'}: {answer.option}"
        raise refused  # outside of the stage: it is no outcome, the task is tried again

    def _question(self, house: House, spec: DatasetSpec) -> tuple[Question | None, Taken | None]:
        """The question, None where nothing is to be asked; and the first answer, where it is about that."""
        from headwater.chain.answered import first_of
        from headwater.chain.answers import needs_second
        from headwater.chain.questions import question_of

        matter: Any = self.case["matter"]
        subject_id = self.case["subject_id"]
        first = first_of(house, subject_id) if self.second else None
        if self.second and (first is None or not needs_second(spec.decisions, matter, first.answer)):
            return None, first
        return question_of(house, spec, matter, subject_id, first.answer if first else None), first

    def _fill(self, question: Question, spec: DatasetSpec, context: Context) -> None:
        from airflow.configuration import conf

        from headwater.orchestration.question_text import body_of, subject_of

        base = urlsplit(conf.get("api", "base_url", fallback="/")).path.rstrip("/")
        self.subject = subject_of(question)
        self.body = body_of(question, self.dataset, spec.decisions, base)
        self.options, self.defaults = list(question.options), [question.options[-1]]
        hours = timedelta(hours=spec.decisions.about(question.matter).timeout_hours)
        started = context["dag_run"].start_date or datetime.now(UTC)
        # An answer that is refused buys no time.
        self.response_timeout = max(started + hours - datetime.now(UTC), SOON)

    def _answer(self, question: Question, spec: DatasetSpec, event: Mapping[str, Any], first: Taken | None) -> Answer:
        from headwater.chain.answers import Given, answer_of, may_confirm, unanswered

        at = event.get("responded_at") or datetime.now(UTC)
        if event.get("timedout") or event.get("responded_by_user") is None:
            hours = spec.decisions.about(question.matter).timeout_hours
            return unanswered(question.options[-1], hours, at)
        given = Given(event.get("chosen_options"), event.get("params_input"), _name(event), at)
        answer = answer_of(question.options, given, spec.decisions.allowed(question.matter))
        if first is not None:
            may_confirm(spec.decisions, question.matter, first.answer, str(answer.by))
        return answer


def _name(event: Mapping[str, Any]) -> object:
    user = event.get("responded_by_user")
    return user.get("name") if isinstance(user, Mapping) else None
