"""The collapse bench without a chain: what regimes learn from, what its rows come to, what its files hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pandas as pd
import pytest
from benchmarks.collapse.__main__ import GENERATORS, TABLES, cells, parsed
from benchmarks.collapse.beginning import Cell
from benchmarks.collapse.figures import pair_tvd, rare
from benchmarks.collapse.picture import picture
from benchmarks.collapse.regimes import (
    ACCUMULATE,
    GUARDED,
    LET_THROUGH,
    REAL_10,
    REPLACE,
    SYNTHETIC_ONLY,
    USUAL,
    attacked,
    lesson,
)
from benchmarks.collapse.report import markdown
from benchmarks.collapse.results import Results
from benchmarks.collapse.summary import chains, change, first_alarm, noise, summaries, tstr_lost
from tests.benchmarks.bench_rows import category, number, people, table


def frame(kind: str, rows: int = 100) -> pd.DataFrame:
    return pd.DataFrame({"kind": [kind] * rows, "place": range(rows)})


REAL, BATCHES = frame("real"), [frame("first"), frame("second")]


@pytest.mark.parametrize(
    ("regime", "size", "real", "counts"),
    [
        (REPLACE, 100, 0, {"second": 100}),
        (REAL_10, 100, 10, {"real": 10, "second": 90}),
        (ACCUMULATE, 300, 100, {"real": 100, "first": 100, "second": 100}),
        (SYNTHETIC_ONLY, 200, 0, {"first": 100, "second": 100}),
    ],
)
def test_a_regime_learns_from_what_its_name_says(regime: str, size: int, real: int, counts: dict[str, int]) -> None:
    found = lesson(regime, REAL, BATCHES, seed=3)
    assert found.rows["kind"].value_counts().to_dict() == counts
    assert (len(found.rows), found.real) == (size, real)
    assert found.real_share == pytest.approx(real / size)
    assert not found.rows.duplicated().any()


def test_a_protected_regime_has_no_lesson() -> None:
    with pytest.raises(ValueError, match=GUARDED):
        lesson(GUARDED, REAL, BATCHES, seed=3)


def test_three_tenths_of_an_attacked_source_came_back_from_all_batches() -> None:
    found = attacked(frame("real", 700), BATCHES * 2, seed=5)
    assert len(found) == 1_000
    counts = found["kind"].value_counts()
    assert counts["real"] == 700
    assert counts["first"] == counts["second"] == 150
    assert found["kind"].iloc[:700].nunique() == 3, "leaked rows must not stand together at the end"
    assert attacked(REAL, [], seed=5) is REAL


def test_rare_categories_are_counted_from_a_thousandth_on() -> None:
    columns = [category("town", "a", "b", "c"), number("age")]
    towns = ["a"] * 1_990 + ["b"] * 9 + ["c"]
    whole, schema = table(columns, {"town": towns, "age": range(2_000)})
    assert rare(whole, whole, schema) == (2, 2)
    assert rare(whole, whole.iloc[:1_990], schema) == (1, 2)


def test_the_distance_of_pairs_is_none_of_a_table_to_itself_and_all_of_disjoint_ones() -> None:
    columns = [category("one", "a", "b"), category("two", "x", "y")]
    real, schema = table(columns, {"one": ["a"] * 50, "two": ["x"] * 50})
    half, _ = table(columns, {"one": ["a", "b"] * 25, "two": ["x"] * 50})
    far, _ = table(columns, {"one": ["b"] * 50, "two": ["x"] * 50})
    assert [pair_tvd(real, one, schema) for one in (real, half, far)] == pytest.approx([0, 0.5, 1])
    rows, plain = people()
    assert 0 < pair_tvd(rows, people(seed=1)[0], plain) < 0.2


def row(generation: int, regime: str = REPLACE, seed: int = 0, **changes: Any) -> dict[str, Any]:
    figures = {"coverage": 0.9, "rare_kept": 5, "rare_of": 5, "pair_tvd": 0.05, "c2st_auc": 0.55, "tstr": 0.9}
    more = {"alarms": [], "retrained": True, "released": None, "train_rows": 10, "real_share": 0.0, "note": ""}
    cell = {"table": "census", "generator": "trees", "regime": regime, "seed": seed}
    return {**cell, "generation": generation, **figures, **more, **changes}


def decaying(seed: int = 0, alarm: int = 3) -> list[dict[str, Any]]:
    """Coverage and TSTR fall by .02 and .002 a generation."""
    return [
        row(at, seed=seed, coverage=0.92 - 0.02 * at, tstr=0.902 - 0.002 * at, alarms=["x"] if at >= alarm else [])
        for at in range(1, 11)
    ]


def test_a_chain_is_measured_by_its_own_first_generation() -> None:
    (chain,) = chains(decaying()[::-1])
    assert [each["generation"] for each in chain] == list(range(1, 11))
    found = change(chain)
    assert found["coverage_kept"] == pytest.approx(0.72 / 0.9)
    assert found["tstr_fall"] == pytest.approx(0.018)
    assert change(chain, at=3)["coverage_kept"] == pytest.approx(0.86 / 0.9)
    assert (first_alarm(chain), tstr_lost(chain)) == (3, 6)


def test_a_summary_has_medians_the_worst_and_what_was_met() -> None:
    rows = decaying() + decaying(seed=1, alarm=5)
    rows += [row(at, GUARDED, rare_kept=4 if at == 2 else 5) for at in (1, 2, 3)]
    rows += [row(at, GUARDED, seed=1, coverage=0.9 - 0.01 * at) for at in (1, 2, 3)]
    replaced, guarded = summaries(rows)
    assert (replaced["cells"], replaced["first_alarms"], replaced["tstr_lost"]) == (2, [3, 5], [6, 6])
    assert [(target["met_by"], target["is_met"]) for target in replaced["targets"]] == [
        (2, True),
        (1, False),
        (1, False),
        (1, False),
    ]
    quick = [row(at, seed=2, tstr=0.9 - 0.02 * at, alarms=["x"] if at == 2 else []) for at in (1, 2, 3)]
    told = [(target["met_by"], target["of"]) for target in summaries(rows + quick)[0]["targets"]]
    assert told == [(3, 3), (2, 3), (1, 3), (1, 2)], "where TSTR is lost at once no alarm can come before"
    assert guarded["median"]["coverage_kept"] == pytest.approx((1 + 0.87 / 0.89) / 2, abs=1e-5)
    assert guarded["worst"]["coverage_kept"] == pytest.approx(0.87 / 0.89, abs=1e-5)
    assert [target["met_by"] for target in guarded["targets"]] == [1, 2, 2, 2]


def test_noise_is_of_nights_of_one_model_and_pooled_over_cells() -> None:
    def nights(seed: int, step: float, **changes: Any) -> list[dict[str, Any]]:
        falls = (0.0, step, 2 * step)
        once = [row(at, GUARDED, seed, tstr=0.9 - fall, released=True) for at, fall in enumerate(falls, 1)]
        return [{**night, "retrained": night["generation"] == 1, **changes} for night in once]

    retrained = [{**night, "generator": "mixture", "retrained": True} for night in nights(2, 0.05)]
    unknown = [{**night, "generator": "tvae"} for night in nights(3, 0.05, tstr=None)]
    found = noise([*decaying(), *nights(0, 0.03), *nights(1, 0.04), *retrained, *unknown])
    assert [(one["generator"], one["cells"]) for one in found] == [("trees", 2), ("tvae", 1)]
    assert found[0]["tstr"] == pytest.approx(((0.03**2 + 0.04**2) / 2) ** 0.5, abs=1e-5)
    assert (found[0]["coverage"], found[1]["tstr"]) == (0, None)


def test_results_are_kept_cell_by_cell(tmp_path: Path) -> None:
    path, cell = tmp_path / "c.json", Cell("census", "trees", REPLACE, 0)
    results = Results(path, {"source_rows": 10})
    own = [{name: value for name, value in one.items() if name not in vars(cell)} for one in decaying()]
    results.add(cell, own[:4])
    results.add_real("census", 0, {"coverage": 0.97123456, "tstr": float("nan")})
    results.add(Cell("census", "trees", GUARDED, 0), own[:2])
    with pytest.raises(ValueError, match="--rows 10;"):
        Results(path, {"source_rows": 11})
    again = Results(path, {"source_rows": 10})
    assert again.has(cell, 4)
    assert not again.has(cell, 5)
    assert not again.has(Cell("census", "trees", REPLACE, 1), 1)
    assert again.real == [{"table": "census", "seed": 0, "coverage": 0.97123, "tstr": None}]
    again.add(cell, own)
    stored = json.loads(path.read_text())
    assert list(stored)[:3] == ["machine", "about", "summary"]
    assert len(stored["rows"]) == 12
    assert [one["regime"] for one in stored["summary"]] == [REPLACE, GUARDED]


def test_what_processes_measured_apart_is_brought_together(tmp_path: Path) -> None:
    def measured(name: str, *seeds: int) -> Results:
        results = Results(tmp_path / name, {"source_rows": 10})
        for seed in seeds:
            cell = Cell("census", "trees", REPLACE, seed)
            own = [{key: value for key, value in one.items() if key not in vars(cell)} for one in decaying(seed)]
            results.add(cell, own)
            results.add_real("census", seed, {"coverage": 0.97})
        results.add_honest({"table": "census", "generator": "trees", "chains": len(seeds)})
        return results

    one, other = measured("one.json", 0, 1), measured("other.json", 1, 2)
    one.merge(other.path)
    assert one.rows == measured("all.json", 0, 1, 2).rows
    assert [each["seed"] for each in one.real] == [0, 1, 2]
    assert [each["chains"] for each in one.honest] == [2], "its own stay"
    assert Results(one.path, {"source_rows": 10}).document() == one.document()
    with pytest.raises(ValueError, match=r"other\.json was measured with --rows 10"):
        Results(tmp_path / "third.json", {"source_rows": 20}).merge(other.path)


def test_page_and_picture_show_every_regime(tmp_path: Path) -> None:
    results = Results(tmp_path / "c.json", {"source_rows": 10})
    results.rows = decaying() + [row(at, GUARDED, released=True) for at in (1, 2, 3)]
    results.rows += [row(at, GUARDED, seed=1, released=True, retrained=False, tstr=at / 10) for at in (1, 2, 3)]
    results.machine = {"processor": "p", "cores": 2, "measured_at": "now"}
    honest = {"table": "census", "generator": "trees", "chains": 4, "generations": 5, "pool": 6, "quiet": 3}
    results.honest = [honest]
    page = markdown(results.document(), "c.svg")
    assert "| `replace` | the alarm comes by generation 3 | 1 of 1 |" in page
    assert "| honest chains (census, trees) | 99 of 100 without an alarm in 5 generations | 3 of 4 |" in page
    assert "| `guarded` | 4 | 2 | 4 |" in page
    assert "| trees | 1 | 0.0000 | 0.0000 | 0.0000 | 0.1000 |" in page
    drawn = ElementTree.fromstring(picture(results.rows))  # noqa: S314 - drawn here
    lines = drawn.findall(".//{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 4
    assert len(drawn.findall(".//{http://www.w3.org/2000/svg}circle")) == 2
    assert "Nothing was measured" in markdown({**results.document(), "rows": []}, "c.svg")


def test_the_most_telling_cells_come_first() -> None:
    found = list(cells(parsed([])))
    assert len(found) == len(set(found)) == 3 * len(TABLES) * len(GENERATORS) * len(USUAL)
    assert [cell.regime for cell in found[: len(USUAL)]] == list(USUAL)
    assert {(cell.table, cell.generator, cell.seed) for cell in found[: len(USUAL)]} == {("census", "trees", 0)}
    assert LET_THROUGH not in USUAL
    assert [cell.seed for cell in found] == sorted(cell.seed for cell in found)
