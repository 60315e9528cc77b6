"""How a dataset stands against its anchor, in words: the state in one sentence, alarms, looks of the watch, the union.

Belongs here: words and numbers. Does not: indicators night by night (``anchor_rows.py``), queries, HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from headwater_plugin.airflow_links import run_link
from headwater_plugin.anchor_charts import looks_chart
from headwater_plugin.batch_words import stamp
from headwater_plugin.check_rows import chart_json
from headwater_plugin.collapse_form import CollapseForm
from headwater_plugin.indicators import CHARTS, name_of

if TYPE_CHECKING:
    from headwater.ledger.collapse_answers import Collapse, RaisedAlarm
    from headwater.ledger.guard_records import WatchPoint

UNION = ("union.repeats", "union.distinct", "union.coverage")
DOES = {
    "retrain": "an alarm asks for one retraining, beside the notice",
    "stop": "an alarm stops releases until it is closed",
    "notify": "an alarm sends a notice and stops nothing",
}
"""What ``watch.on_alarm`` of the spec means."""


def headline(found: Collapse, dataset: str, form: CollapseForm) -> tuple[str, str]:
    """The state in one sentence, and its tone."""
    if found.open_alarms:
        first = found.open_alarms[0].alarm
        slides = f"{name_of(first.name)} {'slid' if first.since else 'alarmed'}"
        slides += f" since {first.since}" if first.since else ""
        count = len(found.open_alarms)
        if count == 1:
            return f"{dataset}: an alarm is open, {slides}", "bad"
        return f"{dataset}: {count} alarms are open, the newest: {slides}", "bad"
    if not found.nights:
        why = "it has no champion" if found.champion is None else "no night was judged"
        when = f" up to {form.to}" if form.to else " yet"
        return f"{dataset}: no alarm is open, and nothing stands beside the anchor{when}; {why}", "open"
    missed = sum(any(not point.passed for point in night.points) for night in found.nights)
    count = len(found.nights)
    nights = f"the {count:,} nights up to {found.nights[-1].batch_date}" if form.to else f"the last {count:,} nights"
    if count == 1:
        nights = f"the night of {found.nights[-1].batch_date}"
    if not missed:
        return f"{dataset}: no alarm is open; all lead indicators of {nights} keep their limits", "good"
    return f"{dataset}: no alarm is open; in {missed:,} of {nights} a lead indicator missed its limit", "bad"


def summary(found: Collapse) -> str:
    """What stands below the headline: who is champion, and against what everything is held."""
    champion = found.champion
    if champion is None:
        return "No generator has been promoted yet, so there is nothing to watch."
    generations = _count(found.generation_count, "generation", "generations")
    looked = "" if found.looks else " The watch has not looked yet."
    told = f"Version {champion.version} ({champion.label}) is champion, {generations} so far, "
    return f"{told}each judged by real rows that no generator ever learned.{looked}"


def alarms_told(alarms: Sequence[RaisedAlarm], dataset: str, on_alarm: str) -> list[dict[str, Any]]:
    """Each alarm: what raised it, what it did, who closed it and why."""
    return [
        {
            "alarm_id": each.alarm.alarm_id,
            "about": f"{name_of(each.alarm.name)}, {CHARTS[each.alarm.chart]}",
            "name": each.alarm.name,
            "sentence": each.alarm.sentence,
            "score": f"{each.alarm.score:.1f}",
            "limit": f"{each.alarm.limit:.1f}",
            "since": each.alarm.since.isoformat() if each.alarm.since else "",
            "raised": stamp(each.alarm.raised_at),
            "run": run_link(f"watch__{dataset}", each.alarm.run_id),
            "did": _did(each, on_alarm),
            "asked": run_link(f"retrain__{dataset}", f"alarm__{each.alarm.run_id}") if each.tried else None,
            "closed": stamp(each.alarm.closed_at) if each.alarm.closed_at else None,
            "closed_by": each.alarm.closed_by or "",
            "reason": each.alarm.reason or "",
        }
        for each in alarms
    ]


def _did(raised: RaisedAlarm, on_alarm: str) -> str:
    """What the ledger knows came of it; the spec of its day is not kept beside an alarm."""
    told = f"{_count(raised.told, 'receiver was', 'receivers were')} told." if raised.told else "No receiver was told."
    if raised.tried:
        came = {"promote": "crowned a new champion", "keep": "kept the champion"}
        ended = came[raised.decision.kind] if raised.decision else "has decided nothing yet"
        tried = _count(raised.tried, "candidate", "candidates")
        return f"{told} It asked for a retraining, which tried {tried} and {ended}."
    if on_alarm == "stop" and raised.alarm.closed_at is None:
        return f"{told} No batch is released until it is closed."
    asked = " The ledger knows no candidate of a retraining that it asked for." if on_alarm == "retrain" else ""
    return f"{told}{asked}"


def looks_told(looks: Sequence[WatchPoint]) -> list[dict[str, Any]]:
    """The last look of each chart at each figure, the nearest to its limit first; the union has a place of its own."""
    others = [each for each in looks if each.chart != "union"]
    return [
        {
            "chart": CHARTS[each.chart],
            "name": name_of(each.name),
            "check": each.name,
            "score": f"{each.score:.1f}",
            "limit": f"{each.limit:.1f}",
            "is_bad": each.score > each.limit,
            "sentence": each.sentence,
            "size": _count(each.size, "night", "nights")
            if each.chart == "nights"
            else _count(each.size, "one", "ones"),
            "seen": stamp(each.seen_at),
        }
        for each in sorted(others, key=lambda each: (each.limit - each.score, each.chart, each.name))
    ]


def union_told(unions: Sequence[WatchPoint]) -> list[dict[str, Any]]:
    """Each statistic of the union: its last look in words, and the scores of the looks before it."""
    rows = []
    for name in UNION:
        looks = [each for each in unions if each.name == name]
        if looks:
            last = looks[-1]
            rows.append(
                {
                    "name": name,
                    "about": name_of(name),
                    "sentence": last.sentence,
                    "score": f"{last.score:.1f}",
                    "limit": f"{last.limit:.1f}",
                    "is_bad": last.score > last.limit,
                    "size": _count(last.size, "night", "nights"),
                    "seen": stamp(last.seen_at),
                    "picture": chart_json(looks_chart([_scored(each) for each in looks])),
                    "looks": [{**_scored(each), "score": f"{each.score:.1f}"} for each in reversed(looks)],
                }
            )
    return rows


def _scored(look: WatchPoint) -> dict[str, Any]:
    score, limit = round(look.score, 3), round(look.limit, 3)
    told = {"day": look.seen_at.date().isoformat(), "value": score, "limit": limit, "passed": score <= limit}
    return {**told, "by": f"{look.size:,} nights"}


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
