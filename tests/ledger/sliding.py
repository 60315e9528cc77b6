"""A dataset with a history: retrainings, four champions, seventy nights of which coverage slides in the end.

Some of its names and reasons can be made such that they try to break out of a page. Real Postgres. Belongs here: those
facts. Does not: what the watch said (``slid_watch.py``), what is asked (the tests of the ledger and of the pages).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tests.ledger.facts import batch, check, decision, generator, snapshot, training_run, uid, validation

from headwater.checks.result import CheckResult
from headwater.ledger import Books
from headwater.ledger.records import Baseline

SPEC = "b" * 64
NIGHTS = 70
WEEKS = 10
HOSTILE = "<script>window.ran = 'page'</script>"
FIGURES = {
    "neighbours.coverage": (0.955, 0.90, "at_least", 1.0),
    "duplicates.distinct": (910.0, 860.0, "at_least", 0.8),
    "duplicates.near": (12.0, 20.0, "at_most", 0.2),
    "cell.kmeans": (104.0, 140.0, "at_most", 0.9),
    "cell.leaves": (98.0, 135.0, "at_most", 0.7),
    "pair.tables": (31.0, 48.0, "at_most", 0.3),
    "pair.total": (0.021, 0.034, "at_most", 0.1),
    "joint.c2st": (0.523, 0.56, "at_most", 0.5),
    "utility.score": (0.912, 0.88, "at_least", 0.3),
}
"""Of each check what it finds on a good night, its limit, which way is good, and how far it joins the slide."""
CROWNED = {0: "mixture", 3: "trees", 5: "mixture", 7: "trees"}
"""By week, who becomes champion: versions 1 to 4. After week 6 a person goes back from version 3 to 2."""
BACK = 6


@dataclass(frozen=True)
class Story:
    """Whose history it is, when its last night is, and what stands for one candidate and in some reasons."""

    dataset: str
    last: date
    odd: str = HOSTILE

    @property
    def first(self) -> date:
        return self.last - timedelta(days=NIGHTS - 1)

    @property
    def begin(self) -> datetime:
        return datetime.combine(self.first, time(1), UTC)

    def of(self, what: object) -> str:
        """The id of something of the story."""
        return uid(f"{self.dataset} {what}")


def live_and_slide(books: Books, story: Story) -> None:
    """All of it but what the watch said."""
    books.datasets.register(story.dataset, "nurse", "")
    spec = {"dataset": story.dataset, "watch": {"on_alarm": "retrain", "nights": 30}}
    books.datasets.record_spec(story.dataset, SPEC, spec)
    rows = {"rows": 12_500, "train_rows": 10_000, "anchor_rows": 2_500, "taken_at": story.begin}
    books.snapshots.record(snapshot(snapshot_id=story.of("snapshot"), dataset=story.dataset, **rows))
    for week in range(WEEKS):
        _retrain(books, story, week, story.begin + timedelta(weeks=week))
        if week == BACK:
            _go_back(books, story, story.begin + timedelta(weeks=week, days=1))
    for night in range(NIGHTS):
        _night(books, story, night)


def findings(worse: float = 0.0, *, slide: float = 0.0, rules: str = "", noise: int = 0) -> list[CheckResult]:
    """The lead indicators, ``worse`` parts of the way from good to the limit, and those that slide as much further.

    ``rules`` names a column whose rule is broken, ``noise`` a night, of which each figure makes something else.
    """
    found = []
    for place, (name, (good, limit, direction, part)) in enumerate(FIGURES.items()):
        gone = worse + slide * part + 0.12 * ((noise * (place + 3)) % 7) / 7
        value = good + gone * (limit - good)
        passed = value >= limit if direction == "at_least" else value <= limit
        near = abs(value) * 0.01
        told: dict[str, Any] = {"value": value, "limit": limit, "direction": direction, "passed": passed, "n": 2_500}
        told |= {"interval": (value - near, value + near), "noise": good, "effect": 3 * gone, "ratio": gone}
        told |= {"family": name.split(".")[0], "limit_origin": "noise_floor", "sentence": f"{name} was looked at."}
        found.append(check(name, **told))
    if rules:
        broken: dict[str, Any] = {"value": 3.0, "limit": 0.0, "direction": "at_most", "passed": False}
        found.append(check(f"rule:column_values_to_be_between:{rules}", **broken))
        found.append(check("rule:column_values_to_not_be_null:age", **{**broken, "value": 0.0, "passed": True}))
    return found


def _retrain(books: Books, story: Story, week: int, at: datetime) -> None:
    """Three candidates: the best, one that is a little worse, one that breaks its contract or cannot be fitted."""
    best = CROWNED.get(week, "mixture")
    order = (best, "trees" if best == "mixture" else "mixture", story.odd)
    for place, label in enumerate(order):
        name, is_odd = f"{label} {week}", label == story.odd
        ended: dict[str, Any] = {"status": "succeeded", "generator_id": story.of(name), "error": None}
        if is_odd and week % 2:
            ended = {"status": "failed", "generator_id": None, "error": f"ValueError: {story.odd} at row 7"}
        else:
            about = {"label": label, "kind": "mixture" if label == "mixture" else "trees", "created_at": at}
            about |= {"depth": 0.25 * week / WEEKS, "depth_max": 1.0, "real_share": 1 - week / 100}
            whose = {"dataset": story.dataset, "snapshot_id": story.of("snapshot"), "model_bytes": 1_843_200}
            made = generator(name, generator_id=story.of(name), score=0.94 - place / 50, **whose, **about)
            books.generators.record(made)
            trial = findings(0.1 + 0.1 * place + 0.03 * week + is_odd, rules=story.odd * is_odd, noise=week)
            books.validations.record_checks("generator", made.generator_id, trial)
        run = training_run(dataset=story.dataset, snapshot_id=story.of("snapshot"), label=label, run_id=run_of(week))
        times = {"seconds": 62.0 - 20 * place, "started_at": at, "finished_at": at + timedelta(minutes=1)}
        known = {"training_run_id": story.of(f"training {name}"), **ended, **times}
        books.generators.record_training(run.model_copy(update=known))
    _settle(books, story, week, at + timedelta(minutes=2))


def run_of(week: int) -> str:
    """The retraining run of a week; an alarm of the run ``watch`` asked for the last one."""
    return f"scheduled__{week}" if week < WEEKS - 1 else "alarm__watch"


def _settle(books: Books, story: Story, week: int, at: datetime) -> None:
    """The week's best is crowned where the story says so; else the champion stays."""
    champion, is_crowned = books.generators.champion(story.dataset), week in CROWNED
    chosen = story.of(f"{CROWNED.get(week, 'mixture')} {week}")
    detail: dict[str, Any] = {"run_id": run_of(week), "challenger": chosen, "margin": 0.01, "passed_over": []}
    if champion is not None:
        figures = [_loss("neighbours.coverage", 0.94, 0.002), _loss("joint.c2st", 0.53, 0.004)]
        held = {"generator_id": champion.generator_id, "is_kept": is_crowned, "figures": figures}
        detail |= {"champion": held, "best": [{**held, "generator_id": story.of("mixture 0")}]}
    about: dict[str, Any] = {"dataset": story.dataset, "subject_kind": "generator", "decided_at": at, "detail": detail}
    if is_crowned:
        books.generators.promote(story.dataset, chosen, at)
        about |= {"subject_id": chosen, "reason": "It is worse on no figure by more than the margin."}
        whose = {"kind": "certificate", "snapshot_id": story.of("snapshot"), "generator_id": chosen, "n": 2_500}
        where = {"draws": 500, "key": f"{story.dataset}/certificate", "sha256": "d" * 64, "drawn_at": at}
        books.baselines.record(Baseline(baseline_id=story.of(f"certificate {week}"), **whose, **where))
    else:
        worse = f"{story.odd}: coverage is worse by 0.012 than that of the champion, which may be 0.01."
        about |= {"subject_id": champion.generator_id if champion else "", "reason": worse}
    kind = "promote" if is_crowned else "keep"
    books.decisions.record(decision(f"{story.dataset} {kind} {week}", kind=kind, outcome=kind, **about))


def _loss(name: str, value: float, loss: float) -> dict[str, Any]:
    told = {"name": name, "challenger": value - loss, "rival": value, "loss": loss, "interval": [-0.003, 0.008]}
    return {**told, "margin": 0.01, "margin_origin": "spec", "rows": 2_500, "is_kept": True, "words": "not worse"}


def _go_back(books: Books, story: Story, at: datetime) -> None:
    books.generators.promote(story.dataset, story.of("trees 3"), at)
    detail = {"version": 2, "replaces": story.of("mixture 5"), "replaced_version": 3, "run_id": "manual__back"}
    told = {"kind": "rollback", "outcome": "rollback", "subject_kind": "generator", "subject_id": story.of("trees 3")}
    by = {"decided_by": "anna", "reason": f"Two wards were missing. {story.odd}", "decided_at": at, "detail": detail}
    books.decisions.record(decision(f"{story.dataset} rollback", dataset=story.dataset, **told, **by))


def champion_of(night: int) -> str:
    """Label and week of who makes the rows of a night, counted from 0."""
    week = max(each for each in CROWNED if each * 7 <= night)
    if BACK * 7 < night < (BACK + 1) * 7:
        week = 3
    return f"{CROWNED[week]} {week}"


def _night(books: Books, story: Story, night: int) -> None:
    day, name = story.first + timedelta(days=night), f"night {night}"
    at = datetime.combine(day + timedelta(days=1), time(2), UTC)
    found = findings(0.2, slide=max(0, night - 54) / 18, noise=night)
    held = not all(each.passed for each in found)
    whose = {"dataset": story.dataset, "generator_id": story.of(champion_of(night)), "spec_sha256": SPEC}
    made = batch(name, batch_id=story.of(name), batch_date=day, rows=20_000, created_at=at, **whose)
    books.batches.open(made)
    for status in ("produced", "failed", "quarantined") if held else ("produced", "passed", "released"):
        books.batches.mark(made.batch_id, status, content_hash="e" * 64)
    told = {"batch_id": made.batch_id, "passed": not held, "started_at": at, "finished_at": at}
    judged = validation(name, validation_id=story.of(f"judged {name}"), sentence="Judged.", **told)
    books.validations.record(judged, found)
