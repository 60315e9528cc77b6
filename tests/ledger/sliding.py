"""A dataset with a history: retrainings, three champions, seventy nights that slide in the end, looks and alarms.

Its names and reasons try to break out of a page. Real Postgres. Belongs here: those facts. Does not: what is asked of
them (the tests of the ledger's answers and of the plugin's pages).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from tests.ledger.facts import batch, check, decision, generator, snapshot, training_run, uid, validation

from headwater.checks.result import CheckResult
from headwater.ledger import Books
from headwater.ledger.guard_records import Alarm, WatchPoint
from headwater.ledger.records import Baseline

SPEC = "b" * 64
NIGHTS = 70
WEEKS = 10
HOSTILE = "<script>window.ran = 'page'</script>"
FIGURES = {
    "neighbours.coverage": (0.955, 0.90, "at_least"),
    "duplicates.distinct": (0.91, 0.86, "at_least"),
    "duplicates.near": (0.012, 0.02, "at_most"),
    "cell.kmeans": (104.0, 140.0, "at_most"),
    "cell.leaves": (98.0, 135.0, "at_most"),
    "pair.tables": (31.0, 48.0, "at_most"),
    "pair.total": (0.021, 0.034, "at_most"),
    "joint.c2st": (0.523, 0.56, "at_most"),
    "utility.score": (0.912, 0.88, "at_least"),
}
"""Of each check what it finds on a good night, its limit, which way is good."""
LABELS = ("mixture", "trees", HOSTILE)
CROWNED = {0: "mixture", 3: "trees", 5: "mixture", 7: "trees"}
"""By week, who becomes champion: versions 1 to 4. After week 6 a person goes back from version 3 to 2."""
BACK = 6


def first_night(last: date) -> date:
    """The first of the nights that end with ``last``."""
    return last - timedelta(days=NIGHTS - 1)


def of(dataset: str, what: object) -> str:
    """The id of something of the dataset's story."""
    return uid(f"{dataset} {what}")


def live_and_slide(books: Books, dataset: str, last: date) -> None:
    """All of it; ``last`` is the last night."""
    begin = datetime.combine(first_night(last), time(1), UTC)
    books.datasets.register(dataset, "nurse", "")
    books.datasets.record_spec(dataset, SPEC, {"dataset": dataset, "watch": {"on_alarm": "retrain", "nights": 30}})
    books.snapshots.record(
        snapshot(
            of(dataset, "snapshot"),
            snapshot_id=of(dataset, "snapshot"),
            dataset=dataset,
            rows=12_500,
            train_rows=10_000,
            anchor_rows=2_500,
            taken_at=begin,
        )
    )
    for week in range(WEEKS):
        _retrain(books, dataset, week, begin + timedelta(weeks=week))
        if week == BACK:
            _go_back(books, dataset, begin + timedelta(weeks=week, days=1))
    for night in range(NIGHTS):
        _night(books, dataset, night, first_night(last))
    _look(books, dataset, last)
    _alarms(books, dataset, begin)


def findings(worse: float = 0.0, *, rules: bool = False, n: int = 2_500) -> list[CheckResult]:
    """The lead indicators, ``worse`` parts of the way from good to the limit, and a warning."""
    found = []
    for name, (good, limit, direction) in FIGURES.items():
        value = good + worse * (limit - good)
        passed = value >= limit if direction == "at_least" else value <= limit
        told: dict[str, Any] = {"value": value, "limit": limit, "direction": direction, "passed": passed, "n": n}
        family, near = name.split(".")[0], abs(value) * 0.01
        told |= {"interval": (value - near, value + near), "noise": good, "effect": 3 * worse, "ratio": worse}
        found.append(check(name, **told, family=family, limit_origin="noise_floor", sentence=f"{name} was looked at."))
    if rules:
        broken = {"value": 3.0, "limit": 0.0, "direction": "at_most", "passed": False}
        found.append(check(f"rule:column_values_to_be_between:{HOSTILE}", **broken))
        found.append(check("rule:column_values_to_not_be_null:age", **{**broken, "value": 0.0, "passed": True}))
    return found


def _retrain(books: Books, dataset: str, week: int, at: datetime) -> None:
    """Three candidates: one that fits, one that is a little worse, one that breaks its contract or cannot be fitted."""
    run = f"scheduled__{week}" if week < WEEKS - 1 else "alarm__watch"
    for place, label in enumerate(LABELS):
        name = f"{label} {week}"
        is_fitted = label != HOSTILE or week % 2 == 0
        if is_fitted:
            made = generator(
                name,
                generator_id=of(dataset, name),
                dataset=dataset,
                snapshot_id=of(dataset, "snapshot"),
                label=label,
                kind="mixture" if label == "mixture" else "trees",
                score=0.94 - place / 50,
                created_at=at,
                depth=0.25 * week / WEEKS,
                depth_max=1.0,
                real_share=1 - week / 100,
            )
            books.generators.record(made)
            trial = findings(0.1 + 0.1 * place + 0.03 * week + (label == HOSTILE), rules=label == HOSTILE)
            books.validations.record_checks("generator", made.generator_id, trial)
        ended: dict[str, Any] = {"status": "succeeded", "generator_id": of(dataset, name), "error": None}
        if not is_fitted:
            ended = {"status": "failed", "generator_id": None, "error": f"ValueError: {HOSTILE} at row 7"}
        told = training_run(dataset=dataset, snapshot_id=of(dataset, "snapshot"), label=label, run_id=run)
        times = {"seconds": 62.0, "started_at": at, "finished_at": at + timedelta(minutes=1)}
        known = {"training_run_id": of(dataset, f"training {name}"), **ended, **times}
        books.generators.record_training(told.model_copy(update=known))
    _settle(books, dataset, week, run, at + timedelta(minutes=2))


def _settle(books: Books, dataset: str, week: int, run: str, at: datetime) -> None:
    """The week's best is crowned where the story says so; else the champion stays."""
    champion = books.generators.champion(dataset)
    chosen = of(dataset, f"{CROWNED.get(week, 'mixture')} {week}")
    loss = {
        "name": "neighbours.coverage",
        "challenger": 0.949,
        "rival": 0.951,
        "loss": 0.002,
        "interval": [-0.003, 0.008],
        "margin": 0.01,
        "margin_origin": "spec",
        "rows": 2_500,
        "is_kept": True,
        "words": "coverage .949 beside .951",
    }
    held = champion and {"generator_id": champion.generator_id, "is_kept": week in CROWNED, "figures": [loss]}
    detail = {
        "run_id": run,
        "challenger": chosen,
        "margin": 0.01,
        "passed_over": [],
        **({"champion": held} if held else {}),
    }
    about: dict[str, Any] = {"dataset": dataset, "subject_kind": "generator", "decided_at": at, "detail": detail}
    if week in CROWNED:
        books.generators.promote(dataset, chosen, at)
        told = {"kind": "promote", "outcome": "promote", "subject_id": chosen, "reason": "It is worse on no figure."}
        drawn = {"kind": "certificate", "snapshot_id": of(dataset, "snapshot"), "generator_id": chosen, "n": 2_500}
        where = {"draws": 500, "key": f"{dataset}/certificate", "sha256": "d" * 64, "drawn_at": at}
        books.baselines.record(Baseline(baseline_id=of(dataset, f"certificate {week}"), **drawn, **where))
    else:
        subject = champion.generator_id if champion else ""
        told = {"kind": "keep", "outcome": "keep", "subject_id": subject, "reason": f"{HOSTILE} is worse by .02."}
    books.decisions.record(decision(f"{dataset} {told['kind']} {week}", **told, **about))


def _go_back(books: Books, dataset: str, at: datetime) -> None:
    books.generators.promote(dataset, of(dataset, "trees 3"), at)
    detail = {"version": 2, "replaces": of(dataset, "mixture 5"), "replaced_version": 3, "run_id": "manual__back"}
    told = {
        "kind": "rollback",
        "outcome": "rollback",
        "subject_kind": "generator",
        "subject_id": of(dataset, "trees 3"),
    }
    by = {"decided_by": "anna", "reason": f"Wards were missing. {HOSTILE}", "decided_at": at, "detail": detail}
    books.decisions.record(decision(f"{dataset} rollback", dataset=dataset, **told, **by))


def champion_of(night: int) -> str:
    """Label and week of who makes the rows of a night, counted from 0."""
    week = max(each for each in CROWNED if each * 7 <= night)
    if BACK * 7 < night < (BACK + 1) * 7:
        week = 3
    return f"{CROWNED[week]} {week}"


def _night(books: Books, dataset: str, night: int, first: date) -> None:
    day = first + timedelta(days=night)
    at = datetime.combine(day + timedelta(days=1), time(2), UTC)
    worse = 0.2 + 0.15 * ((night * 7) % 5) / 5 + max(0, night - 54) / 18
    held = worse > 1
    name = f"night {night}"
    made = batch(
        name,
        batch_id=of(dataset, name),
        dataset=dataset,
        batch_date=day,
        spec_sha256=SPEC,
        rows=20_000,
        generator_id=of(dataset, champion_of(night)),
        created_at=at,
    )
    books.batches.open(made)
    for status in ("produced", "failed", "quarantined") if held else ("produced", "passed", "released"):
        books.batches.mark(made.batch_id, status, content_hash="e" * 64)
    told = {"batch_id": made.batch_id, "passed": not held, "started_at": at, "finished_at": at}
    books.validations.record(
        validation(name, validation_id=of(dataset, f"judged {name}"), **told, sentence="Judged."), findings(worse)
    )


def _look(books: Books, dataset: str, last: date) -> None:
    champion = of(dataset, champion_of(NIGHTS - 1))
    for night in range(NIGHTS - 20, NIGHTS):
        day = last - timedelta(days=NIGHTS - 1 - night)
        seen = datetime.combine(day + timedelta(days=1), time(3), UTC)
        about = {"dataset": dataset, "generator_id": champion, "subject_id": of(dataset, f"night {night}")}
        about |= {"seen_at": seen, "since": day, "size": night + 1, "shift": 0.5}
        for name in ("neighbours.coverage", "all together"):
            score = 1.0 + max(0, night - 54) / 3
            told = {"chart": "nights", "name": name, "score": score, "limit": 4.9, "sentence": f"{name}: {score:.1f}."}
            books.watch.record(WatchPoint(**about, **told))
        for name in ("union.repeats", "union.distinct", "union.coverage"):
            told = {"chart": "union", "name": name, "score": night / 20, "limit": 4.8, "sentence": f"{name} {HOSTILE}"}
            books.watch.record(WatchPoint(**about, **told))


def _alarms(books: Books, dataset: str, begin: datetime) -> None:
    """One of the first champion, closed by the next; one that a person closed; one that is open."""
    for name, chart, night, ended, closed in (
        ("joint.c2st", "nights", 18, 22, ("headwater", "trees is champion now; the alarm was about its predecessor.")),
        ("union.distinct", "union", 40, 41, ("anna", f"Wanted. {HOSTILE}")),
        ("neighbours.coverage", "nights", 68, None, None),
    ):
        alarm = Alarm(
            alarm_id=of(dataset, f"alarm {name}"),
            dataset=dataset,
            chart=chart,
            name=name,
            subject_id=of(dataset, f"night {night}"),
            generator_id=of(dataset, champion_of(night)),
            since=(begin + timedelta(days=night - 12)).date(),
            score=5.6,
            limit=4.9,
            sentence=f"The coverage of real rows ({name}) slid: 13 nights lie 1.9 standard deviations on the bad side.",
            run_id="watch" if ended is None else f"watch {night}",
            raised_at=begin + timedelta(days=night + 1),
        )
        books.watch.raise_alarm(alarm)
        if ended is not None and closed is not None:
            at = begin + timedelta(days=ended + 1)
            books.watch.close(alarm.alarm_id, by=closed[0], reason=closed[1], at=at)
