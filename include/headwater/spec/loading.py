"""YAML files to specs, one at a time or a folder. What an error says is explain's work."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import ValidationError

from headwater.spec.dataset import DatasetSpec
from headwater.spec.explain import Location, explain
from headwater.spec.problems import SpecError, SpecProblem

MAX_BYTES = 1_000_000
MAX_NODES = 50_000
MAX_DEPTH = 20


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
    root = _compose(path)
    try:
        lines, wrong = _lines_of(path, root)
    except _TooLargeError as error:
        raise SpecError([SpecProblem(path.name, 1, "(file)", str(error), _SMALLER)]) from None
    if wrong:
        raise SpecError(wrong)
    try:
        spec = DatasetSpec.model_validate(yaml.SafeLoader("").construct_document(root))
    except ValidationError as error:
        raise SpecError([explain(path.name, lines, detail) for detail in error.errors()]) from error
    except (ValueError, TypeError, yaml.YAMLError) as error:
        raise SpecError([_unreadable(path, error)]) from error
    if spec.dataset != path.stem:
        cure = f"Rename the file to {spec.dataset}.yaml, or the dataset to {path.stem}."
        message = f"The dataset is called {spec.dataset!r} and the file {path.name!r}."
        raise SpecError([SpecProblem(path.name, lines.get(("dataset",), 1), "dataset", message, cure)])
    return spec


def load_folder(folder: Path) -> Folder:
    """Read every ``*.yaml`` of a folder; a broken file harms no other."""
    specs: dict[str, DatasetSpec] = {}
    problems: list[SpecProblem] = []
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")]):
        try:
            spec = load_spec(path)
        except SpecError as error:
            problems.extend(error.problems)
            continue
        if spec.dataset in specs:  # NAME.yaml and NAME.yml
            message = f"Another file of this folder already holds the dataset {spec.dataset!r}."
            problems.append(SpecProblem(path.name, 1, "dataset", message, "Remove one of the two files."))
        else:
            specs[spec.dataset] = spec
    return Folder(tuple(specs.values()), tuple(problems))


_START = "Start with: dataset, owner, source, columns. docs/dataset.schema.json lists every key."
_SMALLER = "A spec fits on a screen: keep data out of it, and use YAML aliases only for a few repeated settings."


class _TooLargeError(Exception):
    """The file, with its aliases followed, is no spec of sensible size."""


def _compose(path: Path) -> yaml.MappingNode:
    """The file's YAML nodes. SafeLoader: a tag can never name a Python object."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            message = f"The file is larger than {MAX_BYTES:,} bytes."
            raise SpecError([SpecProblem(path.name, 1, "(file)", message, _SMALLER)])
        root = _nodes(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        message, cure = "The file is not UTF-8 from this line on.", "Save it as UTF-8."
        raise SpecError([SpecProblem(path.name, line, "(file)", message, cure)]) from error
    except RecursionError:
        raise SpecError([SpecProblem(path.name, 1, "(file)", "The file is nested too deeply.", _SMALLER)]) from None
    except (yaml.YAMLError, OSError) as error:
        raise SpecError([_unreadable(path, error)]) from error
    if not isinstance(root, yaml.MappingNode):
        raise SpecError([SpecProblem(path.name, 1, "(file)", "The file is not a mapping of keys.", _START)])
    return root


_QUICK = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""libyaml's parser, where PyYAML was built with it: a dozen times quicker."""


def _nodes(text: str) -> yaml.Node | None:
    """What libyaml refuses, PyYAML's own parser reads again: its messages are the ones that this module explains."""
    try:
        return yaml.compose(text, Loader=_QUICK)
    except yaml.YAMLError:
        return yaml.compose(text, Loader=yaml.SafeLoader)


def _lines_of(path: Path, root: yaml.MappingNode) -> tuple[dict[Location, int], list[SpecProblem]]:
    """Line numbers by location, and the problems of keys that stand twice or are no text.

    Raises:
        _TooLargeError: more nodes than a spec can need; a few aliases of aliases make millions.
    """
    lines: dict[Location, int] = {}
    wrong: list[SpecProblem] = []
    for count, (location, line, kind) in enumerate(_walk(root, ())):
        if count >= MAX_NODES or len(location) > MAX_DEPTH:
            raise _TooLargeError("The file holds too many or too deeply nested keys, counting what its aliases repeat.")
        field = ".".join(map(str, location))
        if location in lines:
            message = "This key stands twice; YAML would keep only the last."
            wrong.append(SpecProblem(path.name, line, field, message, "Remove one."))
        if kind not in _KEYS:
            message = f"YAML reads the key {location[-1]!r} as a value of type {kind}, not as text."
            wrong.append(SpecProblem(path.name, line, field, message, "Put the key in quotes."))
        lines[location] = line
    return lines, wrong


_KEYS = ("str", "merge", "seq", "map")  # the last two are refused when the file is constructed


def _walk(node: yaml.Node, at: Location) -> Iterator[tuple[Location, int, str]]:
    """Each key and list item: where it stands, its line, and what YAML takes the key for ("str" for an item)."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            location = (*at, str(key.value))
            yield location, key.start_mark.line + 1, key.tag.rpartition(":")[2]
            yield from _walk(value, location)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield (*at, index), value.start_mark.line + 1, "str"
            yield from _walk(value, (*at, index))


def _unreadable(path: Path, error: Exception) -> SpecProblem:
    mark = getattr(error, "problem_mark", None)
    line = mark.line + 1 if mark is not None else 1
    if isinstance(error, OSError):
        cure = "Check that the file exists and may be read."
        return SpecProblem(path.name, line, "(file)", f"The file cannot be opened: {error.strerror}.", cure)
    reason = str(getattr(error, "problem", None) or error).splitlines()[0]
    cure = "Check indentation, colons and quotes at that line; use spaces, no tabs, and no tags such as !!python."
    return SpecProblem(path.name, line, "(file)", f"The file cannot be read as YAML: {reason}.", cure)
