"""YAML files to specs; every error with file, line, field and cure."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from headwater.spec.dataset import DatasetSpec
from headwater.spec.fields import field_names
from headwater.spec.problems import SpecError, SpecProblem

Location = tuple[str | int, ...]


@dataclass(frozen=True)
class Folder:
    """What a folder of specs holds: the good ones, and what is wrong with the others."""

    specs: tuple[DatasetSpec, ...]
    problems: tuple[SpecProblem, ...]


def load_spec(path: Path) -> DatasetSpec:
    """Read one spec.

    Raises:
        SpecError: the file is not a valid spec; all problems are listed.
    """
    try:
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (yaml.YAMLError, UnicodeDecodeError, OSError) as error:
        raise SpecError([_unreadable(path, error)]) from error
    if not isinstance(root, yaml.MappingNode):
        raise SpecError([SpecProblem(path.name, 1, "(file)", "The file is not a mapping of keys.", _START)])
    lines, twice = _lines_of(root)
    if twice:
        raise SpecError([_twice(path, location, line) for location, line in twice])
    try:
        spec = DatasetSpec.model_validate(yaml.SafeLoader("").construct_document(root))
    except ValidationError as error:
        raise SpecError([_explain(path, lines, detail) for detail in error.errors()]) from error
    except (ValueError, TypeError, yaml.YAMLError) as error:
        raise SpecError([_unreadable(path, error)]) from error
    if spec.dataset != path.stem:
        cure = f"Rename the file to {spec.dataset}.yaml, or the dataset to {path.stem}."
        message = f"The dataset is called {spec.dataset!r} and the file {path.name!r}."
        raise SpecError([SpecProblem(path.name, lines.get(("dataset",), 1), "dataset", message, cure)])
    return spec


def load_folder(folder: Path) -> Folder:
    """Read every ``*.yaml`` of a folder; a broken file harms no other."""
    specs: list[DatasetSpec] = []
    problems: list[SpecProblem] = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        try:
            specs.append(load_spec(path))
        except SpecError as error:
            problems.extend(error.problems)
    return Folder(tuple(specs), tuple(problems))


_START = "Start with: dataset, owner, source, columns. docs/dataset.schema.json lists every key."


def _lines_of(root: yaml.MappingNode) -> tuple[dict[Location, int], list[tuple[Location, int]]]:
    """Line numbers by location, and keys that stand twice in one mapping."""
    lines: dict[Location, int] = {}
    twice: list[tuple[Location, int]] = []
    for location, line in _walk(root, ()):
        if location in lines:
            twice.append((location, line))
        lines[location] = line
    return lines, twice


def _walk(node: yaml.Node, at: Location) -> Iterator[tuple[Location, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            location = (*at, str(key.value))
            yield location, key.start_mark.line + 1
            yield from _walk(value, location)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*at, index), value.start_mark.line + 1
            yield from _walk(value, (*at, index))


def _explain(path: Path, lines: dict[Location, int], detail: Any) -> SpecProblem:
    """A pydantic error as a problem; the line is that of the nearest key that exists in the file."""
    location: Location = tuple(detail["loc"])
    in_file = _in_file(location, lines)
    field = ".".join(map(str, in_file or location)) or "(file)"
    line = lines.get(in_file, 1)
    if detail["type"] == "extra_forbidden":
        unknown = str(location[-1])
        return SpecProblem(path.name, line, field, f"There is no key {unknown!r} here.", _did_you_mean(unknown, in_file))
    if detail["type"] == "missing":
        missing = str(location[-1])
        parent = in_file
        name = ".".join(map(str, (*parent, missing)))
        return SpecProblem(path.name, lines.get(parent, 1), name, "This key is missing.", f"Add {missing}: … here.")
    message = str(detail["msg"]).removeprefix("Value error, ")
    return SpecProblem(path.name, line, field, f"{message[:1].upper()}{message[1:]}.", _cure_of(detail))


def _in_file(location: Location, lines: dict[Location, int]) -> Location:
    """The longest path in the file that the error's location follows, skipping pydantic's union tags."""
    here: Location = ()
    for step in location:
        if (*here, step) in lines:
            here = (*here, step)
    return here


def _did_you_mean(unknown: str, location: Location) -> str:
    known = field_names(location[:-1])
    close = difflib.get_close_matches(unknown, known, n=1, cutoff=0.6)
    if close:
        return f"Did you mean {close[0]!r}?"
    return f"Remove it, or use one of: {', '.join(sorted(known))}."


def _cure_of(detail: Any) -> str:
    if "expected" in detail.get("ctx", {}):
        wanted = str(detail["ctx"]["expected"])
        options = [option.strip("' ") for option in wanted.replace(" or ", ", ").split(",")]
        close = difflib.get_close_matches(str(detail["input"]), options, n=1, cutoff=0.6)
        return f"Did you mean {close[0]!r}?" if close else f"Use {wanted}."
    if detail["type"] == "string_pattern_mismatch":
        return "Use small letters, digits and _; begin with a letter; at most 40 characters."
    return f"Correct the value {_short(detail['input'])}; docs/dataset.schema.json describes every key."


def _short(given: object) -> str:
    if isinstance(given, dict | list | BaseModel):
        return "given here"
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _twice(path: Path, location: Location, line: int) -> SpecProblem:
    field = ".".join(map(str, location))
    return SpecProblem(path.name, line, field, "This key stands twice; YAML would keep only the last.", "Remove one.")


def _unreadable(path: Path, error: Exception) -> SpecProblem:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark is not None else 1
    reason = str(getattr(error, "problem", None) or error).splitlines()[0]
    cure = "Check indentation, colons and quotes at that line; the file must be UTF-8."
    return SpecProblem(path.name, line, "(file)", f"The file cannot be read as YAML: {reason}.", cure)
