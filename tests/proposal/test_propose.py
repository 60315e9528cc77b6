"""A whole proposal: it loads, its rows keep to it, it says what it is unsure of, and it hides what it must."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import sqlalchemy as sa
import yaml
from tests.proposal.asking import VISITS, random, visits

from headwater.proposal.finding import ProposalError
from headwater.proposal.limits import _SAYS
from headwater.proposal.propose import Proposal, propose
from headwater.sources.conform import conform_source
from headwater.sources.errors import SourceError
from headwater.sources.read import read_source
from headwater.spec import Contract, DatasetSpec, load_spec

DRAWS = 6


def proposed(folder: Path, frame: pd.DataFrame, **options: Any) -> Proposal:
    path = folder / "visits.csv"
    frame.to_csv(path, index=False)
    return propose(str(path), "visits", draws=DRAWS, **options)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Proposal:
    return proposed(tmp_path_factory.mktemp("visits"), visits())


def load(text: str, folder: Path) -> DatasetSpec:
    path = folder / "visits.yaml"
    path.write_text(text, encoding="utf-8")
    return load_spec(path)


def test_it_loads_as_the_spec_that_was_meant(whole: Proposal, tmp_path: Path) -> None:
    spec = load(whole.yaml, tmp_path)
    assert spec == whole.spec
    assert (spec.keys.primary, spec.keys.entity) == (("visit_id",), ("patient_id",))
    assert {name: column.sdtype for name, column in spec.columns.items()} == {
        "visit_id": "id",
        "patient_id": "id",
        "e-mail": "pii",
        "age": "numerical",
        "ward": "categorical",
        "floor": "categorical",
        "diagnosis": "categorical",
        "place": "categorical",
        "smoker": "boolean",
        "cigarettes": "numerical",
        "admitted": "datetime",
        "discharged": "datetime",
        "lab": "numerical",
        "readmitted": "boolean",
    }
    assert spec.targets == ("readmitted",)
    assert spec.source.model_dump()["missing"] == ("", "NA")
    assert [rule.model_dump(exclude_defaults=True) for rule in spec.constraints] == [
        {"kind": "expression", "rule": "smoker or cigarettes == 0"},
        {"kind": "fixed_combinations", "columns": ("ward", "floor")},
        {"kind": "inequality", "low": "admitted", "high": "discharged"},
    ]
    assert spec.batch.rows == VISITS


def test_the_sources_rows_keep_to_it(whole: Proposal) -> None:
    frame, _ = conform_source(read_source(whole.spec, lambda _: ""), whole.spec)
    assert len(frame) == whole.rows == VISITS


def test_nothing_is_public_and_sensitive_columns_hold_no_value(whole: Proposal) -> None:
    assert not any(column.public for column in whole.spec.columns.values())
    assert whole.spec.columns["diagnosis"].model_dump(exclude_defaults=True) == {
        "sdtype": "categorical",
        "sensitive": True,
    }
    assert "SECRET" not in whole.yaml
    assert "UNUSUAL" not in whole.yaml, "what stands in two rows may be a person"


def test_the_form_for_logs_holds_no_value_and_loads_too(whole: Proposal, tmp_path: Path) -> None:
    told = "\n".join([whole.hidden, whole.summary, *whole.questions])
    for value in ("surgery", "medicine", "elsewhere", "SECRET", "UNUSUAL", "2023", " max: ", "values: ["):
        assert value not in told, value
    assert ("surgery" in whole.yaml, "max: 100" in whole.yaml) == (True, True)
    looser = load(whole.hidden, tmp_path)
    assert list(looser.columns) == list(whole.spec.columns)
    assert (looser.constraints, looser.targets) == (whole.spec.constraints, whole.spec.targets)
    conform_source(read_source(looser, lambda _: ""), looser)


def test_what_it_is_unsure_of_stands_beside_its_line(whole: Proposal) -> None:
    unwrapped = whole.yaml.replace("\n  #   ", " ").replace("\n#   ", " ")
    assert "source: 'NA' is taken for no value, in every column" in whole.questions
    assert "owner: who answers for this table?" in whole.questions
    for question in whole.questions:
        assert f"# unsure: {question.partition(': ')[2]}" in unwrapped, question
    assert unwrapped.count("# unsure: ") == len(whole.questions)


def test_the_same_rows_give_the_same_proposal(whole: Proposal, tmp_path: Path) -> None:
    again = proposed(tmp_path, visits())
    assert again.yaml.replace(str(tmp_path), "") == whole.yaml.replace(str(Path(whole.spec.source.path).parent), "")  # type: ignore[union-attr]


def test_limits_lie_between_the_noise_and_the_default(whole: Proposal) -> None:
    given, default = whole.spec.contract, Contract()
    assert given.source_rows_min == VISITS // 2
    for key in ("coverage_min", "cell_coverage_min", "c2st_auc_max", "utility_gap_max"):
        (told,) = [line for line in whole.yaml.splitlines() if _SAYS[key] in line]
        worst, value, usual = float(told.split()[-1]), getattr(given, key), getattr(default, key)
        is_beyond = worst < usual if key.endswith("_min") else worst > usual
        assert ("the default stands" in told) is is_beyond
        assert value == (usual if is_beyond else pytest.approx((worst + usual) / 2, abs=0.011))


def test_an_owner_is_taken(tmp_path: Path) -> None:
    found = proposed(tmp_path, visits(), owner="clinic: data")
    assert found.spec.owner == "clinic: data"
    assert not any(question.startswith("owner") for question in found.questions)


def test_a_hostile_table(tmp_path: Path) -> None:
    draw, rows = random(6), 300
    frame = pd.DataFrame(
        {
            "yes": draw.choice(["yes", "no", "null"], rows),
            "null": draw.integers(0, 90, rows),
            " a: b # c": draw.choice(["- x", "{y}", "#z"], rows),
            "quo\"te's": draw.normal(0, 1, rows).round(3),
            "line\nbreak": draw.choice(["a\nb", "c\td"], rows),
            "größe 身長": draw.normal(170, 9, rows).round(1),
            "{{ jinja }} %s": draw.integers(0, 2, rows),
            "<script>": ["<b>"] * rows,
            "1": [""] * rows,
            "2024-01-01": [f"{i:04d}" for i in draw.integers(0, 50, rows)],
            "x" * 1_100: draw.choice(["p", "q"], rows),
            "big": [2**64 + int(i) * 10**6 for i in draw.integers(0, 50, rows)],
        }
    )
    found = proposed(tmp_path, frame)
    assert list(found.spec.columns) == list(frame.columns)
    assert load(found.yaml, tmp_path) == found.spec
    assert yaml.safe_load(found.hidden)["columns"].keys() == set(frame.columns)
    assert found.spec.columns["yes"].values == ("no", "null", "yes")


def test_a_typed_table_of_a_database(database: str) -> None:
    typed = visits().assign(
        admitted=lambda frame: pd.to_datetime(frame["admitted"]).dt.date,
        smoker=lambda frame: frame["smoker"] == "Y",
        lab=lambda frame: pd.to_numeric(frame["lab"], errors="coerce"),
    )
    engine = sa.create_engine(database)
    typed.to_sql("visits", engine, index=False)
    with engine.begin() as connection:
        connection.execute(sa.text('alter table visits add primary key ("visit_id")'))
    engine.dispose()
    found = propose(f"{database}#visits", "visits", draws=DRAWS)
    source = found.spec.source
    assert source.model_dump(exclude_none=True) == {"kind": "table", "connection": "visits_source", "table": "visits"}
    assert found.spec.columns["lab"].nullable
    assert found.spec.columns["admitted"].sdtype == "datetime"
    assert str(sa.make_url(database).password) not in found.yaml
    assert any("AIRFLOW_CONN_VISITS_SOURCE" in question for question in found.questions)
    conform_source(read_source(found.spec, lambda _: database), found.spec)


@pytest.mark.parametrize("name", ["", "Visits", "../visits", "1st", "a b", "x" * 41, "é"])
def test_a_name_that_no_dataset_can_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProposalError, match=r"NAME.*Cure"):
        propose(str(tmp_path / "none.csv"), name)


def test_a_table_with_nothing_to_learn(tmp_path: Path) -> None:
    frame = pd.DataFrame({"id": range(300), "mail": [f"a{i}@b.example" for i in range(300)]})
    with pytest.raises(ProposalError, match=r"No column of the source can be learned.*Cure"):
        proposed(tmp_path, frame)


def test_columns_that_cannot_be_used_are_all_named(tmp_path: Path) -> None:
    frame = visits(200).assign(lists=[[1]] * 200, blob=[b"SECRET"] * 200)
    frame.to_parquet(tmp_path / "visits.parquet")
    with pytest.raises(
        SourceError, match=r"(?s)2 problems.*'lists'.*'blob'.*leave it out by a query\. Or propose from a view"
    ) as caught:
        propose(str(tmp_path / "visits.parquet"), "visits")
    assert "SECRET" not in str(caught.value)


def test_a_table_of_two_kinds_of_rows(tmp_path: Path) -> None:
    """Nearest neighbours and classifiers have nothing to say there; the defaults stand."""
    found = proposed(tmp_path, pd.DataFrame({"a": ["x", "y"] * 150, "b": [1, 2] * 150}))
    assert found.spec.contract == Contract(source_rows_min=150, cell_coverage_min=found.spec.contract.cell_coverage_min)
    with pytest.raises(SourceError, match=r"with enough different rows"):
        proposed(tmp_path, pd.DataFrame({"a": ["x"] * 300, "b": [1] * 300}))


def test_a_table_without_a_target_has_none_and_says_so(tmp_path: Path) -> None:
    draw = random(8)
    found = proposed(tmp_path, pd.DataFrame({"a": draw.normal(0, 1, 400), "b": draw.choice(["x", "y"], 400)}))
    assert found.spec.targets == ()
    assert any(question.startswith("targets: no column") for question in found.questions)
    assert "utility_gap_max" not in found.yaml


def test_a_column_called_like_an_outcome_is_the_target_of_an_easy_table_and_one_not_called_so_is_not(
    tmp_path: Path,
) -> None:
    draw = random(9)
    kinds = draw.integers(0, 2, 400)
    easy = {"height": kinds * 10 + draw.normal(0, 1, 400), "noise": draw.normal(0, 1, 400)}
    words = np.array(["oak", "rose"])[kinds]
    named = proposed(tmp_path, pd.DataFrame({**easy, "outcome": words}))
    assert named.spec.targets == ("outcome",)
    assert "targets: other columns tell all of 'outcome': does one of them give it away?" in named.questions
    assert "plant" not in proposed(tmp_path, pd.DataFrame({**easy, "plant": words})).spec.targets
