"""Generators in words: how a dataset's champion stands, the state of each version, what each retraining came to.

Belongs here: words and numbers of the history. Does not: one generator's candidates and certificate
(``candidate_rows.py``), queries, HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from headwater_plugin.airflow_links import run_link
from headwater_plugin.batch_words import seconds, stamp

if TYPE_CHECKING:
    from headwater.ledger.answers import ChampionVersion
    from headwater.ledger.generator_answers import History, Retraining, Tried, Version
    from headwater.ledger.records import Decision

FIGURES = {"neighbours.coverage": "Coverage", "utility.score": "TSTR"}
"""The trial figures that the history tells, both shares or scores of which more is better."""
KINDS = {"promote": "became champion", "rollback": "brought back", "recall": "batches recalled", "keep": "not promoted"}
"""What a decision did to the generator that it is about."""


def headline(found: History, dataset: str, now: datetime) -> tuple[str, str]:
    """How the dataset's champion stands, in one sentence, and its tone."""
    if found.champion is None:
        if found.run_count == 0:
            return f"{dataset}: no generator has been trained yet", "open"
        return f"{dataset} has no champion: no candidate has kept the contract yet", "bad"
    reign = found.champion.reign
    waits = []
    if found.waiting:
        waits.append(_count(found.waiting, "batch waits in quarantine", "batches wait in quarantine"))
    if found.alarms:
        waits.append(_count(found.alarms, "alarm is open", "alarms are open"))
    if found.last_run and found.last_run.tried and all(each.status == "failed" for each in found.last_run.tried):
        waits.append("the last retraining could fit no candidate")
    days = (now - (found.since or reign.promoted_at)).days
    age = f"for {_count(days, 'day', 'days')}" if days else "for less than a day"
    told = f"{dataset}: {reign.label}, version {reign.version}, has been champion {age}"
    return f"{told}; {', '.join(waits) or 'nothing to decide'}", "bad" if waits else "good"


def badge(tone: str) -> dict[str, str]:
    """The tone of a page's first line, and the word that says it without colour."""
    return {"tone": tone, "badge": {"good": "fine", "bad": "needs attention", "open": "nothing yet"}[tone]}


def state_of(reign: ChampionVersion) -> tuple[str, str]:
    """A version's state in a word, and its tone."""
    if reign.is_current:
        return "champion", "good"
    if reign.recalled_at is not None:
        return "recalled", "bad"
    if reign.withdrawn_at is not None:
        return "withdrawn", "bad"
    return ("previous", "open") if reign.is_previous else ("former", "open")


def version_told(version: Version) -> dict[str, Any]:
    """A version as the table of champions shows it."""
    reign = version.reign
    word, tone = state_of(reign)
    shown = {each.name: each for each in version.figures}
    figures = []
    for name, label in FIGURES.items():
        point = shown.get(name)
        value = "–" if point is None or point.value is None else f"{point.value:.3f}"
        limit = f"at least {point.limit:.3f}" if point is not None and point.limit is not None else ""
        figures.append(
            {"label": label, "value": value, "limit": limit, "is_bad": point is not None and not point.passed}
        )
    return {
        "version": reign.version,
        "label": reign.label,
        "kind": reign.kind,
        "word": word,
        "tone": tone,
        "reigns": f"{reign.reigns} reigns" if reign.reigns > 1 else "",
        "trained": stamp(reign.created_at),
        "promoted": stamp(reign.promoted_at),
        "retired": stamp(reign.retired_at) if reign.retired_at else None,
        "depth": f"{version.depth:.3g}",
        "depth_max": f"{version.depth_max:g}",
        "real": f"{version.real_share:.1%}",
        "rows": f"{version.train_rows:,}",
        "anchor": f"{version.anchor_rows:,}",
        "figures": figures,
        "is_current": reign.is_current,
        "can_return": not reign.is_current,
    }


def retraining_told(run: Retraining, dataset: str) -> dict[str, Any]:
    """A retraining run: when, whom it tried, what came of it."""
    word, tone = {
        None: ("undecided", "open"),
        "promote": ("new champion", "good"),
        "keep": ("champion stayed", "open"),
    }[run.decision.kind if run.decision else None]
    if all(each.status == "failed" for each in run.tried):
        word, tone = "nothing fitted", "bad"
    chosen = run.decision.subject_id if run.decision and run.decision.kind == "promote" else ""
    return {
        "run": run_link(f"retrain__{dataset}", run.run_id),
        "started": stamp(run.started_at),
        "word": word,
        "tone": tone,
        "reason": run.decision.reason if run.decision else "",
        "tried": [
            {**tried_told(each), "is_chosen": bool(chosen) and each.generator_id == chosen} for each in run.tried
        ],
    }


def tried_told(tried: Tried) -> dict[str, Any]:
    """A candidate of a run. Of an error its class is told: the rest stands in the task's log."""
    return {
        "label": tried.label,
        "kind": tried.kind or "",
        "generator_id": tried.generator_id or "",
        "score": "–" if tried.score is None else f"{tried.score:.3f}",
        "seconds": "–" if tried.seconds is None else seconds(tried.seconds),
        "status": tried.status,
        "error": error_class(tried.error),
    }


def error_class(error: str | None) -> str:
    """``ValueError``; empty where nothing of that form stands."""
    name = (error or "").partition(":")[0].strip()
    return name if name.isidentifier() else ""


def history_told(decisions: Sequence[Decision], numbers: dict[str, int]) -> list[dict[str, Any]]:
    """Who did what to whom, when and why, in the order given; ``numbers`` are versions by generator."""
    return [
        {
            "what": KINDS.get(each.kind, each.kind.replace("_", " ")),
            "who": _called(each.subject_id if each.kind != "keep" else str(each.detail.get("challenger", "")), numbers),
            "instead": _called(str(each.detail.get("replaces", "")), numbers),
            "by": each.decided_by,
            "reason": each.reason,
            "run": str(each.detail.get("run_id", "")),
            **stamp(each.decided_at),
        }
        for each in decisions
    ]


def _called(generator_id: str, numbers: dict[str, int]) -> str:
    return f"version {numbers[generator_id]}" if generator_id in numbers else generator_id[:8]


def _count(number: int, one: str, many: str) -> str:
    return f"{number:,} {one if number == 1 else many}"
