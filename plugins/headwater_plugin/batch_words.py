"""A batch in words: how it stands, what was repaired, what it took, who decided what.

Belongs here: words and numbers. Does not: checks (``check_rows.py``), lineage (``lineage_picture.py``), queries, HTML.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from headwater.ledger.batch_answers import BatchPage, NightBatch
    from headwater.ledger.guard_records import Repair
    from headwater.ledger.records import Decision

STATUS = {
    "planned": ("planned", "open", "It is planned; its rows are not all made yet."),
    "produced": ("made", "open", "Its rows are made; nobody has judged them yet."),
    "passed": ("passed", "good", "It passed and waits for its release."),
    "failed": ("failed", "bad", "It failed, and is on its way to repair or quarantine."),
    "released": ("released", "good", "Readers have it."),
    "quarantined": ("in quarantine", "bad", "No reader saw it; a person decides."),
    "superseded": ("replaced", "open", "Another batch of this date took its place."),
    "recalled": ("taken back", "bad", "It was taken back from its readers."),
    "retired": ("retired", "open", "Its rows were removed when their time was over; what was found about them stays."),
}
"""Of each status: the word on the badge, its tone, and a sentence."""
STEPS = {
    "reweigh": "Rows were drawn again, weighed towards the profile",
    "top_up": "Rows were added where some were missing, in place of common ones",
    "previous_champion": "The champion before made the rows anew",
}
FIGURES = {
    "lacking_rows": ("rows missing from rare bins", "{:,.0f}"),
    "short_bins": ("bins that lack rows", "{:,.0f}"),
    "margin_tvd": ("distance of the farthest column", "{:.2%}"),
    "pair_tvd": ("distance of the farthest pair of columns", "{:.2%}"),
}


def standing(page: BatchPage) -> dict[str, Any]:
    """The batch's status, the verdict in one sentence, and whether a person has to decide about it."""
    word, tone, told = STATUS[page.batch.status]
    last = page.judgements[-1] if page.judgements else None
    by_whom = _by_whom(page)
    is_out = any(each.status == "released" for each in page.night)
    return {
        "word": word,
        "tone": tone,
        "told": by_whom or told,
        "is_waiting": page.batch.status == "quarantined" and not by_whom and not is_out,
        "sentence": last.sentence if last else "Nobody has judged it yet.",
    }


def _by_whom(page: BatchPage) -> str:
    """Whose decision it is that the batch is where it is, where a person's or nobody's answer led there."""
    status, last = page.batch.status, {each.kind: each for each in page.decisions}
    discarded, released = last.get("discard"), last.get("release")
    if status == "quarantined" and discarded is not None:
        is_silence = discarded.decided_by == "headwater"
        return (
            f"No reader saw it; {'nobody answered in time' if is_silence else f'{discarded.decided_by} discarded it'}."
        )
    if status == "released" and released is not None and "despite" in released.detail:
        return f"Readers have it, whatever its verdict: {released.decided_by} released it."
    return ""


def repairs_told(repairs: Sequence[Repair], batch_id: str) -> list[dict[str, Any]]:
    """Each attempt of the night: what was done, rows touched, how the rows stood before and after."""
    return [
        {
            "step": STEPS[each.step],
            "touched": f"{each.touched_rows:,} of {each.rows:,} rows",
            "look": each.look,
            "figures": _figures(each),
            "from": each.batch_id,
            "into": each.repaired_batch_id,
            "is_into_this": each.repaired_batch_id == batch_id,
            "is_from_this": each.batch_id == batch_id,
            **stamp(each.made_at),
        }
        for each in repairs
    ]


def _figures(repair: Repair) -> list[dict[str, str]]:
    """What the profile said before and after; a figure that either side lacks is left out."""
    pairs = {name: (repair.before.get(name), repair.after.get(name)) for name in FIGURES}
    return [
        {"name": FIGURES[name][0], "before": FIGURES[name][1].format(old), "after": FIGURES[name][1].format(new)}
        for name, (old, new) in pairs.items()
        if isinstance(old, int | float) and isinstance(new, int | float)
    ]


def effort(page: BatchPage) -> dict[str, Any]:
    """Stages with rows and seconds, and their sum. The ledger knows time, no prices, so none is told."""
    making, batch = page.making, page.batch
    stages = []
    if making.shards:
        speed = f"{making.rows / making.seconds:,.0f} rows a second" if making.seconds > 0 else ""
        rows = f"{making.rows:,} rows in {_files(making.shards)}"
        stages.append(_stage("Making the rows", rows, making.seconds, speed))
    for each in page.judgements:
        name = "Judging them" if each.attempt == 1 else f"Judging them again ({each.attempt})"
        stages.append(_stage(name, f"{batch.rows:,} rows", each.seconds, "passed" if each.passed else "failed"))
    total = making.seconds + sum(each.seconds for each in page.judgements)
    waited = (batch.released_at - batch.created_at).total_seconds() if batch.released_at else None
    return {
        "stages": stages,
        "files": _files(making.shards),
        "total": seconds(total),
        "waited": "" if waited is None or waited < 0 else seconds(waited),
    }


def seconds(number: float) -> str:
    """A length of time with its unit: ``0.50 s``, ``12.3 s``, ``4 min 10 s``, ``2 h 5 min``."""
    if number < 9.995:  # what is rounded up takes the form of the next
        return f"{number:.2f} s"
    if number < 59.95:
        return f"{number:.1f} s"
    whole = round(number)
    if whole < 3_600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3_600:,} h {whole % 3_600 // 60} min"


def decisions_told(decisions: Sequence[Decision]) -> list[dict[str, Any]]:
    """Who decided what, when and why; the newest first."""
    return [
        {
            "outcome": _outcome(each),
            "by": each.decided_by,
            "reason": each.reason,
            "second": _second(each),
            "run": str(each.detail.get("run_id", "")),
            **stamp(each.decided_at),
        }
        for each in reversed(decisions)
    ]


def _outcome(decision: Decision) -> str:
    return "release anyway" if "despite" in decision.detail else decision.outcome.replace("_", " ")


def _second(decision: Decision) -> str:
    """What the second person wrote who confirmed it; empty where none did."""
    second = decision.detail.get("second")
    is_theirs = isinstance(second, dict) and second.get("by") and second["by"] != decision.decided_by
    return f"{second['by']} confirmed it: {second['reason']}" if second and is_theirs else ""


def night_told(night: Sequence[NightBatch], batch_id: str, run_id: str) -> list[dict[str, Any]]:
    """The batches of the date, in the order given; which one the page is about, and which ones the run made."""
    return [
        {
            "batch_id": each.batch_id,
            "word": STATUS[each.status][0],
            "tone": STATUS[each.status][1],
            "generator": each.generator_label,
            "rows": f"{each.rows:,}",
            "run": each.run_id,
            "is_here": each.batch_id == batch_id,
            "is_of_run": bool(run_id) and each.run_id == run_id,
            **stamp(each.created_at),
        }
        for each in night
    ]


def stamp(at: datetime) -> dict[str, str]:
    """A moment for a browser to put into the user's zone, and in words for where there is no script."""
    return {"iso": at.isoformat(), "text": f"{at:%Y-%m-%d %H:%M} UTC"}


def _stage(name: str, rows: str, taken: float, told: str) -> dict[str, str]:
    return {"name": name, "rows": rows, "seconds": seconds(taken), "told": told}


def _files(count: int) -> str:
    return f"{count:,} {'file' if count == 1 else 'files'}"
