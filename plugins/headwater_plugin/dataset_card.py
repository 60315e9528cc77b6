"""One dataset on the overview: its standing in words, its newest batch, its champion, its figures night by night.

Belongs here: words and numbers. Does not: queries (``headwater.ledger``), HTML (``templates/``).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headwater.ledger.overview_answers import Card, Expected, LastBatch, NightFigures, Reign, Standing

FIGURES = {"neighbours.coverage": "Coverage", "utility.score": "TSTR"}
"""The checks that the overview follows, both shares or scores of which more is better."""
WORDS = {
    "late": "late",
    "quarantined": "in quarantine",
    "alarm": "alarm",
    "missing": "nights missing",
    "none": "no champion",
    "running": "to come",
    "fine": "released",
    "asleep": "paused",
}


def card_view(standing: Standing, card: Card, expected: Expected, now: datetime) -> dict[str, Any]:
    """What the template shows of a dataset; ``expected`` are the nights of its strip."""
    shown = {each.name: each for each in card.figures}
    strip = _strip(card, expected)
    return {
        "dataset": standing.dataset,
        "owner": card.owner,
        "state": standing.state,
        "state_word": WORDS[standing.state],
        "why": _why(standing, card.last),
        "last": _last(standing.dataset, card.last),
        "champion": _champion(card.champion, now),
        "figures": [_figure(name, shown.get(name)) for name in FIGURES],
        "decisions": _decisions(standing, card.is_approval_open),
        "strip": strip,
        "strip_told": _strip_told([outcome for outcome, _ in strip]),
    }


def _why(standing: Standing, last: LastBatch | None) -> str:
    """The sentence beside the badge."""
    newest = last.batch_date.isoformat() if last else ""
    return {
        "late": "The newest night passed its deadline without a released batch.",
        "quarantined": f"{_count(standing.quarantined, 'batch waits', 'batches wait')} for a decision.",
        "alarm": f"{_count(standing.alarms, 'alarm is', 'alarms are')} open.",
        "missing": f"{_count(standing.missing, 'night has', 'nights have')} no batch; Backfill makes them.",
        "none": "No generator has been promoted yet.",
        "running": "The newest night is still to come.",
        "fine": last.sentence or f"The batch of {newest} is out." if last else "",
        "asleep": "Its nightly DAG is paused or gone.",
    }[standing.state]


def _decisions(standing: Standing, is_approval_open: bool) -> list[tuple[str, str]]:
    """What a person has to decide, and where: a path in Airflow, or one of ours below ``/headwater/``."""
    asked = f"/dags/decide__{standing.dataset}/required_actions"
    found = []
    if standing.quarantined:
        found.append((_count(standing.quarantined, "batch in quarantine", "batches in quarantine"), asked))
    if is_approval_open:
        found.append(("a promotion to approve", asked))
    if standing.alarms:
        found.append((_count(standing.alarms, "alarm", "alarms"), f"collapse/{standing.dataset}/"))
    return found


def _last(dataset: str, last: LastBatch | None) -> dict[str, Any] | None:
    if last is None:
        return None
    day = last.batch_date.isoformat()
    out = last.released_at if last.status == "released" else None
    return {
        "date": day,
        "status": last.status,
        "rows": last.rows,
        "url": f"batches/{dataset}/{last.batch_id}/",
        "released_iso": out.isoformat() if out else "",
        "released_text": f"{out:%Y-%m-%d %H:%M} UTC" if out else "",
    }


def _champion(reign: Reign | None, now: datetime) -> dict[str, Any] | None:
    if reign is None:
        return None
    days = (now - reign.promoted_at).days
    return {
        "label": reign.label,
        "version": reign.version,
        "age": _count(days, "day", "days") if days else "less than a day",
        "depth": f"{reign.depth:g}",
        "real": f"{reign.real_share:.0%}",
    }


def _figure(name: str, nights: NightFigures | None) -> dict[str, Any]:
    label = FIGURES[name]
    if nights is None or nights.values[-1] is None:
        return {"label": label, "value": "", "passed": True}
    kept = [
        (day, value, limit)
        for day, value, limit in zip(nights.dates, nights.values, nights.limits, strict=True)
        if value is not None
    ]
    # Days since the first of them, value, limit: short, since a page holds dozens of lines.
    points = [[(day - kept[0][0]).days, round(value, 4), limit and round(limit, 4)] for day, value, limit in kept]
    values = [value for _, value, _ in kept]
    value, limit = nights.values[-1], nights.limits[-1]
    told = f"{label} of {_count(len(kept), 'night', 'nights')}: lowest {min(values):.3f}, highest {max(values):.3f}"
    return {
        "label": label,
        "value": f"{value:.3f}",
        "limit": "unknown" if limit is None else f"{limit:.3f}",
        "passed": nights.passed[-1],
        "points": json.dumps(points, separators=(",", ":")),
        "told": f"{told}, last {value:.3f}",
    }


def _strip(card: Card, expected: Expected) -> list[tuple[str, str]]:
    """Outcome and date of each night, oldest first; before the first batch there is nothing."""
    outcomes = dict(card.outcomes)
    first = min(outcomes, default=None)
    found = []
    for place, day in enumerate(expected.nights):
        if first is None or day < first:
            break
        outcome: str = outcomes.get(day, "missing")
        if place == 0 and not expected.is_late and outcome in ("missing", "unfinished"):
            outcome = "open"
        found.append((outcome, day.isoformat()))
    return found[::-1]


def _strip_told(outcomes: Sequence[str]) -> str:
    counted = ", ".join(f"{outcomes.count(outcome)} {outcome}" for outcome in dict.fromkeys(outcomes))
    return f"The last {_count(len(outcomes), 'night', 'nights')}: {counted}" if outcomes else "No nights yet"


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
