"""YAML files: what loads, and which file, line, field and cure each error names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from headwater.spec import SpecError, SpecProblem, load_folder, load_spec, loading
from headwater.spec.loading import MAX_BYTES

SHIPPED = Path("include/datasets")
GOOD = """\
dataset: people
owner: me
source:
  kind: csv
  path: people.csv
columns:
  id: id
  age: {sdtype: numerical, min: 0}
  group: categorical
"""
Problems = Callable[..., list[SpecProblem]]


@pytest.fixture
def problems(tmp_path: Path) -> Problems:
    """Write a file, load it, and give what is wrong with it."""

    def load(text: str | bytes, name: str = "people.yaml") -> list[SpecProblem]:
        path = tmp_path / name
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        with pytest.raises(SpecError) as caught:
            load_spec(path)
        assert all(problem.file == name and problem.cure and problem.line >= 1 for problem in caught.value.problems)
        assert str(caught.value).startswith(f"{name}:")
        return caught.value.problems

    return load


@pytest.mark.parametrize("path", sorted(SHIPPED.glob("*.yaml")), ids=lambda path: path.stem)
def test_shipped_specs_load(path: Path) -> None:
    assert load_spec(path).dataset == path.stem


def test_all_three_are_shipped() -> None:
    folder = load_folder(SHIPPED)
    assert {"breast_cancer", "fair", "census"} <= {spec.dataset for spec in folder.specs}
    assert folder.problems == ()


def test_a_good_file(tmp_path: Path) -> None:
    path = tmp_path / "people.yaml"
    path.write_text("\ufeff" + GOOD, encoding="utf-8")
    assert list(load_spec(path).columns) == ["id", "age", "group"]


def test_aliases_and_merges_may_be_used(tmp_path: Path) -> None:
    path = tmp_path / "people.yaml"
    more = "  a: &plain {sdtype: numerical, nullable: true}\n  b: *plain\n  c:\n    <<: *plain\n    min: 0\n"
    path.write_text(GOOD + more)
    columns = load_spec(path).columns
    assert columns["b"].nullable
    assert (columns["c"].nullable, columns["c"].min) == (True, 0)


# (text to replace, its replacement, line, field, words of the message, words of the cure)
BROKEN = [
    ("owner: me", "ownr: me", 1, "owner", "missing", "Add owner"),
    ("owner: me", "owner: me\nownre: you", 3, "ownre", "no key 'ownre'", "Did you mean 'owner'"),
    ("owner: me", "owner: me\nxyzzy: 1", 3, "xyzzy", "no key 'xyzzy'", "use one of: anchor"),
    ("owner: me", "owner: 5", 2, "owner", "must be text", "quotes"),
    ("owner: me", "owner: me\nowner: you", 3, "owner", "stands twice", "Remove one"),
    ("  kind: csv", "  kind: cvs", 3, "source", "cvs", "Did you mean 'csv'"),
    ("  kind: csv\n", "", 3, "source", "'kind' is missing", "table, query, csv or parquet"),
    ("  path: people.csv", "  pth: people.csv", 5, "source.pth", "no key 'pth'", "Did you mean 'path'"),
    ("  id: id", "  id: ids", 7, "columns.id", "", "Did you mean 'id'"),
    ("min: 0", "mni: 0", 8, "columns.age.mni", "no key 'mni'", "Did you mean 'min'"),
    ("min: 0", "min: 5, max: 1", 8, "columns.age", "is above max 1", "as the message says"),
    ("min: 0", "min: '0'", 8, "columns.age.min", "not the text '0'", "as the message says"),
    ("min: 0", "nullable: 1", 8, "columns.age.nullable", "true or false", "without quotes"),
    ("sdtype: numerical, ", "", 8, "columns.age.sdtype", "missing", "Add sdtype"),
    ("  group: categorical", "  group: [categorical]", 9, "columns.group", "must be a mapping", "key: value"),
    ("  group: categorical", "  1: categorical", 9, "columns.1", "type int", "quotes"),
    ("  group: categorical", "  no: categorical", 9, "columns.no", "type bool", "quotes"),
    ("  group: categorical", "  age: categorical", 9, "columns.age", "stands twice", "Remove one"),
    ("owner: me", "owner: me\nbatch: {rows: many}", 3, "batch.rows", "whole number", "without quotes"),
    ("owner: me", "owner: me\nbatch:\n  rows: 0", 4, "batch.rows", "greater than or equal to 1", "value 0"),
    ("owner: me", "owner: me\nbatch: 5", 3, "batch", "must be a mapping", "key: value"),
    ("owner: me", "owner: me\ntargets: age", 3, "targets", "must be a list", "[a, b]"),
    ("owner: me", "owner: me\ntargets: [agee]", 1, "(file)", "not among columns", "as the message says"),
    ("owner: me", "owner: me\ncandidates:\n- tres:\n", 4, "candidates.0.tres", "no key", "one of"),
    ("owner: me", "owner: me\ncontract: {coverage_min: 1.5}", 3, "contract.coverage_min", "less than", "1.5"),
    ("owner: me", "owner: me\nschedule:\n  nightly: 0 25 * * *", 4, "schedule.nightly", "'hour'", "message"),
    ("owner: me", "owner: me\nschedule: {timezone: Viena}", 3, "schedule.timezone", "time zone is called", "message"),
    ("dataset: people", "dataset: People", 1, "dataset", "pattern", "small letters"),
    ("dataset: people", "dataset: persons", 1, "dataset", "file 'people.yaml'", "Rename the file to persons.yaml"),
]


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken[1].strip())
def test_each_error_names_line_field_and_cure(problems: Problems, broken: tuple[str, str, int, str, str, str]) -> None:
    old, new, line, field, message, cure = broken
    assert old in GOOD
    found = problems(GOOD.replace(old, new))
    matching = [problem for problem in found if problem.field == field]
    assert len(matching) == 1, found
    assert matching[0].line == line
    assert message in matching[0].message
    assert cure in matching[0].cure


def test_all_problems_are_listed(problems: Problems) -> None:
    found = problems(GOOD.replace("me", "5").replace("min:", "mni:").replace("group:", "group: x\n  more:"))
    assert {problem.field for problem in found} >= {"owner", "columns.age.mni"}


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "not a mapping"),
        ("# only a comment\n", 1, "not a mapping"),
        ("- a\n- b\n", 1, "not a mapping"),
        ("just text", 1, "not a mapping"),
        ("dataset: a\nowner:\tb\n\tsource: c\n", 2, "cannot be read as YAML"),
        ("dataset: a\nowner: [b\nsource: c\n", 3, "cannot be read as YAML"),
        ("dataset: a\n---\ndataset: b\n", 2, "cannot be read as YAML"),
        ("dataset: *nothing\n", 1, "undefined alias"),
        (b"dataset: a\nowner: J\xfcrgen\n", 2, "not UTF-8"),
        (b"\xff\xfed\x00a\x00", 1, "not UTF-8"),
        (b"dataset: a\x00b\n", 1, "cannot be read as YAML"),
        ("? [a, b]\n: c\n", 1, "cannot be read as YAML"),
        ("[" * 5_000, 1, "nested too deeply"),
        ("a: &a [*a]\n", 1, "too deeply"),
    ],
    ids=lambda value: repr(value)[:24],
)
def test_what_is_no_spec_at_all(problems: Problems, text: str | bytes, line: int, words: str) -> None:
    (problem,) = problems(text)
    assert problem.line == line
    assert words in problem.message


def test_a_huge_file_is_not_parsed(problems: Problems) -> None:
    (problem,) = problems(b"# " + b"x" * MAX_BYTES + b"\n" + GOOD.encode())
    assert "larger than" in problem.message


def test_a_billion_laughs_are_harmless(problems: Problems) -> None:
    lines = ["a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]"]
    lines += [f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 9)}]" for level in range(1, 12)]
    (problem,) = problems("\n".join(lines))
    assert "too many" in problem.message


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system ['touch hacked']", "!!python/name:os.system", "!Custom x", "!!int x"]
)
def test_tags_make_no_objects(problems: Problems, tag: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (problem,) = problems(GOOD.replace("owner: me", f"owner: {tag}"))
    assert "cannot be read as YAML" in problem.message
    assert not (tmp_path / "hacked").exists()


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="cannot be opened: No such file"):
        load_spec(tmp_path / "nowhere.yaml")


def test_a_folder_keeps_the_good_ones(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text(GOOD)
    (tmp_path / "bad.yaml").write_text("dataset: [")
    (tmp_path / "worse.yml").write_bytes(b"\xff")
    (tmp_path / "folder.yaml").mkdir()
    (tmp_path / "notes.txt").write_text("no spec")
    folder = load_folder(tmp_path)
    assert [spec.dataset for spec in folder.specs] == ["people"]
    assert sorted(problem.file for problem in folder.problems) == ["bad.yaml", "folder.yaml", "worse.yml"]


def test_one_dataset_in_two_files(tmp_path: Path) -> None:
    for name in ("people.yaml", "people.yml"):
        (tmp_path / name).write_text(GOOD)
    folder = load_folder(tmp_path)
    assert len(folder.specs) == 1
    assert [problem.file for problem in folder.problems] == ["people.yml"]


def test_no_message_speaks_pydantic(problems: Problems) -> None:
    for old, new, *_ in BROKEN:
        for problem in problems(GOOD.replace(old, new)):
            assert not re.search(r"tuple|\bdict\b|Value error|instance of|Input should be a valid", problem.message), (
                new
            )


def test_a_python_without_libyaml_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = load_folder(SHIPPED).specs
    monkeypatch.setattr(loading, "_QUICK", yaml.SafeLoader)
    assert load_folder(SHIPPED).specs == quick
