"""Words and rows of the collapse page by hand, and the forms of both pages. No server, no database."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest
from tests.ledger.facts import decision, uid
from tests.ledger.test_watch_in_ledger import point
from tests.plugins.told_pages import collapse, night, points, raised, reign

from headwater.checks.indicators import NAMES, WORDS
from headwater.ledger.collapse_answers import Generation
from headwater_plugin.airflow_links import run_link
from headwater_plugin.anchor_rows import figure_told, generation_lines, indicator_rows, night_lines
from headwater_plugin.collapse_form import CollapseForm, read_collapse_form
from headwater_plugin.collapse_words import alarms_told, looks_told, summary, union_told
from headwater_plugin.collapse_words import headline as collapse_headline
from headwater_plugin.generators_form import GeneratorsForm, read_generators_form
from headwater_plugin.index_form import FormError
from headwater_plugin.indicators import INDICATORS


def test_indicators_are_those_of_the_watch_in_its_words() -> None:
    assert tuple(INDICATORS) == NAMES
    assert {name: words for name, (_, words) in INDICATORS.items()} == WORDS


@pytest.mark.parametrize(
    ("changes", "told", "tone"),
    [
        ({}, "clinic: no alarm is open; all lead indicators of the last 3 nights keep their limits", "good"),
        ({"nights": (night(0), night(1, 1.5))}, "in 1 of the last 2 nights a lead indicator missed its limit", "bad"),
        ({"nights": (night(0),)}, "of the night of 2026-01-01 keep", "good"),
        ({"nights": ()}, "nothing stands beside the anchor yet; no night was judged", "open"),
        ({"nights": (), "champion": None}, "nothing stands beside the anchor yet; it has no champion", "open"),
        (
            {"open_alarms": (raised(),)},
            "an alarm is open, how easily a classifier tells real from synthetic rows",
            "bad",
        ),
        ({"open_alarms": (raised(), raised())}, "clinic: 2 alarms are open, the newest:", "bad"),
    ],
)
def test_the_anchors_state_in_one_sentence(changes: dict[str, Any], told: str, tone: str) -> None:
    found, shown = collapse_headline(collapse(**changes), "clinic", CollapseForm())
    assert told in found
    assert shown == tone


def test_asked_for_other_nights_the_sentence_is_about_those() -> None:
    found, _ = collapse_headline(collapse(), "clinic", CollapseForm(to=date(2026, 1, 9)))
    assert "all lead indicators of the 3 nights up to 2026-01-03 keep" in found
    assert "The watch has not looked yet." in summary(collapse())
    assert "1 generation so far" in summary(collapse())


def test_an_alarm_tells_what_it_did() -> None:
    kept = decision(kind="keep")
    asked = alarms_told([raised(tried=2, decision=kept, told=1)], "clinic", "retrain")[0]
    assert (
        asked["did"]
        == "1 receiver was told. It asked for a retraining, which tried 2 candidates and kept the champion."
    )
    assert asked["asked"] == run_link("retrain__clinic", "alarm__run")
    assert "has decided nothing yet" in alarms_told([raised(tried=1)], "clinic", "retrain")[0]["did"]
    assert "knows no candidate" in alarms_told([raised()], "clinic", "retrain")[0]["did"]
    assert alarms_told([raised()], "clinic", "stop")[0]["did"].endswith("No batch is released until it is closed.")
    assert alarms_told([raised()], "clinic", "notify")[0]["did"] == "No receiver was told."
    assert run_link("a", "<b>")["url"] == ""


def test_an_indicator_is_drawn_by_value_or_by_the_way_to_its_limit() -> None:
    nights = (night(0, 0.2), night(1, 1.5, generator_id=uid("g2")))
    rows = {row["name"]: row for row in indicator_rows(collapse(nights=nights, open_alarms=(raised(),)))}
    assert list(rows) == list(INDICATORS)
    assert (rows["joint.c2st"]["limit"], rows["cell.kmeans"]["limit"]) == ("at most 0.560", "of the way to the limit")
    assert (rows["cell.kmeans"]["last"], rows["cell.kmeans"]["first"]) == ("150%", "10%")
    assert rows["cell.kmeans"]["missed"] == "1 of 2 nights missed the limit"
    drawn = json.loads(rows["cell.kmeans"]["nights"])["data"]["values"]
    assert [(each["value"], each["limit"], each["crowned"], each["by"]) for each in drawn] == [
        *((0.2, 1.0, False, "version 1"),),
        (1.5, 1.0, True, uid("g2")[:8]),
    ]
    assert "rect" in rows["joint.c2st"]["nights"]
    assert "rect" not in rows["cell.kmeans"]["nights"]
    assert figure_told("joint.c2st", None) == "–"


def test_what_no_night_measured_has_no_row_and_tables_have_every_cell() -> None:
    few = tuple(each for each in points() if each.name != "utility.score")
    found = collapse(nights=(night(0, points=few),), generations=(Generation(reign=reign(), points=()),))
    assert [row["name"] for row in indicator_rows(found)] == [name for name in INDICATORS if name != "utility.score"]
    assert [len(line["cells"]) for line in (*night_lines(found, "clinic"), *generation_lines(found, "clinic"))] == [
        8,
        8,
    ]
    assert [cell["told"] for cell in generation_lines(found, "clinic")[0]["cells"]] == ["–"] * 8


def test_looks_come_nearest_to_the_limit_first_and_the_union_has_its_own_place() -> None:
    unions = [point(chart="union", name="union.repeats", score=score) for score in (1.0, 5.5)]
    looks = [point(name="pair.total", score=1.0), point(score=4.0), unions[1]]
    assert [each["check"] for each in looks_told(looks)] == ["joint.c2st", "pair.total"]
    (told,) = union_told(unions)
    assert (told["score"], told["is_bad"], [each["score"] for each in told["looks"]]) == ("5.5", True, ["5.5", "1.0"])


def test_forms_are_read_and_written() -> None:
    form = read_collapse_form({"to": "2026-01-31", "nights": "120", "alarms": "2", "other": "x"})
    assert form == CollapseForm(date(2026, 1, 31), 120, 2)
    assert form.url(to=date(2026, 1, 1), alarms=3) == "?to=2026-01-01&nights=120&alarms=3"
    assert CollapseForm().url() == "./"
    assert read_generators_form({"runs": "2"}) == GeneratorsForm(1, 2)
    assert (GeneratorsForm().url(3, 1), GeneratorsForm().url(1, 1)) == ("?page=3", "./")


@pytest.mark.parametrize("given", [{"to": "x"}, {"nights": "7"}, {"nights": "٦٠"}, {"alarms": "0"}])
def test_a_wrong_parameter_of_the_collapse_page_is_named(given: dict[str, str]) -> None:
    with pytest.raises(FormError, match=f"^{next(iter(given))} is n"):
        read_collapse_form(given)
