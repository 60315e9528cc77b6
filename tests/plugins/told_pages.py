"""Answers of the ledger about generators and the anchor, made by hand, for the words of their pages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.ledger.facts import NIGHT, NOON, uid
from tests.ledger.sliding import findings
from tests.ledger.test_watch_in_ledger import alarm

from headwater.ledger.answers import ChampionVersion
from headwater.ledger.collapse_answers import AnchorPoint, Collapse, Generation, JudgedNight, RaisedAlarm
from headwater.ledger.generator_answers import Contender, GeneratorPage, History, Learned, Tried, Version
from headwater.spec.watch import Watch


def reign(version: int = 1, **changes: Any) -> ChampionVersion:
    values: dict[str, Any] = {"label": "trees", "kind": "trees", "score": 0.9, "reigns": 1, "is_current": True}
    values |= {"created_at": NOON, "promoted_at": NOON, "retired_at": None, "is_previous": False}
    values |= {"withdrawn_at": None, "recalled_at": None, "generator_id": uid(f"g{version}"), "dataset": "clinic"}
    return ChampionVersion(version=version, **{**values, **changes})


def points(worse: float = 0.2) -> tuple[AnchorPoint, ...]:
    names = set(AnchorPoint.model_fields)
    return tuple(AnchorPoint(**each.model_dump(include=names)) for each in findings(worse))


def night(number: int, worse: float = 0.2, **changes: Any) -> JudgedNight:
    values = {"batch_id": uid(f"b{number}"), "status": "released", "generator_id": uid("g1"), "points": points(worse)}
    return JudgedNight(**{**values, "batch_date": NIGHT + timedelta(days=number), **changes})


def collapse(**changes: Any) -> Collapse:
    values: dict[str, Any] = {
        "champion": reign(),
        "generations": (Generation(reign=reign(), points=points(0.1)),),
        "generation_count": 1,
        "nights": tuple(night(each) for each in range(3)),
        "night_count": 3,
        **dict.fromkeys(("older_to", "newer_to")),
        **dict.fromkeys(("looks", "unions", "open_alarms", "past_alarms"), ()),
        "past_count": 0,
        "watch": Watch(),
    }
    return Collapse(**{**values, **changes})


def raised(**changes: Any) -> RaisedAlarm:
    return RaisedAlarm(**{"alarm": alarm(), "told": 0, "tried": 0, "decision": None, **changes})


def tried(label: str = "trees", **changes: Any) -> Tried:
    values: dict[str, Any] = {"run_id": "manual__1", "status": "succeeded", "seconds": 62.0, "error": None}
    values |= {"generator_id": uid(label), "kind": "trees", "score": 0.93, "started_at": NOON}
    return Tried(label=label, **{**values, **changes})


def generator_page(*contenders: Contender, **changes: Any) -> GeneratorPage:
    learned = dict.fromkeys(("depth", "depth_max", "score"), 0.0) | {"real_share": 1.0, "created_at": NOON}
    learned |= {name: name for name in ("kind", "label", "model_sha256", "code_version", "content_hash", "source")}
    learned |= {"generator_id": uid("trees"), "snapshot_id": uid("s"), "taken_at": NOON}
    learned |= {"model_bytes": 1, "train_rows": 8, "anchor_rows": 2}
    values: dict[str, Any] = {"dataset": "clinic", "learned": Learned(**learned), "reign": None, "checks": ()}
    values |= {"certificate": None, "run_id": "manual__1", "contenders": contenders, "decision": None}
    values |= {"decisions": (), "defences": 0, "outcomes": ()}
    return GeneratorPage(**{**values, **changes})


def contender(label: str = "trees", worse: float = 0.2, **changes: Any) -> Contender:
    rules = changes.pop("rules", "")
    return Contender(tried=tried(label, **changes), version=None, checks=tuple(findings(worse, rules=rules)))


def history(**changes: Any) -> History:
    version = Version(reign=reign(3), depth=0.2, depth_max=1.0, real_share=0.8, train_rows=8, anchor_rows=2, figures=())
    values: dict[str, Any] = {"champion": version, "since": NOON, "versions": (version,), "version_count": 1}
    values |= {"last_run": None, "runs": (), "run_count": 0, "decisions": (), "waiting": 0, "alarms": 0}
    return History(**{**values, **changes})
