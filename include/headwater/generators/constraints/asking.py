"""What a caller of ``sample_where`` asks, in the terms of the inner table; and what no row could ever be.

A condition on a combined column becomes "one of these combinations", exactly. One on a column learned as a gap cannot
be said of the gap alone: it narrows the columns below it, and the rest is left to picking among the rows that come.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from headwater.generators.base import Conditions
from headwater.generators.columns import Codec
from headwater.generators.conditions import Wanted
from headwater.generators.constraints.evaluation import holds
from headwater.generators.constraints.gaps import Gap, floors
from headwater.generators.constraints.layout import Layout
from headwater.spec.constraint_columns import edges
from headwater.spec.constraints import Constraint, Expression, Inequality, Range, Sign, describe
from headwater.spec.rule import IsNull, nodes
from headwater.spec.rule_parser import parse_rule
from headwater.tables.frames import conform


@dataclass(frozen=True)
class Asked:
    """Conditions on the inner table.

    Attributes:
        conditions: by inner column; None when no row can meet them.
        outer: what is asked of the outer columns, by position: still to be looked at in the rows that come.
    """

    conditions: dict[str, Any] | None
    outer: dict[int, Wanted]


def translate(conditions: Conditions, layout: Layout) -> Asked:
    """Conditions in terms of the inner table.

    Raises:
        ValueError: as ``conditions.wanted``; or two conditions on a combination that does not exist.
    """
    table = layout.table
    outer = table.wanted(conditions)
    if table.is_void(outer) or any(_is_out_of_range(one, layout.codecs[place]) for place, one in outer.items()):
        return Asked(None, outer)
    inner: dict[str, Any] = {}
    for name, value in conditions.items():
        position = table.codecs[name].position
        if position not in layout.group_of and position not in layout.gap_of:
            inner[name] = value
    for group in layout.groups:
        asked = {position: outer[position] for position in group.positions if position in outer}
        coded = {position: layout.codecs[position].form == "codes" for position in asked}
        allowed = group.allowed(asked, coded)
        if asked and not allowed.any():
            alone = [group.allowed({position: one}, coded).any() for position, one in asked.items()]
            if len(asked) > 1 and all(alone):
                names = ", ".join(repr(table.schema.columns[position].name) for position in asked)
                cure = "ask for a combination that real rows have"
                raise ValueError(
                    f"the conditions on columns {names} contradict their fixed_combinations or one_hot; {cure}"
                )
            return Asked(None, outer)
        if asked:
            inner[group.name] = np.flatnonzero(allowed).tolist()
    for gap in layout.gaps:
        if gap.position in outer:
            inner |= _narrowed(gap, outer[gap.position], layout, inner)
    return Asked(inner, outer)


def check_asked(constraints: Sequence[Constraint], outer: Mapping[int, Wanted], layout: Layout) -> None:
    """Raise ``ValueError`` for conditions that no row under the constraints could meet; names both, and no value."""
    schema = layout.table.schema
    by_name = {schema.columns[position].name: one for position, one in outer.items()}
    for constraint in constraints:
        clash: Sequence[str] = ()
        if isinstance(constraint, Inequality | Range):
            clash = next((pair for pair in edges(constraint) if _out_of_order(pair, constraint, by_name, layout)), ())
        elif isinstance(constraint, Sign) and constraint.column in by_name:
            clash = (constraint.column,) if _off_sign(constraint, by_name[constraint.column]) else ()
        elif isinstance(constraint, Expression):
            clash = constraint.columns if _untrue(constraint, by_name, layout) else ()
        if clash:
            names = ", ".join(map(repr, clash))
            said = f"the conditions on {names} contradict the constraint {describe(constraint)}"
            raise ValueError(f"{said}; change the conditions, or the constraint in the spec")


def _is_out_of_range(asked: Wanted, codec: Codec) -> bool:
    """Whether a range lies beyond that of the real rows, which no row leaves."""
    is_number = codec.form in ("lattice", "real") and not asked.missing
    return is_number and (asked.low > codec.high or asked.high < codec.low)


def _narrowed(gap: Gap, asked: Wanted, layout: Layout, inner: Mapping[str, Any]) -> dict[str, Any]:
    """Conditions that every row must meet in which the column above is as asked."""
    above = layout.table.schema.columns[gap.position]
    if asked.missing:
        return {above.name if gap.is_beside else gap.name: None}
    if gap.is_beside or len(gap.below) > 1:
        return {}
    position = gap.below[0].position
    name = layout.table.schema.columns[position].name
    if position in layout.group_of or position in layout.gap_of or name in inner:
        return {}
    scale = layout.codecs[gap.position].unit
    step = 1 if layout.codecs[gap.position].form == "lattice" else 0
    ends = [asked.low - gap.reach - step, asked.high]
    low, high = (None if math.isinf(end) else end for end in ends)
    if gap.is_time:
        return {name: tuple(None if end is None else np.datetime64(int(end) * scale, "us") for end in (low, high))}
    # One last bit outward: dividing may round into the range.
    return {
        name: (
            None if low is None else float(np.nextafter(low / scale, -math.inf)),
            None if high is None else float(np.nextafter(high / scale, math.inf)),
        )
    }


def _out_of_order(
    pair: tuple[str, str], constraint: Inequality | Range, asked: Mapping[str, Wanted], layout: Layout
) -> bool:
    low, high = pair
    if low not in asked or high not in asked or math.isinf(asked[low].low) or math.isinf(asked[high].high):
        return False
    one, other = layout.table.codecs[low], layout.table.codecs[high]
    if one.form == "null" or other.form == "null":
        return False
    is_time = layout.table.schema[low].storage in ("date", "timestamp")
    number = np.array([asked[low].low], dtype=np.int64 if one.form == "lattice" else np.float64)
    return bool(floors(number, one, other, is_time=is_time, strict=constraint.strict)[0] > asked[high].high)


def _off_sign(constraint: Sign, asked: Wanted) -> bool:
    if asked.missing:
        return False
    best = asked.high if constraint.kind == "positive" else -asked.low
    return best <= 0 if constraint.strict else best < 0


def _untrue(constraint: Expression, asked: Mapping[str, Wanted], layout: Layout) -> bool:
    """Whether the rule is false whatever the columns that are not asked for hold.

    It is evaluated on one row that has the asked values and nothing else. In three-valued logic what is false with a
    value unknown is false with any value, unless the rule asks whether it is null.
    """
    rule = parse_rule(constraint.rule)
    fixed = {name: one for name, one in asked.items() if _is_fixed(one)}
    if any(isinstance(node, IsNull) and node.operand.column not in fixed for node in nodes(rule)):
        return False
    schema, codecs = layout.table.schema, layout.table.codecs
    row: dict[str, Any] = {name: pd.Series([None], dtype=object) for name in schema.names}
    for name, one in fixed.items():
        if not one.missing:
            row[name] = pd.Series([_value(one, name, layout)], dtype=object)
    nullable = schema.model_copy(
        update={"columns": tuple(column.model_copy(update={"nullable": True}) for column in schema.columns)}
    )
    return bool(codecs) and not holds(rule, conform(pd.DataFrame(row), nullable))[0]


def _is_fixed(asked: Wanted) -> bool:
    if asked.codes is not None:
        return asked.missing or int(asked.codes.sum()) == 1
    return asked.missing or (asked.low == asked.high and not math.isinf(asked.low))


def _value(asked: Wanted, name: str, layout: Layout) -> Any:
    column, codec = layout.table.schema[name], layout.table.codecs[name]
    if asked.codes is not None:
        return (column.categories or (False, True))[int(np.argmax(asked.codes))]
    if column.storage in ("date", "timestamp"):
        return pd.Timestamp(np.datetime64(int(asked.low) * codec.unit, "us"))
    return int(asked.low) if column.storage == "integer" else asked.low / codec.unit
