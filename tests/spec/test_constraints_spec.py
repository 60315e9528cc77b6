"""Constraints in a spec: what loads, what each mistake is told, and the identity of specs without any."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from headwater.spec import DatasetSpec, SpecError, load_spec
from headwater.spec.constraints import describe
from headwater.spec.fields import field_names, json_schema

HEAD = """\
dataset: wards
owner: me
source: {kind: csv, path: wards.csv}
columns:
  visit: id
  admitted: datetime
  discharged: {sdtype: datetime, nullable: true}
  a: numerical
  b: numerical
  c: {sdtype: numerical, max: -1}
  smoker: boolean
  colour: {sdtype: categorical, values: [red, blue]}
  group: categorical
  odd name: numerical
"""
GOOD = """\
constraints:
  - {kind: inequality, low: admitted, high: discharged}
  - {kind: range, low: a, middle: b, high: odd name, strict: true}
  - {kind: fixed_combinations, columns: [colour, group, a]}
  - {kind: one_hot, columns: [a, smoker]}
  - {kind: positive, column: a, strict: true}
  - {kind: negative, column: c}
  - {kind: unique, columns: [group, admitted]}
  - {kind: expression, rule: "smoker or col('odd name') == 0"}
"""


def load(tmp_path: Path, text: str) -> DatasetSpec:
    path = tmp_path / "wards.yaml"
    path.write_text(text, encoding="utf-8")
    return load_spec(path)


def test_every_kind_loads(tmp_path: Path) -> None:
    spec = load(tmp_path, HEAD + GOOD)
    assert [describe(one) for one in spec.constraints] == [
        "inequality admitted <= discharged",
        "range a < b < odd name",
        "fixed_combinations colour, group, a",
        "one_hot a, smoker",
        "strictly positive a",
        "negative c",
        "unique group, admitted",
        "expression \"smoker or col('odd name') == 0\"",
    ]
    assert DatasetSpec.model_validate_json(spec.canonical_json()) == spec
    assert DatasetSpec.model_validate(json.loads(spec.canonical_json())) == spec


def test_a_spec_without_constraints_is_what_it_was_before_there_were_any(tmp_path: Path) -> None:
    plain, empty = load(tmp_path, HEAD), load(tmp_path, HEAD + "constraints: []\n")
    assert "constraints" not in plain.canonical_json()
    assert plain.sha256() == empty.sha256() != load(tmp_path, HEAD + GOOD).sha256()


BROKEN = [
    ("{kind: inequality, low: admited, high: a}", ".low", "no column 'admited'", "Did you mean 'admitted'?"),
    ("{kind: inequality, low: admitted, high: a}", "", "orders numbers and dates", "all numerical or all datetime"),
    ("{kind: inequality, low: visit, high: a}", ".low", "'visit' is id", "numerical or datetime"),
    ("{kind: inequality, low: group, high: a}", ".low", "'group' is categorical", "numerical or datetime"),
    ("{kind: inequality, low: a, high: a}", "", "names column 'a' twice", "each column once"),
    ("{kind: inequality, low: a}", ".high", "missing", "Add high"),
    ("{kind: inequality, low: a, hgih: b}", ".hgih", "no key 'hgih'", "Did you mean 'high'?"),
    ("{kind: inequalty, low: a, high: b}", "", "'inequalty'", "Did you mean 'inequality'?"),
    ("{low: a, high: b}", "", "'kind' is missing", "Add kind: inequality"),
    ("{kind: range, low: a, middle: b, high: c, strict: 1}", ".strict", "true or false", "without quotes"),
    ("{kind: fixed_combinations, columns: [a]}", ".columns", "at least 2", "given here"),
    ("{kind: fixed_combinations, columns: [a, admitted]}", ".columns", "'admitted' is datetime", "categorical"),
    ("{kind: one_hot, columns: [a, group]}", ".columns", "'group' is categorical", "numerical or boolean"),
    ("{kind: one_hot, columns: [a, a]}", "", "names column 'a' twice", "once"),
    ("{kind: unique, columns: [visit]}", ".columns", "'visit' is id", "numerical"),
    ("{kind: positive, column: smoker}", ".column", "'smoker' is boolean", "numerical"),
    ("{kind: positive, column: c}", ".column", "bounds of column 'c' leave no positive value", "Correct one"),
    ("{kind: expression, rule: 5}", ".rule", "must be text", "quotes"),
    ("{kind: expression, rule: ''}", ".rule", "at least 1 character", "Correct the value"),
    (
        "{kind: expression, rule: 'smokr or a == 0'}",
        ".rule",
        "character 1: there is no learned",
        "Did you mean 'smoker'?",
    ),
    ("{kind: expression, rule: 'a = 0'}", ".rule", "character 3", "Compare with =="),
    ("{kind: expression, rule: '1 == 1'}", ".rule", "names no column", "Compare a column"),
    ("{kind: expression, rule: 'visit == 1'}", ".rule", "'visit' is id", "learned columns alone"),
    ("{kind: expression, rule: 'colour == \"rde\"'}", ".rule", "no value 'rde'", "Did you mean 'red'?"),
    ('{kind: expression, rule: \'colour in ["red", "x"]\'}', ".rule", "no value 'x'", "Use one of: red, blue"),
    ("{kind: expression, rule: \"__import__('os')\"}", ".rule", "functions cannot be called", "A rule takes"),
    ("five", "", "must be a mapping", "key: value"),
]


@pytest.mark.parametrize(("line", "field", "message", "cure"), BROKEN, ids=lambda one: str(one)[:40])
def test_each_mistake_has_line_field_and_cure(tmp_path: Path, line: str, field: str, message: str, cure: str) -> None:
    first = "  - {kind: inequality, low: a, high: b}\n"
    with pytest.raises(SpecError) as caught:
        load(tmp_path, f"{HEAD}constraints:\n{first}  - {line}\n")
    found = [one for one in caught.value.problems if one.field == f"constraints.1{field}"]
    assert found, caught.value
    assert found[0].line == HEAD.count("\n") + 3
    assert message in found[0].message
    assert cure in found[0].cure


def test_constraints_that_cannot_stand_together(tmp_path: Path) -> None:
    for lines, message in [
        (["{kind: positive, column: a}", "{kind: negative, column: a}"], "'a' is already positive"),
        (["{kind: positive, column: a}", "{kind: positive, column: a}"], "positive a stands twice"),
        (["{kind: inequality, low: a, high: b}", "{kind: inequality, low: b, high: a}"], "below itself"),
        (["{kind: inequality, low: a, high: b}", "{kind: range, low: b, middle: odd name, high: a}"], "below itself"),
    ]:
        with pytest.raises(SpecError, match=message) as caught:
            load(tmp_path, HEAD + "constraints:\n" + "".join(f"  - {line}\n" for line in lines))
        assert caught.value.problems[0].field.startswith("constraints.1")


def test_wrong_columns_are_told_first(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as caught:
        load(tmp_path, HEAD.replace("a: numerical", "a: number") + GOOD)
    assert {problem.field for problem in caught.value.problems} == {"columns.a"}


def test_editors_and_did_you_mean_know_the_keys() -> None:
    known = set(field_names(("constraints", 0)))
    assert {"kind", "low", "middle", "high", "columns", "column", "strict", "rule"} == known
    assert "constraints" in json_schema()["properties"]
