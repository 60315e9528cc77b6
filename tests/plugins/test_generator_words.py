"""Words and rows of the generator pages by hand. No server, no database."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from tests.ledger.facts import NOON, decision, uid
from tests.ledger.sliding import findings
from tests.plugins.told_pages import contender, generator_page, history, reign, tried

from headwater.ledger.generator_answers import Retraining
from headwater_plugin.candidate_rows import candidates_picture, certificate_rows, losses, rules_told, side_by_side, why
from headwater_plugin.generator_words import error_class, headline, retraining_told, state_of

LOSS = {"name": "joint.c2st", "challenger": 0.53, "rival": 0.52, "loss": 0.01, "interval": [0.0, 0.02], "margin": 0.02}


@pytest.mark.parametrize(
    ("changes", "told", "tone"),
    [
        ({}, "clinic: trees, version 3, has been champion for 12 days; nothing to decide", "good"),
        ({"waiting": 1}, "12 days; 1 batch waits in quarantine", "bad"),
        ({"waiting": 2, "alarms": 1}, "12 days; 2 batches wait in quarantine, 1 alarm is open", "bad"),
        ({"since": NOON + timedelta(days=12)}, "has been champion for less than a day; nothing", "good"),
        ({"champion": None}, "clinic: no generator has been trained yet", "open"),
        ({"champion": None, "run_count": 1}, "clinic has no champion: no candidate has kept the contract yet", "bad"),
        (
            {"last_run": Retraining(run_id="a", started_at=NOON, tried=(tried(status="failed"),), decision=None)},
            "; the last retraining could fit no candidate",
            "bad",
        ),
    ],
)
def test_the_champions_state_in_one_sentence(changes: dict[str, Any], told: str, tone: str) -> None:
    found, shown = headline(history(**changes), "clinic", NOON + timedelta(days=12, hours=1))
    assert told in found
    assert shown == tone


def test_states_of_versions() -> None:
    former = {"is_current": False, "retired_at": NOON}
    assert state_of(reign()) == ("champion", "good")
    assert state_of(reign(**former)) == ("former", "open")
    assert state_of(reign(**former, is_previous=True)) == ("previous", "open")
    assert state_of(reign(**former, is_previous=True, withdrawn_at=NOON)) == ("withdrawn", "bad")
    assert state_of(reign(**former, withdrawn_at=NOON, recalled_at=NOON)) == ("recalled", "bad")


def test_a_retraining_tells_what_it_came_to_and_of_errors_their_class() -> None:
    crowned = decision(kind="promote", subject_id=uid("trees"))
    run = Retraining(run_id="alarm__x", started_at=NOON, tried=(tried(), tried("b", score=None)), decision=crowned)
    told = retraining_told(run, "clinic")
    assert (told["word"], told["run"]["url"]) == ("new champion", "/dags/retrain__clinic/runs/alarm__x")
    assert [each["is_chosen"] for each in told["tried"]] == [True, False]
    assert retraining_told(run.model_copy(update={"decision": None}), "clinic")["word"] == "undecided"
    broken = run.model_copy(update={"tried": (tried(status="failed", generator_id=None),), "decision": None})
    assert retraining_told(broken, "clinic")["word"] == "nothing fitted"
    assert [error_class(text) for text in ("ValueError: row 7", "sick ann: x", None, "<b>")] == [
        "ValueError",
        "",
        "",
        "",
    ]


def test_why_a_candidate_was_chosen_or_not() -> None:
    crowned = decision(kind="promote", subject_id=uid("trees"), reason="a is passed over: one of its nights.")
    kept = decision(kind="keep", subject_id=uid("champion"), detail={"challenger": uid("trees")})
    assert why(contender(), crowned) == "It became champion."
    assert why(contender("a"), crowned) == "It was passed over: its trial nights break the contract."
    assert why(contender("b"), crowned) == "It keeps the contract and was not the best."
    assert why(contender(), kept) == "It was the best, and is worse than a rival on some figure."
    assert why(contender("champion"), kept) == "It is the champion itself, which stayed."
    assert why(contender(), None) == "It keeps the contract; nothing was decided yet."
    assert why(contender(worse=1.5), crowned).endswith(
        "neighbours.coverage, duplicates.distinct, duplicates.near and 6 more."
    )
    assert why(contender(status="failed", error="KeyError: 'x'"), crowned) == "It could not be fitted (KeyError)."
    assert why(contender(status="running"), None) == "It is being fitted."


def test_candidates_stand_side_by_side_and_kept_rules_are_counted() -> None:
    page = generator_page(contender(), contender("worse", 1.2, rules="age"), contender("c", status="failed"))
    rows = side_by_side(page)
    assert [row["name"] for row in rows][:2] == ["neighbours.coverage", "duplicates.distinct"]
    assert [cell["is_bad"] for cell in rows[0]["cells"]] == [False, True, False]
    assert rows[0]["limit"] == "at least 0.9"
    assert [row["cells"][0]["told"] for row in rows if row["name"].startswith("rule:")] == ["–"]
    assert rules_told(page) == "1 rule of the table that every candidate keeps are left out.".replace("are", "is")
    chart = json.loads(candidates_picture(page))
    assert {row["who"] for row in chart["data"]["values"]} == {"trees", "worse", "c"}
    assert max(row["at"] for row in chart["data"]["values"]) == 1.2


def test_a_certificate_holds_each_figure_against_limit_and_champion() -> None:
    figures = [{**LOSS, "margin_origin": "noise", "is_kept": False}, {**LOSS, "name": "category.kept", "is_kept": True}]
    told = decision(kind="keep", detail={"challenger": uid("trees"), "champion": {"figures": figures}})
    rows = certificate_rows(generator_page(checks=tuple(findings(0.5)), decision=told))
    by_name = {row["name"]: row for row in rows}
    assert by_name["joint.c2st"]["loss"]["origin"] == "what these anchor rows can tell"
    assert (by_name["joint.c2st"]["loss"]["interval"], by_name["joint.c2st"]["loss"]["is_kept"]) == ("0 to 0.02", False)
    assert (by_name["category.kept"]["value"], by_name["pair.total"]["loss"]) == ("", None)
    other = told.model_copy(update={"detail": {**told.detail, "challenger": uid("another")}})
    assert all(
        row["loss"] is None for row in certificate_rows(generator_page(checks=tuple(findings()), decision=other))
    )


@pytest.mark.parametrize("told", [None, [], {"figures": 3}, {"figures": [1, {"name": "a"}]}, {"figures": [{**LOSS}]}])
def test_a_comparison_of_another_form_is_left_out(told: object) -> None:
    assert losses(told) == []
