"""The suite of a dataset: one Great Expectations expectation for each rule of its spec, and for each check.

Belongs here: which rules a table has. Does not: running them (``validate.py``), counting (``engine.py``), how a
finding is told (``results.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.expectations.metadata_types import FailureSeverity

from headwater.checks.facts import ColumnFacts, TableFacts
from headwater.expectations import families, sentences
from headwater.expectations.bounds import Origin, allowed_of, range_of
from headwater.spec import Column, DatasetSpec
from headwater.tables.schema import ColumnSchema, Storage, TableSchema

TYPE_NAME: Mapping[Storage, str] = {
    "integer": "int64",
    "real": "float64",
    "boolean": "bool",
    "text": "str",
    "date": "datetime64[us]",
    "timestamp": "datetime64[us]",
}
"""Great Expectations' name of the pandas type of each storage (masked types go by the type of their values)."""
CATEGORY_TYPE = "CategoricalDtypeType"

Hide = Callable[[gxe.Expectation], gxe.Expectation]


@dataclass(frozen=True)
class Rules:
    """A suite, and the values that are handed to it at run time only.

    ``parameters`` hold the bounds and sets that may not be shown (see :func:`may_tell`): the suite names them by
    ``$PARAMETER``, so that its JSON carries none of them.
    """

    suite: gx.ExpectationSuite
    parameters: dict[str, Any]


def build(
    spec: DatasetSpec, schema: TableSchema, facts: TableFacts, rows: int, *, reference_key: str, checks: Sequence[str]
) -> Rules:
    """The suite for a batch of ``rows`` rows: the table's rules, then each column's, the key's, the checks.

    Needs a Great Expectations context to be set in this process. ``reference_key`` is where the judge is held;
    ``checks`` are the names of its checks.
    """
    parameters: dict[str, Any] = {}
    found = {column.name: column for column in facts.columns}
    expectations: list[gxe.Expectation] = _table_rules(schema, rows)
    for position, column in enumerate(schema.columns):
        declared = spec.columns.get(column.name, Column(sdtype="id"))
        hide = partial(_hide, prefix=f"column_{position}", parameters=parameters)
        expectations += [_type_rule(column), *_missing_rules(column)]
        expectations += _range_rules(declared, column, found.get(column.name), hide)
        expectations += _set_rules(declared, column, hide)
    expectations += _key_rules(spec)
    expectations += families.expectations(checks, reference_key)
    for position, expectation in enumerate(expectations):
        expectation.meta = {**(expectation.meta or {}), "position": position}
    return Rules(gx.ExpectationSuite(name=spec.dataset, expectations=expectations), parameters)


def is_hidden(column: Column) -> bool:
    """Whether no value of a row may be shown, real or made."""
    return not column.public


def may_tell(column: Column, origin: Origin) -> bool:
    """Whether the bounds or the set of values of a rule may be shown.

    What the spec's author wrote is theirs to show, unless they called the column sensitive. What was seen in real
    rows is shown only where the column is public.
    """
    return column.public or (origin == "spec" and not column.sensitive)


def _rule(
    kind: type[gxe.Expectation], sentence: str, severity: FailureSeverity = FailureSeverity.CRITICAL, **kwargs: Any
) -> gxe.Expectation:
    return kind(**kwargs, severity=severity, description=sentence)


def _table_rules(schema: TableSchema, rows: int) -> list[gxe.Expectation]:
    columns = _rule(
        gxe.ExpectTableColumnsToMatchOrderedList,
        sentences.ordered_columns(len(schema.names)),
        column_list=schema.names,
    )
    return [columns, _rule(gxe.ExpectTableRowCountToEqual, sentences.row_count(rows), value=rows)]


def _type_rule(column: ColumnSchema) -> gxe.Expectation:
    name = CATEGORY_TYPE if column.categories is not None else TYPE_NAME[column.storage]
    told = "categories" if column.categories is not None else column.storage
    return _rule(
        gxe.ExpectColumnValuesToBeOfType, sentences.stored_as(column.name, told), column=column.name, type_=name
    )


def _missing_rules(column: ColumnSchema) -> list[gxe.Expectation]:
    if column.nullable:
        return []
    return [_rule(gxe.ExpectColumnValuesToNotBeNull, sentences.never_missing(column.name), column=column.name)]


def _range_rules(
    declared: Column, column: ColumnSchema, facts: ColumnFacts | None, hide: Hide
) -> list[gxe.Expectation]:
    allowed = range_of(declared, column, facts)
    if allowed is None:
        return []
    is_told = may_tell(declared, allowed.origin)
    sentence = sentences.in_range(column.name, allowed, hidden=not is_told)
    # An honest row may lie a little beyond what training happened to see: that is worth a look, not a closed gate.
    severity = FailureSeverity.CRITICAL if allowed.origin == "spec" else FailureSeverity.WARNING
    bounds = {"min_value": allowed.low, "max_value": allowed.high}
    rule = _rule(gxe.ExpectColumnValuesToBeBetween, sentence, severity, column=column.name, **bounds)
    return [rule if is_told else hide(rule)]


def _set_rules(declared: Column, column: ColumnSchema, hide: Hide) -> list[gxe.Expectation]:
    allowed = allowed_of(declared, column)
    if allowed is None:
        return []
    is_told = may_tell(declared, allowed.origin)
    sentence = sentences.in_set(column.name, allowed, hidden=not is_told)
    rule = _rule(gxe.ExpectColumnValuesToBeInSet, sentence, column=column.name, value_set=list(allowed.values))
    return [rule if is_told else hide(rule)]


def _key_rules(spec: DatasetSpec) -> list[gxe.Expectation]:
    names = spec.keys.primary
    if not names:
        return []
    sentence = sentences.unique(names)
    if len(names) == 1:
        return [_rule(gxe.ExpectColumnValuesToBeUnique, sentence, column=names[0])]
    return [_rule(gxe.ExpectCompoundColumnsToBeUnique, sentence, column_list=list(names))]


def _hide(rule: gxe.Expectation, prefix: str, parameters: dict[str, Any]) -> gxe.Expectation:
    """The same rule with its values moved to ``parameters``."""
    for field in ("min_value", "max_value", "value_set"):
        value = getattr(rule, field, None)
        if value is not None:
            parameters[f"{prefix}_{field}"] = value
            setattr(rule, field, {"$PARAMETER": f"{prefix}_{field}"})
    return rule
