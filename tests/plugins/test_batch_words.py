"""A batch's words by hand: checks, columns, lineage, repairs, time. No server, no database."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from tests.ledger.facts import CONTENT, batch, check, decision, uid
from tests.plugins.told_batch import findings

from headwater.ledger.answers import BatchLineage
from headwater.ledger.batch_answers import BatchPage, Judgement, LearnedColumn, Making, NightBatch, Origin
from headwater.ledger.guard_records import Repair
from headwater_plugin.batch_words import decisions_told, effort, night_told, repairs_told, seconds, standing
from headwater_plugin.check_rows import check_groups, check_row, verdict_counts
from headwater_plugin.column_rows import column_rows
from headwater_plugin.lineage_picture import size, stations

NOW = datetime(2026, 3, 10, 2, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[2]
COLUMNS = (
    LearnedColumn(name="ward", sdtype="categorical"),
    LearnedColumn(name="age", sdtype="numerical"),
    LearnedColumn(name="dose", sdtype="numerical"),
    LearnedColumn(name="id", sdtype="id"),
)


def judgement(attempt: int = 1, **changes: Any) -> Judgement:
    values: dict[str, Any] = {"passed": True, "sentence": "All is well.", "finished_at": NOW, "seconds": 9.5}
    return Judgement(validation_id=uid(f"v{attempt}"), attempt=attempt, **{**values, **changes})


def repair(**changes: Any) -> Repair:
    values: dict[str, Any] = {
        "repair_id": uid("repair"),
        "dataset": "clinic",
        "batch_date": date(2026, 1, 1),
        "batch_id": uid("failed"),
        "repaired_batch_id": uid("batch"),
        "step": "reweigh",
        "look": 2,
        "rows": 1_000,
        "touched_rows": 50,
        "before": {"lacking_rows": 1_200, "margin_tvd": 0.5},
        "after": {"lacking_rows": 3},
        "run_id": "a",
        "made_at": NOW,
    }
    return Repair(**{**values, **changes})


def page(**changes: Any) -> BatchPage:
    made = changes.pop("batch", batch(status="released", content_hash=CONTENT, released_at=NOW, rows=20_000))
    lineage = BatchLineage(
        **{name: getattr(made, name) for name in ("dataset", "batch_date", "batch_id", "status", "content_hash")},
        **{name: getattr(made, name) for name in ("rows", "seed", "generator_id", "code_version", "depth")},
        **{name: getattr(made, name) for name in ("real_share", "spec_sha256", "depth_max")},
        generator_kind="trees",
        generator_label="trees 20",
        model_sha256="8" * 64,
        snapshot_id=uid("snapshot"),
        snapshot_content_hash="5" * 64,
        snapshot_rows=1_000,
        source="warehouse:clinic",
        verdict="passed",
        validation_id=uid("v1"),
        released_to="synthetic.clinic" if made.status == "released" else None,
    )
    origin = Origin(taken_at=NOW, train_rows=800, anchor_rows=200, fitted_at=NOW, model_bytes=1_572_864, version=3)
    values: dict[str, Any] = {
        "origin": origin,
        "columns": COLUMNS,
        "making": Making(shards=2, rows=20_000, seconds=2.5),
        "judgements": (judgement(),),
        "checks": tuple(findings(is_failed=False)),
        "repairs": (),
        "decisions": (),
        "night": (),
    }
    return BatchPage(batch=made, lineage=lineage, **{**values, **changes})


def test_failed_checks_come_first_and_critical_ones_before_others() -> None:
    groups = check_groups(findings(is_failed=True))
    assert groups[0]["title"] == "Failed"
    assert [(row["name"].split(":")[0], row["severity"]) for row in groups[0]["rows"]] == [
        *(("category.rare", "critical"), ("rule", "critical")),
        ("joint.c2st", "info"),
    ]
    assert [row["is_open"] for row in groups[0]["rows"]] == [True] * 3
    assert not any(row["is_open"] for group in groups[1:] for row in group["rows"])
    assert verdict_counts(findings(is_failed=True)) == "5 of 8 checks passed; failed: 2 critical, 1 info"
    assert (check_groups([]), verdict_counts([])) == ([], "")


def test_a_check_is_told_with_interval_limit_origin_rows_and_picture() -> None:
    row = check_row(check("neighbours.coverage", family="neighbours", n=1_234, noise=0.95, limit_origin="certificate"))
    assert (row["value"], row["beside"]) == ("0.9", ["95%: 0.85 to 0.95", "honest rows: 0.95"])
    assert (row["limit"], row["origin"]) == ("at least 0.8", "from what this generator showed when promoted")
    assert row["n"] == "1,234 rows"
    assert json.loads(row["picture"])["title"]["text"] == "The batch against its limit"


def test_a_rule_counts_rows_and_has_no_picture() -> None:
    row = check_row(check("rule:a:age", value=1.0, limit=0.0, passed=False))
    assert (row["value"], row["unit"], row["limit"], row["picture"]) == ("1", "row", "none may break it", "")


def test_a_check_that_could_not_run_tells_its_errors_class_only() -> None:
    broken = check("joint.c2st", value=None, limit=None, interval=None, passed=False, error="ValueError at 37: Anna")
    assert (check_row(broken)["value"], check_row(broken)["aside"].split()[-1]) == ("–", "ValueError")


def test_columns_with_figures_come_first_the_most_different_on_top() -> None:
    rows = column_rows(COLUMNS, findings(is_failed=True))
    assert [row["name"] for row in rows["shown"]] == ["ward", "age"]
    assert [(row["name"], row["meaning"]) for row in rows["others"]] == [
        ("dose", "numerical"),
        ("id", "id: made anew, not compared"),
    ]
    ward, age = rows["shown"]
    assert ward["moved_told"] == "at least 20.0% of the rows lie elsewhere than in real rows"
    assert (ward["values"][0]["real"], ward["values"][0]["made"], ward["values"][0]["gap"]) == (
        *("40.00%", "0.00%"),
        "−40.00%",
    )
    assert (age["rules"], age["is_broken"]) == ("1 of 1 rule broken", True)
    assert rows["others"][0]["rules"] == "no rule of its own"


def test_hidden_names_are_counted_not_told() -> None:
    detail = {"column": "ward", "names": None, "real": [0.6, 0.4], "synthetic": [0.5, 0.5]}
    (row,) = column_rows(COLUMNS[:1], [check("category.rare", family="category", detail=detail)])["shown"]
    assert sorted(value["name"] for value in row["values"]) == ["no. 1 (not shown)", "no. 2 (not shown)"]


def test_the_whole_distribution_stands_before_the_commonest_categories() -> None:
    part = {"column": "ward", "names": ["a"], "real": [0.6], "synthetic": [0.1]}
    whole = {"column": "ward", "labels": ["a", "b", "-"], "is_number": False}
    shares = {"real": [0.6, 0.4, 0.0], "synthetic": [0.5, 0.5, 0.0]}
    checks = [
        check("category.rare", family="category", detail=part),
        check("column.shape", family="column", detail={**whole, **shares}),
    ]
    (row,) = column_rows(COLUMNS[:1], checks)["shown"]
    assert (row["check"], row["moved_told"][:5]) == ("column.shape", "10.0%")


def test_a_rule_of_several_columns_counts_for_each() -> None:
    rows = column_rows(COLUMNS, [check("rule:compound_columns_to_be_unique:ward,age", value=0.0, limit=0.0)])
    assert [row["rules"] for row in rows["others"]][:3] == ["1 rule holds", "1 rule holds", "no rule of its own"]


def test_the_lineage_goes_from_the_source_to_the_readers() -> None:
    found = stations(page())
    assert [each["kind"] for each in found] == ["Source", "Snapshot", "Generator", "Batch", "Validation", "Readers"]
    assert [each["name"] for each in found] == [
        *("warehouse:clinic", "55555555", "trees 20"),
        *("2026-01-01", "passed", "synthetic.clinic"),
    ]
    assert found[1]["ids"] == {"snapshot": uid("snapshot"), "content (SHA-256)": "5" * 64}
    assert "version 3, trees, model 88888888, 1.5 MiB" in found[2]["told"]
    assert [each["is_here"] for each in found] == [False, False, False, True, False, False]


def test_the_lineage_of_a_mended_batch_names_the_failed_one() -> None:
    found = stations(page(repairs=(repair(),)))
    assert [each["kind"] for each in found][3:5] == ["Failed batch", "Batch"]
    assert found[3]["told"] == "mended into this one, 50 of 1,000 rows exchanged"


@pytest.mark.parametrize(
    ("status", "told"), [("quarantined", "No reader saw it"), ("planned", "Not released yet."), ("retired", "removed")]
)
def test_a_batch_without_readers_says_why(status: str, told: str) -> None:
    found = stations(page(batch=batch(status=status), judgements=(), checks=()))
    assert (found[-1]["name"], found[-2]["name"]) == ("none", "not judged yet")
    assert told in found[-1]["told"]
    assert "content not made yet" in found[-3]["told"]


def test_repairs_are_told_with_before_and_after() -> None:
    (told,) = repairs_told([repair()], uid("batch"))
    assert (told["touched"], told["is_into_this"], told["is_from_this"]) == ("50 of 1,000 rows", True, False)
    assert told["figures"] == [{"name": "rows missing from rare bins", "before": "1,200", "after": "3"}]


def test_time_is_summed_and_has_units() -> None:
    early = NOW - timedelta(hours=2, minutes=5)
    told = effort(page(batch=batch(created_at=early, released_at=NOW, rows=20_000, status="released")))
    assert [(each["seconds"], each["told"]) for each in told["stages"]] == [
        ("2.50 s", "8,000 rows a second"),
        ("9.50 s", "passed"),
    ]
    assert (told["total"], told["waited"], told["files"]) == ("12.0 s", "2 h 5 min", "2 files")
    again = effort(page(judgements=(judgement(passed=False), judgement(2))))
    assert [each["name"] for each in again["stages"]][1:] == ["Judging them", "Judging them again (2)"]


@pytest.mark.parametrize(
    ("number", "told"),
    [
        (0.004, "0.00 s"),
        (9.996, "10.0 s"),
        (59.97, "1 min 0 s"),
        (61, "1 min 1 s"),
        (3_599.6, "1 h 0 min"),
        (90_000, "25 h 0 min"),
    ],
)
def test_seconds(number: float, told: str) -> None:
    assert seconds(number) == told


@pytest.mark.parametrize(
    ("count", "told"), [(1_023, "1023 bytes"), (1_024, "1.0 KiB"), (1_048_576, "1.0 MiB"), (5 * 1024**4, "5120.0 GiB")]
)
def test_sizes(count: int, told: str) -> None:
    assert size(count) == told


@pytest.mark.parametrize(
    ("status", "decided", "told", "is_waiting"),
    [
        ("quarantined", [], "No reader saw it; a person decides.", True),
        ("quarantined", [("discard", "anna", {})], "No reader saw it; anna discarded it.", False),
        ("quarantined", [("discard", "headwater", {})], "No reader saw it; nobody answered in time.", False),
        ("released", [("release", "headwater", {})], "Readers have it.", False),
        (
            "released",
            [("discard", "headwater", {}), ("release", "anna", {"despite": "Failed."})],
            "Readers have it, whatever its verdict: anna released it.",
            False,
        ),
    ],
)
def test_who_decided_is_told_where_the_batch_stands(
    status: str, decided: list[tuple[str, str, dict[str, Any]]], told: str, is_waiting: bool
) -> None:
    decisions = tuple(
        decision(f"{number}", kind=kind, outcome=kind, decided_by=by, detail=detail)
        for number, (kind, by, detail) in enumerate(decided)
    )
    stands = standing(page(batch=batch(status=status, content_hash=CONTENT, released_at=NOW), decisions=decisions))
    assert (stands["told"], stands["is_waiting"]) == (told, is_waiting)


def test_a_second_persons_words_are_told_beside_the_firsts() -> None:
    second = {"option": "Confirm", "by": "ben", "reason": "I looked too.", "at": NOW.isoformat()}
    detail = {"despite": "Failed.", "second": second}
    (told,) = decisions_told([decision("a", kind="release", outcome="release", decided_by="anna", detail=detail)])
    assert (told["outcome"], told["by"], told["second"]) == (
        "release anyway",
        "anna",
        "ben confirmed it: I looked too.",
    )


def test_decisions_come_newest_first_and_the_nights_batches_are_told_apart() -> None:
    told = decisions_told([decision("a", outcome="keep_it"), decision("b", outcome="release", detail={})])
    assert [(each["outcome"], each["run"]) for each in told] == [("release", ""), ("keep it", "manual")]
    night = [
        NightBatch(
            batch_id=uid(name),
            batch_date=date(2026, 1, 1),
            status="released",
            rows=3,
            run_id=name,
            generator_label="trees",
            created_at=NOW,
            released_at=None,
            passed=None,
        )
        for name in ("a", "b")
    ]
    first, second = night_told(night, uid("a"), "b")
    assert (first["is_here"], first["is_of_run"], second["is_here"], second["is_of_run"]) == (True, False, False, True)
    assert not any(each["is_of_run"] for each in night_told(night, uid("a"), ""))


def test_the_verdict_is_the_last_judgements_sentence() -> None:
    found = page(judgements=(judgement(passed=False, sentence="First."), judgement(2, sentence="Second.")))
    assert (standing(found)["sentence"], standing(found)["tone"]) == ("Second.", "good")
    assert standing(page(judgements=()))["sentence"] == "Nobody has judged it yet."


def test_the_words_and_pictures_need_no_great_expectations() -> None:
    code = (
        "import headwater.expectations.pictures, headwater.expectations.page_order, headwater.chain.keys\n"
        "heavy = {'great_expectations', 'pandas', 'numpy', 'sklearn', 'sqlalchemy'}\n"
        "sys.exit(len(heavy & set(sys.modules)))"
    )
    paths = [str(ROOT / "include")]
    done = subprocess.run([sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}\n{code}"], check=False)
    assert done.returncode == 0


def test_a_run_names_its_day_by_param_or_interval() -> None:
    from headwater_plugin.airflow_runs import Run

    zone = ZoneInfo("Europe/Vienna")
    late = datetime(2026, 3, 9, 23, 30, tzinfo=UTC)
    assert Run({}, late, "success").day(zone) == date(2026, 3, 10)
    assert Run({"batch_date": "2026-01-31"}, late, "success").day(zone) == date(2026, 1, 31)
    assert Run({"batch_date": "soon"}, late, "success").day(zone) is None
    assert Run({}, None, "success").day(zone) is None
