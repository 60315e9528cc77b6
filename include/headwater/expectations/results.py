"""From Great Expectations' results to check results: one number each, with its limit and a sentence.

A rule's number is how many rows (or columns) break it; its limit is none. Belongs here: that translation, and
what is said of a rule that could not run. Does not: pages, verdicts.
"""

from __future__ import annotations

import re
from collections.abc import Set
from typing import Any

from great_expectations.core.expectation_validation_result import ExpectationValidationResult
from great_expectations.expectations.expectation_configuration import ExpectationConfiguration

from headwater.checks.result import CheckResult
from headwater.expectations.mode import FamilyExpectation

Found = ExpectationValidationResult
_ERROR_CLASS = re.compile(r"[A-Z]\w*(Error|Exception|Exit|Interrupt|Iteration|Warning)")


def check_of(found: Found, rows: int, told: Set[str]) -> CheckResult:
    """The check result of one expectation. ``rows`` is the batch's size; ``told`` are errors safe to print."""
    error = error_of(found, told)
    if error is None and is_mode(found):
        return FamilyExpectation.check_of(found)
    name = name_of(found)
    common: dict[str, Any] = {
        "name": name,
        "family": name.partition(".")[0] if is_mode(found) else "",
        "severity": "critical",
        "direction": "at_most",
        "limit_origin": "spec",
        "limit": 0.0,
        "n": rows,
    }
    if error is not None:
        sentence = f"{name} could not run, so the batch does not pass: {error}."
        return CheckResult(**common, value=None, passed=False, sentence=sentence, error=error)
    severity = str(getattr(config_of(found).severity, "value", config_of(found).severity))  # an enum or its text
    breaches, told_so = _breaches(found)
    passed = bool(found.success) and breaches == 0
    rule = str(config_of(found).description or name)
    sentence = rule if passed else f"Broken rule: {rule} {told_so}"
    return CheckResult(**{**common, "severity": severity}, value=float(breaches), passed=passed, sentence=sentence)


def config_of(found: Found) -> ExpectationConfiguration:
    """The configuration that was run, its parameters filled in."""
    if found.expectation_config is None:
        raise ValueError("Great Expectations returned a result without its expectation; the suite cannot be told")
    return found.expectation_config


def is_mode(found: Found) -> bool:
    """Whether the expectation is a check of the battery, not a rule of the table."""
    return "reference_key" in config_of(found).kwargs


def name_of(found: Found) -> str:
    """``rule:column_values_to_be_in_set:salary``; the columns joined by commas where there are several."""
    config = config_of(found)
    kind = config.type.removeprefix("expect_")
    if is_mode(found):
        return str(config.kwargs["statistic"])
    columns = [config.kwargs["column"]] if "column" in config.kwargs else []
    if kind.startswith("compound_columns"):
        columns = list(config.kwargs["column_list"])
    return ":".join(["rule", kind, *([",".join(columns)] if columns else [])])


def position_of(found: Found) -> int:
    """The expectation's place in its suite: Great Expectations returns results in another order."""
    return int((config_of(found).meta or {}).get("position", 0))


def error_of(found: Found, told: Set[str]) -> str | None:
    """Why the expectation could not run, else None.

    Only the exception's class is named, unless the message is one of ours: libraries put values of rows into
    their messages.
    """
    info = found.exception_info or {}
    infos = [info] if "raised_exception" in info else list(info.values())
    raised = [one for one in infos if one["raised_exception"]]
    if not raised:
        return None
    message = str(raised[0]["exception_message"])
    if message in told:
        return message
    return f"{_class_in(str(raised[0]['exception_traceback']))} inside Great Expectations"


def _class_in(traceback: str) -> str:
    """The class of the exception that ends a traceback. The lines of its message may look like anything."""
    last = traceback.rpartition("Traceback (most recent call last):")[2].strip("\n").split("\n")
    told = next((line for line in last if line and not line[0].isspace()), "")
    kind = told.partition(":")[0].rpartition(".")[2].strip()
    return kind if _ERROR_CLASS.fullmatch(kind) else "an error"


def _breaches(found: Found) -> tuple[int, str]:
    """How many rows or columns break the rule, and that in words."""
    result, kwargs = found.result or {}, config_of(found).kwargs
    if "unexpected_count" in result:
        rows = int(result["unexpected_count"] or 0)
        share = rows / result["element_count"] if result.get("element_count") else 0.0
        return rows, f"{rows:,} {_plural(rows, 'row breaks', 'rows break')} it ({share:.2%})."
    if "value" in kwargs:
        rows = int(result["observed_value"])
        return abs(rows - int(kwargs["value"])), f"It has {rows:,}."
    if "type_" in kwargs:
        return int(not found.success), "It is stored as another type."
    return _misplaced(list(result["observed_value"]), list(kwargs["column_list"]))


def _misplaced(observed: list[Any], wanted: list[str]) -> tuple[int, str]:
    missing = [name for name in wanted if name not in observed]
    extra = [name for name in observed if name not in wanted]
    if not missing and not extra:
        moved = sum(one != other for one, other in zip(observed, wanted, strict=False))
        moved += abs(len(observed) - len(wanted))
        return moved, f"{moved} {_plural(moved, 'column is', 'columns are')} out of place or doubled."
    parts = [f"missing: {', '.join(missing)}"] if missing else []
    # An extra column's name comes from the batch and may be anything: it is counted, not told.
    parts += [f"{len(extra)} unknown"] if extra else []
    return len(missing) + len(extra), f"Columns {'; '.join(parts)}."


def _plural(count: int, one: str, many: str) -> str:
    return one if count == 1 else many
