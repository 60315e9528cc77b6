"""Every rule of the whole spec, each by a spec that breaks it; and its identity."""

from __future__ import annotations

import json
from copy import deepcopy
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from headwater.spec import DatasetSpec

SMALL: dict[str, Any] = {
    "dataset": "people",
    "owner": "me",
    "source": {"kind": "csv", "path": "people.csv"},
    "columns": {"id": "id", "age": "numerical", "group": "categorical"},
}


def spec(**parts: Any) -> DatasetSpec:
    return DatasetSpec.model_validate({**deepcopy(SMALL), **parts})


def why(**parts: Any) -> str:
    with pytest.raises(ValidationError) as caught:
        spec(**parts)
    return str(caught.value)


def test_defaults_are_sensible() -> None:
    whole = spec()
    assert [candidate.kind for candidate in whole.candidates] == ["trees", "logit_trees", "gaussian_copula"]
    assert (whole.batch.rows, whole.batch.shards, whole.seed) == (10_000, 1, 0)
    assert whole.schedule.zone.key == "UTC"


def test_it_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        spec().owner = "you"  # type: ignore[misc]


@pytest.mark.parametrize("name", ["People", "1st", "a-b", "", "a" * 41, "a b", "a\n"])
def test_dataset_names(name: str) -> None:
    assert "dataset" in why(dataset=name)


@pytest.mark.parametrize("part", ["dataset", "owner", "source", "columns"])
def test_required_parts(part: str) -> None:
    given = {name: value for name, value in SMALL.items() if name != part}
    with pytest.raises(ValidationError, match="Field required"):
        DatasetSpec.model_validate(given)


@pytest.mark.parametrize("name", ["", "a\x00b", "_headwater_row", "_batch_id", "batch_date"])
def test_column_names_that_cannot_be_kept(name: str) -> None:
    assert "column name" in why(columns={"age": "numerical", name: "categorical"})


def test_no_columns() -> None:
    assert "at least 1 item" in why(columns={})


def test_nothing_to_learn() -> None:
    assert "nothing to learn" in why(columns={"a": "id", "b": {"sdtype": "pii", "pii": "name"}})


@pytest.mark.parametrize("part", [{"keys": {"primary": ["x"]}}, {"keys": {"entity": ["x"]}}, {"targets": ["x"]}])
def test_names_that_are_no_columns(part: dict[str, Any]) -> None:
    assert "names 'x', which is not among columns" in why(**part)


def test_names_given_twice() -> None:
    assert "targets names 'age' twice" in why(targets=["age", "age"])


def test_targets_can_be_predicted() -> None:
    assert "target 'id' is id" in why(targets=["id"])


def test_candidates_have_different_labels() -> None:
    assert "two candidates are called 'trees'" in why(candidates=["trees", {"kind": "trees"}])
    named = spec(candidates=["trees", {"kind": "trees", "name": "small trees", "settings": {"leaf": 50}}])
    assert [candidate.label for candidate in named.candidates] == ["trees", "small trees"]
    assert "at least 1 item" in why(candidates=[])


@pytest.mark.parametrize(
    "part",
    [
        {"batch": {"rows": 0}},
        {"batch": {"rows": 100_000_001}},
        {"batch": {"rows": "5000"}},
        {"batch": {"rows": True}},
        {"batch": {"rows": 10.5}},
        {"batch": {"shards": 0}},
        {"batch": {"shards": 257}},
        {"seed": -1},
        {"seed": 2**32},
        {"retention": {"released_days": 0}},
        {"promotion": {"margin": -0.1}},
        {"promotion": {"margin": "0.1"}},
        {"schedule": {"timezone": "Mars/Olympus"}},
        {"schedule": {"nightly": "every day"}},
        {"schedule": {"start_date": "soon"}},
        {"owner": ""},
        {"owner": 5},
        {"targets": "age"},
        {"unknown": 1},
    ],
)
def test_wrong_values(part: dict[str, Any]) -> None:
    (name,) = part
    assert name in why(**part)


@pytest.mark.parametrize(
    "source",
    [
        {"kind": "excel", "path": "a"},
        {"path": "a.csv"},
        {"kind": "csv"},
        {"kind": "csv", "path": ""},
        {"kind": "csv", "path": "a", "separator": ""},
        {"kind": "csv", "path": "a", "separator": "::"},
        {"kind": "csv", "path": "a", "separator": '"'},
        {"kind": "csv", "path": "a", "separator": "\n"},
        {"kind": "csv", "path": "a", "separator": "§"},
        {"kind": "table", "table": "a"},
        {"kind": "table", "connection": "a", "table": ""},
        {"kind": "query", "connection": "a"},
        {"kind": "parquet", "path": "a", "separator": ","},
    ],
)
def test_sources(source: dict[str, Any]) -> None:
    assert "source" in why(source=source)


@pytest.mark.parametrize("separator", [",", ";", "\t", "|", " "])
def test_separators(separator: str) -> None:
    assert spec(source={"kind": "csv", "path": "a", "separator": separator}).source.kind == "csv"


def test_equal_specs_have_equal_hashes() -> None:
    long_form = spec(columns={"id": {"sdtype": "id"}, "age": {"sdtype": "numerical"}, "group": "categorical"})
    assert spec().sha256() == long_form.sha256()
    assert spec().sha256() != spec(seed=1).sha256()


@settings(max_examples=25, deadline=None)
@given(
    low=st.integers(-5, 5) | st.floats(-5, 5),
    day=st.dates() | st.datetimes(),
    values=st.lists(st.text(), min_size=1, max_size=4, unique=True),
    seed=st.integers(0, 2**32 - 1),
)
def test_canonical_json_reads_back_to_the_same_spec(low: float, day: date, values: list[str], seed: int) -> None:
    columns = {
        "age": {"sdtype": "numerical", "min": low},
        "born": {"sdtype": "datetime", "max": day},
        "group": {"sdtype": "categorical", "values": values},
    }
    source = {"kind": "table", "connection": "c", "schema": "s", "table": "t"}
    one = spec(columns=columns, source=source, seed=seed, candidates=[{"kind": "trees", "settings": {"leaf": 20}}])
    again = DatasetSpec.model_validate_json(one.canonical_json())
    assert again == one
    assert again.sha256() == one.sha256()
    assert DatasetSpec.model_validate(json.loads(one.canonical_json())) == one  # as the ledger gives it back
