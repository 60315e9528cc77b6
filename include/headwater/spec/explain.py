"""Pydantic's errors in plain words: file, line, field, what is wrong, what cures it. Reads no file itself."""

from __future__ import annotations

import difflib
from typing import Any

from pydantic import BaseModel

from headwater.spec.fields import field_names
from headwater.spec.problems import SpecProblem

Location = tuple[str | int, ...]

_SEE = "docs/dataset.schema.json describes every key."
_KINDS = {"constraints": "inequality, fixed_combinations, …", "notify": "slack, email or webhook"}
_PLAIN = {
    "tuple_type": ("This must be a list.", "Write it as [a, b], or one item a line with a dash."),
    "dict_type": ("This must be a mapping.", "Write it as key: value, one a line."),
    "model_type": ("This must be a mapping.", "Write it as key: value, one a line."),
    "model_attributes_type": ("This must be a mapping.", "Write it as key: value, one a line."),
    "int_type": ("This must be a whole number.", "Write a number without quotes or point."),
    "float_type": ("This must be a number.", "Write a number without quotes."),
    "bool_type": ("This must be true or false.", "Write true or false without quotes."),
    "string_type": ("This must be text.", "Put it in quotes if it looks like a number, a date, yes, no or null."),
}


def explain(file: str, lines: dict[Location, int], detail: Any) -> SpecProblem:
    """A pydantic error as a problem; the line is that of the nearest key that exists in the file.

    Args:
        file: the file's name.
        lines: line numbers by location, as keys and list indices from the top of the file.
        detail: one item of ``ValidationError.errors()``.
    """
    location: Location = tuple(detail["loc"])
    in_file = _in_file(location, lines)
    field = ".".join(map(str, in_file or location)) or "(file)"
    line = lines.get(in_file, 1)
    if detail["type"] == "extra_forbidden":
        unknown = str(location[-1])
        return SpecProblem(file, line, field, f"There is no key {unknown!r} here.", _did_you_mean(unknown, in_file))
    if detail["type"] == "missing":
        missing = str(location[-1])
        name = ".".join(map(str, (*in_file, missing)))
        return SpecProblem(file, line, name, "This key is missing.", f"Add {missing}: … here.")
    if detail["type"] == "union_tag_not_found":
        kinds = _KINDS.get(str(location[0]), "table, query, csv or parquet")
        return SpecProblem(file, line, field, "The key 'kind' is missing.", f"Add kind: {kinds}.")
    if detail["type"] in _PLAIN:
        return SpecProblem(file, line, field, *_PLAIN[detail["type"]])
    context = detail.get("ctx", {})
    if "cure" in context:  # see ``cured``
        return SpecProblem(file, line, field, _sentence(context["problem"]), _sentence(context["cure"]))
    message = str(detail["msg"]).removeprefix("Value error, ")
    return SpecProblem(file, line, field, _sentence(message), _cure_of(detail))


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('?') else '.'}"


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
    context = detail.get("ctx", {})
    wanted = str(context.get("expected") or context.get("expected_tags") or "")
    if wanted:
        options = [option.strip("' ") for option in wanted.replace(" or ", ", ").split(",")]
        given = str(context.get("tag") or detail["input"])
        close = difflib.get_close_matches(given, options, n=1, cutoff=0.6)
        return f"Did you mean {close[0]!r}?" if close else f"Use {wanted}."
    if detail["type"] == "string_pattern_mismatch" and detail["loc"] == ("dataset",):
        return "Use small letters, digits and _; begin with a letter; at most 40 characters."
    if detail["type"] in ("value_error", "string_pattern_mismatch"):
        return f"Change it as the message says; {_SEE}"
    return f"Correct the value {_short(detail['input'])}; {_SEE}"


def _short(given: object) -> str:
    if isinstance(given, dict | list | BaseModel):
        return "given here"
    text = repr(given)
    return text if len(text) <= 60 else f"{text[:57]}…"
