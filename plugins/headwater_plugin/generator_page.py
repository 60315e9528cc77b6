"""One generator: candidates of its training run side by side, its certificate, its history, the batches it made.

Belongs here: from the ledger's facts to what the template shows. Does not: words (``generator_words.py``,
``candidate_rows.py``), queries, the dataset's history (``generators_page.py``).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlencode

from fastapi import Depends, HTTPException, status
from fastapi.responses import HTMLResponse

from headwater_plugin.access import may_see_dataset
from headwater_plugin.airflow_links import run_link
from headwater_plugin.batch_words import STATUS, stamp
from headwater_plugin.candidate_rows import (
    broken_figures,
    candidates_picture,
    certificate_rows,
    contenders_told,
    rivals_told,
    rules_told,
    side_by_side,
)
from headwater_plugin.check_rows import verdict_counts
from headwater_plugin.generator_words import history_told, state_of
from headwater_plugin.lineage_picture import size
from headwater_plugin.places import reading
from headwater_plugin.rendering import page

if TYPE_CHECKING:
    from headwater.ledger.answers import ChampionVersion
    from headwater.ledger.generator_answers import GeneratorPage, Outcomes

ROOT = "../../../"
_NUMBER, _ID = re.compile(r"[1-9][0-9]{0,8}"), re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_ABSENT = "there is no such generator"
_VERDICTS = {"released": "passed", "superseded": "passed", "recalled": "passed", "quarantined": "failed"}
"""Of a batch's status, which verdict its last validation has as a rule."""


def generator_page(dataset: Annotated[str, Depends(may_see_dataset)], version: str) -> HTMLResponse:
    """The page of a champion by its number, or of any generator by its id, as the DAG ``rollback`` takes either."""
    if not (_NUMBER.fullmatch(version) or _ID.fullmatch(version)):
        raise HTTPException(status.HTTP_404_NOT_FOUND, _ABSENT)
    with reading() as books:
        is_id = _ID.fullmatch(version) is not None
        generator_id = version if is_id else books.generator_pages.id_of_version(dataset, int(version))
        found = books.generator_pages.of(dataset, generator_id) if generator_id else None
        numbers = {each.generator_id: each.version for each in books.champions.versions(dataset)}
    if found is None:
        raise HTTPException(status.HTTP_404_NOT_FOUND, _ABSENT)
    return page("generator.j2", generator_view(found, numbers), root=ROOT, here="page")


def generator_view(found: GeneratorPage, numbers: dict[str, int]) -> dict[str, Any]:
    """What the template shows; ``numbers`` are versions of the dataset's champions by generator."""
    reign, drawn = found.reign, found.certificate
    return {
        "dataset": found.dataset,
        "headline": headline(found),
        "moments": _moments(found.reign),
        "learned": found.learned,
        "facts": _facts(found),
        "state": state_of(reign) if reign else ("candidate", "open"),
        "reign": reign,
        "verdict": verdict_counts(found.checks) or "Its trial is not in the ledger.",
        "is_kept": bool(found.checks) and not broken_figures(found.checks),
        "drawn": stamp(drawn.drawn_at) if drawn else None,
        "certificate": drawn,
        "run": run_link(f"retrain__{found.dataset}", found.run_id) if found.run_id else None,
        "contenders": contenders_told(found),
        "sides": side_by_side(found),
        "rules": rules_told(found),
        "picture": candidates_picture(found),
        "rows": certificate_rows(found),
        "rivals": [{**each, "version": numbers.get(each["generator_id"])} for each in rivals_told(found)],
        "decision": history_told([found.decision], numbers)[0] if found.decision else None,
        "history": history_told(found.decisions, numbers),
        "defences": found.defences,
        "outcomes": [_outcome(found.dataset, each) for each in found.outcomes],
        "batches": sum(each.batches for each in found.outcomes),
    }


def headline(found: GeneratorPage) -> str:
    """What the generator is to its dataset, in one sentence."""
    name, reign = f"{found.dataset}: {found.learned.label}", found.reign
    if reign is None:
        return f"{name} is a candidate that never became champion"
    name += f", version {reign.version},"
    if reign.is_current:
        return f"{name} is champion and makes tonight's batch"
    if reign.recalled_at is not None:
        return f"{name} is withdrawn, and its batches were recalled"
    if reign.withdrawn_at is not None:
        return f"{name} is withdrawn: a person went back to another"
    return f"{name} was champion and gave way to a later one"


def _moments(reign: ChampionVersion | None) -> list[dict[str, str]]:
    """When it was what; nothing for one that never was champion."""
    if reign is None:
        return []
    known = {"First promoted": reign.promoted_at, "Champion until": reign.retired_at}
    known |= {"Withdrawn": reign.withdrawn_at, "Batches recalled": reign.recalled_at}
    return [{"name": name, **stamp(at)} for name, at in known.items() if at is not None]


def _facts(found: GeneratorPage) -> list[dict[str, str]]:
    """Name, value with its unit, and what it means."""
    learned = found.learned
    return [
        {"name": "Family", "value": learned.kind, "told": f"model of {size(learned.model_bytes)}"},
        {
            "name": "Depth",
            "value": f"{learned.depth:.3g}",
            "told": f"generations from real rows on average, at most {learned.depth_max:g}",
        },
        {
            "name": "Real rows",
            "value": f"{learned.real_share:.1%}",
            "told": f"of {learned.train_rows:,} rows to learn from",
        },
        {"name": "Anchor", "value": f"{learned.anchor_rows:,} rows", "told": "real rows that judge it"},
        {
            "name": "Score",
            "value": "–" if learned.score is None else f"{learned.score:.3f}",
            "told": "1 is as good as real rows; it ranks candidates and decides no release",
        },
    ]


def _outcome(dataset: str, each: Outcomes) -> dict[str, str]:
    asked = {"dataset": dataset, "from": each.first.isoformat(), "to": each.last.isoformat()}
    if each.status in _VERDICTS:
        asked["verdict"] = _VERDICTS[each.status]
    word, tone, _ = STATUS[each.status]
    return {
        "word": word,
        "tone": tone,
        "batches": f"{each.batches:,}",
        "rows": f"{each.rows:,}",
        "first": each.first.isoformat(),
        "last": each.last.isoformat(),
        "url": f"docs/?{urlencode(asked)}",
    }
