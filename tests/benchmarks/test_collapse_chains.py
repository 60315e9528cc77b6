"""Cells of the collapse bench on a small table, through the real chain on a real Postgres."""

from __future__ import annotations

import math
from argparse import Namespace
from collections.abc import Iterator
from typing import Any

import pytest
from benchmarks.collapse.__main__ import parsed, run
from benchmarks.collapse.figures import NAMES
from benchmarks.collapse.ground import Ground
from benchmarks.collapse.honest import honest
from benchmarks.collapse.regimes import GUARDED, REPLACE
from benchmarks.collapse.results import Results
from benchmarks.collapse.workshop import Workshop
from benchmarks.fidelity.tables import BenchTable, Target
from tests.benchmarks.bench_rows import people

from headwater.chain import baselines
from headwater.checks import baseline
from headwater.checks.baseline import Baseline, draw
from headwater.local.postgres import EmbeddedPostgres

DRAWS, GENERATIONS, ROWS = 30, 3, 500


@pytest.fixture(scope="module", autouse=True)
def few_draws() -> Iterator[None]:
    """Nulls from few draws: these tests are about the bench's chains, not about rates."""

    def fewer(*arguments: Any, **options: Any) -> Baseline:
        return draw(*arguments, draws=DRAWS, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(baselines, "draw", fewer)
        patch.setattr(baseline, "LOSSES", ())
        yield


@pytest.fixture(scope="module")
def ground() -> Ground:
    rows, schema = people(1_500)
    return Ground(BenchTable("people", rows, schema, Target("rich")), 0, ROWS)


@pytest.fixture(scope="module")
def workshop(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    return Workshop(tmp_path_factory.mktemp("workshop"), postgres)


@pytest.fixture(scope="module")
def arguments(tmp_path_factory: pytest.TempPathFactory) -> Namespace:
    out = tmp_path_factory.mktemp("results") / "collapse.json"
    words = ["--tables", "people", "--generators", "trees", "--seeds", "0", "--honest", "0", "--resume"]
    words += ["--regimes", REPLACE, GUARDED, "--generations", str(GENERATIONS), "--out", str(out)]
    return parsed(words)


@pytest.fixture(scope="module")
def results(workshop: Workshop, ground: Ground, arguments: Namespace) -> Results:
    """Both cells, measured."""
    found = Results(arguments.out, {"source_rows": ROWS})
    assert run(workshop, arguments, found, lambda table, seed: ground) == 0
    return found


def of(results: Results, regime: str) -> list[dict[str, Any]]:
    return [row for row in results.rows if row["regime"] == regime]


def test_every_generation_has_every_figure(results: Results) -> None:
    for regime in (REPLACE, GUARDED):
        rows = of(results, regime)
        assert [row["generation"] for row in rows] == list(range(1, GENERATIONS + 1))
        assert all(math.isfinite(row[name]) for row in rows for name in NAMES)
        assert all(0 < row["coverage"] <= 1 and 0.4 < row["tstr"] <= 1 for row in rows)
        assert all(row["effects"]["joint.c2st"] is not None for row in rows)
    assert [one["table"] for one in results.real] == ["people"]


def test_a_chain_that_nobody_protects_learns_from_its_own_last_batch(results: Results) -> None:
    rows = of(results, REPLACE)
    assert [row["real_share"] for row in rows] == [1.0, 0.0, 0.0]
    assert len({row["train_rows"] for row in rows}) == 1
    assert rows[0]["watch_ratio"] is None, "one generation cannot be compared with another"
    assert all(row["released"] is None for row in rows)
    until = next((place for place, row in enumerate(rows) if row["alarms"]), len(rows) - 1)
    assert all(row["watch_ratio"] is not None for row in rows[1 : until + 1])
    assert all(row["watch_ratio"] is None and not row["alarms"] for row in rows[until + 1 :])
    assert len({row["c2st_auc"] for row in rows}) == GENERATIONS, "each generation has other rows"


def test_the_guard_stops_for_the_leak_and_the_night_is_made_all_the_same(results: Results) -> None:
    rows = of(results, GUARDED)
    assert rows[0]["released"]
    assert [row["retrained"] for row in rows] == [True, False, False]
    assert all("30.0%" in row["note"] and "leak_share_max" in row["note"] for row in rows[1:])
    assert {row["real_share"] for row in rows} == {1.0}
    assert len({row["c2st_auc"] for row in rows}) == GENERATIONS, "each night has other rows"


def test_both_regimes_begin_with_the_same_generator(results: Results) -> None:
    first = [of(results, regime)[0] for regime in (REPLACE, GUARDED)]
    assert first[0]["effects"] == first[1]["effects"]
    assert [first[0][name] for name in NAMES] == [first[1][name] for name in NAMES]


def test_what_was_measured_is_not_measured_again(
    results: Results, workshop: Workshop, ground: Ground, arguments: Namespace
) -> None:
    again = Results(arguments.out, results.about)
    before, written = list(again.rows), arguments.out.stat().st_mtime_ns
    assert run(workshop, arguments, again, lambda table, seed: ground) == 0
    assert again.rows == before == results.rows
    assert arguments.out.stat().st_mtime_ns == written
    assert not [path.name for path in workshop.folder.iterdir() if path.name.startswith("cell_")]


def test_honest_chains_are_watched_in_ledgers_of_their_own(
    workshop: Workshop, ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchmarks.collapse.honest.POOL", 3)
    told = list(honest(workshop, ground, "trees", chains=2, generations=3))
    found = told[-1]
    assert [one["chains"] for one in told] == [1, 2]
    assert (found["generations"], found["pool"]) == (3, 3)
    assert found["quiet"] == 2 - bool(found["alarms"])
    assert not workshop.postgres.has_database("honest_chain_1")
    cut = {**told[0], "quiet": 0, "alarms": {"a name": 1}}
    assert [one["chains"] for one in honest(workshop, ground, "trees", 2, 3, known=cut)] == [2], "the first is known"
    (rest,) = honest(workshop, ground, "trees", 2, 3, known=cut)
    assert (rest["quiet"], rest["alarms"].get("a name")) == (found["quiet"] - told[0]["quiet"], 1)
    other = {**cut, "pool": 4}
    assert len(list(honest(workshop, ground, "trees", 2, 3, known=other))) == 2, "drawn from other generations"
