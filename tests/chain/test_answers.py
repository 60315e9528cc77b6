"""What a person may answer: anything can come over REST, and what is no answer is refused with a cure."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from headwater.chain.answers import (
    CONFIRM,
    DISCARD,
    KEEP,
    OBJECT,
    PROMOTE,
    RELEASE,
    REPAIR,
    Answer,
    AnswerRefusedError,
    Given,
    Resolution,
    answer_of,
    may_confirm,
    needs_second,
    unanswered,
)
from headwater.chain.asking import REASON_MAX
from headwater.spec.decisions import Decisions

AT = datetime(2026, 11, 27, 6, tzinfo=UTC)
OPTIONS = (RELEASE, REPAIR, DISCARD)
ROLES = {"roles": {"steward": ["anna", "ben"], "risk": ["carla"]}}
WHY = {"reason": "The rare ward (病院) was closed all week."}


def given(chosen: Any = (RELEASE,), beside: Any = WHY, by: Any = "anna") -> Given:
    return Given(list(chosen) if isinstance(chosen, tuple) else chosen, beside, by, AT)


def test_an_answer_is_kept_as_it_was_given() -> None:
    answer = answer_of(OPTIONS, given(beside={"reason": f"  {WHY['reason']}\n"}), None)
    assert answer == Answer(option=RELEASE, reason=WHY["reason"], by="anna", at=AT)
    assert Answer.model_validate(answer.model_dump(mode="json")) == answer


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"chosen": ()}, "No option was chosen"),
        ({"chosen": (RELEASE, DISCARD)}, "No option was chosen"),
        ({"chosen": ("Promote",)}, "No option was chosen"),
        ({"chosen": RELEASE}, "No option was chosen"),
        ({"chosen": None}, "No option was chosen"),
        ({"chosen": ({"a": 1},)}, "No option was chosen"),
        ({"beside": {}}, "a reason and nothing else"),
        ({"beside": None}, "a reason and nothing else"),
        ({"beside": ["reason"]}, "a reason and nothing else"),
        ({"beside": {**WHY, "by": "carla"}}, "a reason and nothing else"),
        ({"beside": {"reason": None}}, "reason is empty"),
        ({"beside": {"reason": 7}}, "reason is empty"),
        ({"beside": {"reason": ["x"]}}, "reason is empty"),
        ({"beside": {"reason": "  \n"}}, "reason is empty"),
        ({"beside": {"reason": "?!"}}, "reason is empty"),
        ({"beside": {"reason": "x" * (REASON_MAX + 1)}}, "2,001 characters"),
        ({"beside": {"reason": "a\x00b"}}, "control characters"),
        ({"by": None}, "name of who answers is empty"),
        ({"by": {"name": "anna"}}, "name of who answers is empty"),
        ({"by": "carla"}, "carla may not decide this. Cure: one of anna, ben answers"),
    ],
)
def test_what_is_no_answer_is_refused_and_not_quoted(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(AnswerRefusedError, match="Cure: ") as refused:
        answer_of(OPTIONS, given(**wrong), frozenset({"anna", "ben"}))
    assert words in str(refused.value)
    assert "\x00" not in str(refused.value)


def test_silence_is_an_answer_of_nobody() -> None:
    answer = unanswered(DISCARD, 12, AT)
    assert (answer.option, answer.by, answer.reason) == (DISCARD, None, "Nobody answered within 12 h.")


def test_four_eyes_are_wanted_for_what_lets_something_through() -> None:
    careful = Decisions.model_validate({"release": {"four_eyes": True}, "promotion": {"required": True}})
    wanted = [needs_second(careful, "release", answer_of((option,), given((option,)), None)) for option in OPTIONS]
    assert wanted == [True, False, False]
    for option in (PROMOTE, KEEP):
        assert not needs_second(careful, "promotion", answer_of((option,), given((option,)), None))


def test_the_second_pair_of_eyes_is_another_persons() -> None:
    decisions = Decisions.model_validate({**ROLES, "release": {"by": ["steward"], "four_eyes": True}})
    first = answer_of(OPTIONS, given(), decisions.allowed("release"))
    may_confirm(decisions, "release", first, "ben")
    with pytest.raises(AnswerRefusedError, match=r"anna has answered first and cannot confirm it\. Cure: one of ben "):
        may_confirm(decisions, "release", first, "anna")
    with pytest.raises(AnswerRefusedError, match="Cure: somebody else "):
        may_confirm(Decisions(), "release", first, "anna")


def test_in_the_end_the_second_person_holds() -> None:
    first = answer_of(OPTIONS, given(), None)
    confirmed, objected = (
        Resolution(first, answer_of((CONFIRM, OBJECT), given((option,), {"reason": "I looked too."}, "ben"), None))
        for option in (CONFIRM, OBJECT)
    )
    assert (confirmed.is_confirmed, confirmed.by, confirmed.reason) == (True, "anna", WHY["reason"])
    assert confirmed.detail["second"]["by"] == "ben"
    assert (objected.is_confirmed, objected.by) == (False, "ben")
    assert objected.reason == "'Release anyway' was not confirmed. I looked too."
    late = Resolution(first, unanswered(OBJECT, 12, AT))
    assert (late.is_confirmed, late.by) == (False, None)
