"""Which constraint is kept by which means: shared out once, from the constraints and the real rows. Draws nothing.

| constraint                   | kept by                                                                       |
|------------------------------|-------------------------------------------------------------------------------|
| fixed_combinations, one_hot  | a column of combinations; those that share a column are joined into one       |
| inequality, range            | the higher column becomes the gap above all that are below it                 |
| the same, higher one grouped | drawing again, unless both are of one group (then its combinations keep it)   |
| the same, too wide to count  | drawing again                                                                 |
| positive, negative           | the range of the real rows, which every member keeps                          |
| expression                   | drawing again                                                                 |
| unique                       | see ``unique``                                                                |

Whatever the means, every row is checked against every constraint before it leaves; nothing is dropped silently.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from headwater.generators.columns import Codec
from headwater.generators.constraints.gaps import Below, Gap, can_be_counted, floor_of, floors, measure
from headwater.generators.constraints.groups import Group, joined, learn_group
from headwater.generators.constraints.layout import Layout
from headwater.generators.errors import FitError
from headwater.generators.table_codec import Cells, TableCodec
from headwater.spec.constraint_columns import edges
from headwater.spec.constraints import Constraint, FixedCombinations, Inequality, OneHot, Range


def plan_layout(constraints: Sequence[Constraint], rows: pd.DataFrame, table: TableCodec) -> Layout:
    """The layout that keeps what can be kept by construction.

    Args:
        constraints: checked against the table's schema.
        rows: real rows that keep them.
        table: learned from these rows.

    Raises:
        FitError: a group holds a column of reals without fixed decimals, of which no two values are alike.
    """
    names = set(table.schema.names)
    groups = _groups(constraints, rows, table, names)
    gaps = _gaps(constraints, table, {position for group in groups for position in group.positions})
    layout = Layout(table, groups, gaps)
    cells = layout.cells(rows)
    return replace(layout, gaps=tuple(_finished(gap, cells, layout.codecs, table, names) for gap in gaps))


def _groups(
    constraints: Sequence[Constraint], rows: pd.DataFrame, table: TableCodec, names: set[str]
) -> tuple[Group, ...]:
    codecs = table.codecs
    sets: list[list[int]] = []
    for constraint in constraints:
        if not isinstance(constraint, FixedCombinations | OneHot):
            continue
        for name in constraint.columns:
            if codecs[name].form == "real" or table.schema[name].storage in ("date", "timestamp"):
                cure = "combine categories, booleans, whole numbers or numbers of fixed decimals"
                raise FitError(f"column {name!r} of the constraint {constraint.kind} is continuous; {cure}")
        sets.append([codecs[name].position for name in constraint.columns])
    cells = table.encode(rows)
    by_position = {codec.position: cells[name] for name, codec in codecs.items()}
    return tuple(
        learn_group(one, _free_name("combination of ", one, table, names), by_position) for one in joined(sets)
    )


def _gaps(constraints: Sequence[Constraint], table: TableCodec, grouped: set[int]) -> tuple[Gap, ...]:
    """The gaps without names, each after those below it."""
    codecs, schema = table.codecs, table.schema
    below: dict[int, dict[int, bool]] = {}
    for constraint in constraints:
        if not isinstance(constraint, Inequality | Range):
            continue
        for low, high in edges(constraint):
            one, other = codecs[low], codecs[high]
            is_time = schema[low].storage in ("date", "timestamp")
            if "null" in (one.form, other.form) or other.position in grouped:
                continue
            if can_be_counted(one, other, is_time=is_time):
                strict = below.setdefault(other.position, {})
                strict[one.position] = strict.get(one.position, False) or constraint.strict
    found: list[Gap] = []
    while below:
        # The spec refuses circles; one that came another way is left to drawing again.
        ready = [position for position, lower in below.items() if not set(lower) & set(below)]
        if not ready:
            break
        for position in sorted(ready):
            lower = below.pop(position)
            is_time = schema.columns[position].storage in ("date", "timestamp")
            parts = tuple(Below(place, strict) for place, strict in sorted(lower.items()))
            found.append(Gap(position, parts, "", is_beside=False, is_time=is_time))
    return tuple(found)


def _finished(gap: Gap, cells: dict[int, Cells], codecs: dict[int, Codec], table: TableCodec, names: set[str]) -> Gap:
    """The gap with its name, its reach, and whether it stands beside its column."""
    _, known = floor_of(gap, cells, codecs)
    is_beside = bool((~known & ~cells[gap.position].missing).any())
    own = table.schema.columns[gap.position].name
    name = _free_name("gap below ", (gap.position,), table, names) if is_beside else own
    widest = measure(replace(gap, is_beside=False), cells, codecs, 0).numbers.max(initial=0)
    above = codecs[gap.position]
    for below in gap.below:
        codec = codecs[below.position]
        kind = np.int64 if codec.form == "lattice" else np.float64
        lowest = floors(np.array([codec.low], dtype=kind), codec, above, is_time=gap.is_time, strict=below.strict)[0]
        widest = max(widest, above.low - lowest)
    return replace(gap, name=name, is_beside=is_beside, reach=widest.item() if hasattr(widest, "item") else widest)


def _free_name(head: str, positions: Sequence[int], table: TableCodec, names: set[str]) -> str:
    """A name that no column has; it stands in the inner table only."""
    name = head + ", ".join(table.schema.columns[position].name for position in positions)
    while name in names:
        name += "'"
    names.add(name)
    return name
