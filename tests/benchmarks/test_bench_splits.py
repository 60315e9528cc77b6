"""How the generators' bench reads, guesses and cuts tables, and what it makes of references and peers' rows."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from bench_rows import people
from benchmarks.fidelity import splits
from benchmarks.fidelity.entries import ENTRIES, Entry, chosen, peer
from benchmarks.fidelity.evaluate import RealSide, evaluate
from benchmarks.fidelity.guess import guess_spec, sniff_separator
from benchmarks.fidelity.making import Job
from benchmarks.fidelity.peer import from_peer, make_with_peer
from benchmarks.fidelity.tables import Target, read_table, table_names

from headwater.generators.errors import SettingsError
from headwater.generators.registry import BUILT_IN
from headwater.tables.schema import ColumnSchema, TableSchema


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    lines = ["id;age;smoke;town;seen;note;sick"]
    for row in range(120):
        town = ("Graz", "Wien", "Linz")[row % 3]
        age = "" if row == 3 else f"{20 + row / 2:g}"
        lines.append(f"{row + 900};{age};{row % 2};{town};2024-01-{row % 28 + 1:02};n{row};{row % 4 // 3}")
    (tmp_path / "Heart study.csv").write_text("\n".join(lines) + "\n")
    monkeypatch.setenv("HEADWATER_BENCH_DATA", str(tmp_path))
    return tmp_path


def test_a_csv_without_a_spec_is_guessed(folder: Path) -> None:
    path = folder / "Heart study.csv"
    assert sniff_separator(path) == ";"
    spec = guess_spec(path)
    assert spec.dataset == "heart_study"
    kinds = {name: column.sdtype for name, column in spec.columns.items()}
    assert kinds == {
        "id": "id",
        "age": "numerical",
        "smoke": "categorical",
        "town": "categorical",
        "seen": "datetime",
        "note": "pii",
        "sick": "categorical",
    }
    assert spec.columns["age"].nullable
    assert spec.targets == ("sick",)


def test_ids_are_left_out_and_the_last_binary_column_is_the_target(folder: Path) -> None:
    assert table_names() == ["breast_cancer", "fair", "heart_study"]
    found = read_table("heart_study")
    assert found.schema.names == ["age", "smoke", "town", "seen", "sick"]
    assert found.target == Target("sick")
    assert found.target.holds(found.rows, found.schema).sum() == 30
    assert found.rows["age"].isna().sum() == 1


def test_an_unknown_table_is_named_with_those_there_are(folder: Path) -> None:
    with pytest.raises(ValueError, match=r"no table 'hart'.*heart_study"):
        read_table("hart")
    assert folder.exists()


def test_columns_nobody_can_learn_from_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lines = [f"{row % 2},text {row // 2 * 2 + row % 3},,{row / 3:.2f}" for row in range(120)]
    (tmp_path / "2024 odd.csv").write_text("a,b,c,d\n" + "\n".join(lines) + "\n")
    monkeypatch.setenv("HEADWATER_BENCH_DATA", str(tmp_path))
    found = read_table("t_2024_odd")
    assert found.schema.names == ["a", "d"]
    assert found.target == Target("a")


def test_the_survey_asks_whether_there_are_affairs() -> None:
    found = read_table("fair")
    assert found.target == Target("affairs", above=0.0)
    assert found.target.holds(found.rows, found.schema).mean() == pytest.approx(0.3225, abs=0.001)
    assert read_table("breast_cancer").target == Target("diagnosis")


def test_splits_are_disjoint_seeded_and_capped(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = pd.DataFrame({"row": np.arange(1_000)})
    cut = splits.split(rows, seed=1)
    assert (len(cut.train), len(cut.holdout)) == (800, 200)
    assert not set(cut.train["row"]) & set(cut.holdout["row"])
    pd.testing.assert_frame_equal(splits.split(rows, seed=1).train, cut.train)
    assert not splits.split(rows, seed=2).train.equals(cut.train)
    few = splits.split(rows, seed=1, most=100)
    assert (len(few.train), len(few.holdout)) == (80, 20)
    monkeypatch.setattr(splits, "TRAIN_ROWS_MAX", 300)
    monkeypatch.setattr(splits, "HOLDOUT_ROWS_MAX", 70)
    capped = splits.split(rows, seed=1)
    assert (len(capped.train), len(capped.holdout)) == (300, 70)


def test_real_rows_stand_in_and_are_trained_on_no_longer() -> None:
    cut = splits.split(pd.DataFrame({"row": np.arange(1_000)}), seed=1)
    rest, made = splits.stand_in(cut)
    assert (len(rest.train), len(made), len(rest.holdout)) == (600, 200, 200)
    assert set(rest.train["row"]) | set(made["row"]) == set(cut.train["row"])
    assert not set(rest.train["row"]) & set(made["row"])


def test_independent_columns_keep_marginals_and_lose_dependence() -> None:
    rows, _ = people(500)
    made = splits.independent(rows, seed=1)
    assert made.dtypes.equals(rows.dtypes)
    for name in rows:
        assert sorted(made[name]) == sorted(rows[name])
    assert abs(made["age"].corr(made["income"])) < 0.2
    assert rows["age"].corr(rows["income"]) > 0.7


def test_every_built_in_generator_is_an_entry() -> None:
    assert set(BUILT_IN) <= {entry.kind for entry in ENTRIES}
    names = [(entry.kind, entry.label) for entry in ENTRIES]
    assert len(set(names)) == len(names)


def test_entries_are_chosen_by_kind_label_or_title() -> None:
    assert {entry.kind for entry in chosen(["trees"], [])} == {"trees"}
    assert [entry.title for entry in chosen(["trees, one, leaf 50", "real"], [])] == ["real", "trees, one, leaf 50"]
    assert chosen(None, [Entry("arfpy", python="p")])[-1].kind == "arfpy"
    with pytest.raises(ValueError, match="'tress', which is no entry"):
        chosen(["tress"], [])


def test_an_optional_entry_says_which_setting_is_unknown() -> None:
    assert Entry("trees", settings={"leaf": 5}).lacks() == ""
    assert Entry("trees", settings={"leaves": 5}, optional=True).lacks() == "leaves"
    assert Entry("real").lacks() == ""
    with pytest.raises(SettingsError, match="no generator kind"):
        Entry("nonsense", settings={"a": 1}).lacks()


def test_a_peer_is_named_with_its_interpreter() -> None:
    assert peer("arfpy=/opt/p") == Entry("arfpy", seeds=1, python="/opt/p")
    with pytest.raises(ValueError, match="NAME=PYTHON"):
        peer("arfpy")
    rows, schema = people(50)
    with pytest.raises(ValueError, match="known: arfpy, mostlyai"):
        make_with_peer("python", Job("nobody", {}, rows, schema, 0, 10))


def test_a_peers_rows_take_the_tables_types_and_foreign_values_are_refused() -> None:
    schema = TableSchema(
        columns=(
            ColumnSchema(name="n", sdtype="numerical", storage="integer", nullable=True),
            ColumnSchema(name="r", sdtype="numerical", storage="real", nullable=False, decimals=1),
            ColumnSchema(name="c", sdtype="categorical", storage="integer", nullable=True, categories=(1, 2)),
            ColumnSchema(name="d", sdtype="datetime", storage="date", nullable=False),
        )
    )
    given = {"n": [1.4, None], "r": [0.26, 3.0], "c": ["2", None], "d": ["2024-01-02 13:00", "2024-01-03"]}
    found = from_peer(pd.DataFrame(given), schema)
    assert found["n"].tolist() == [1, pd.NA]
    assert found["r"].tolist() == [0.3, 3.0]
    assert found["c"].cat.codes.tolist() == [1, -1]
    assert found["d"].dt.day.tolist() == [2, 3]
    with pytest.raises(ValueError, match="not among its categories"):
        from_peer(pd.DataFrame(given | {"c": ["7", "1"]}), schema)


def test_all_measures_tell_real_rows_from_shuffled_columns_and_from_copies() -> None:
    rows, schema = people(1_500)
    cut = splits.split(rows, seed=3)
    real = RealSide(cut, schema, Target("rich"), 3)
    rest, sample = splits.stand_in(cut)
    good = evaluate(sample, RealSide(rest, schema, Target("rich"), 3))
    bad, copied = evaluate(splits.independent(cut.train, 3), real), evaluate(cut.train, real)
    needed = {"shape", "trend", "coverage", "c2st_gb_score", "c2st_gb_auc", "tstr_auc", "trtr_auc", "nearness_share"}
    assert needed | {"exact_copies", "real_exact_copies", "mia_auc", "density", "near_copies"} <= set(good)
    assert good["c2st_gb_auc"] < 0.58
    assert bad["c2st_gb_auc"] > 0.8
    assert good["tstr_auc"] > 0.95
    assert bad["tstr_auc"] < 0.75
    assert good["coverage"] > 0.9 > bad["coverage"]
    assert abs(good["nearness_share"] - 0.5) < 0.06
    assert (good["exact_copies"], good["real_exact_copies"]) == (0.0, 0.0)
    assert copied["exact_copies"] == 1.0
    assert copied["nearness_share"] > 0.6  # a copy's own row is in one of four parts
    assert copied["mia_auc"] == 1.0
    assert copied["tstr_auc"] == copied["trtr_auc"]
