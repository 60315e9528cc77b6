"""Keys: what identifies a row, and whom it speaks of, among the columns that are ids.

Belongs here: keys that hold in every row. Does not: which columns are ids (``numbers.py``, ``texts.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from headwater.proposal.finding import Finding, count
from headwater.proposal.wording import names_a_person, names_an_id, words

PARTS_MAX = 6
"""Columns of which pairs are tried as a key."""
ENTITIES_MIN, ROWS_EACH_MIN = 100, 1.02


@dataclass(frozen=True)
class FoundKeys:
    """Keys of the spec, what is told of each, and what is unsure."""

    primary: tuple[str, ...] = ()
    entity: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()


def look(frame: pd.DataFrame, findings: Sequence[Finding], declared: tuple[str, ...], dataset: str) -> FoundKeys:
    """The keys of ``frame``.

    Args:
        frame: conforming rows, at least one.
        findings: of its columns.
        declared: the primary key of the database; taken as it is where an id is part of it.
        dataset: a column that is called like it is more likely its key.
    """
    ids = [found.name for found in findings if found.sdtype == "id" and not frame[found.name].isna().any()]
    primary, told, unsure = _primary(frame, findings, ids, (declared, dataset))
    entity, more, doubts = _entity(frame, [name for name in ids if name not in primary or len(primary) > 1])
    return FoundKeys(primary, entity, (*told, *more), (*unsure, *doubts))


def _primary(
    frame: pd.DataFrame, findings: Sequence[Finding], ids: list[str], known: tuple[tuple[str, ...], str]
) -> tuple[tuple[str, ...], list[str], list[str]]:
    declared, dataset = known
    if declared and set(declared) & set(ids):
        return declared, ["the database declares it"], []
    unsure = []
    if declared:
        unsure.append(
            f"the database's primary key ({', '.join(declared)}) is learned, not made anew, so synthetic rows may "
            "repeat it: declare one of its columns as id, then keys.primary"
        )
    alone = [name for name in ids if frame[name].is_unique]
    if alone:
        best = min(alone, key=lambda name: (_rank(name, dataset), alone.index(name)))
        others = [name for name in alone if name != best and names_an_id(name)]
        if others:
            unsure.append(f"{_listed(others)} would identify a row as well as {best!r}")
        return (best,), ["every row has its own"], unsure
    parts = [name for name in ids if name in frame]
    parts += [found.name for found in findings if found.sdtype == "datetime" and not frame[found.name].isna().any()]
    for first, second in combinations(parts[:PARTS_MAX], 2):
        if first in ids and not frame.duplicated([first, second]).any():
            what = f"{first!r} and {second!r} together are different in every row: chance, or the key?"
            return (first, second), [], [*unsure, what]
    return (), [], unsure


def _rank(name: str, dataset: str) -> int:
    """How little a unique column is called like the key of the table: 0 is most."""
    said = words(name)
    if said in (("id",), (dataset, "id")) or said == (*dataset.rstrip("s").split("_"), "id"):
        return 0
    return 2 if names_a_person(name) else 1


def _entity(frame: pd.DataFrame, ids: list[str]) -> tuple[tuple[str, ...], list[str], list[str]]:
    """An id that several rows share: they should stand on one side of the anchor."""
    shared = {name: frame[name].nunique() for name in ids if not frame[name].is_unique}
    many = [name for name, n in shared.items() if n >= ENTITIES_MIN and len(frame) / n >= ROWS_EACH_MIN]
    people = [name for name in many if names_a_person(name)]
    if not many:
        return (), [], []
    best = (people or many)[0]
    told = [f"{count(shared[best], 'value')} in {len(frame):,} rows; all rows of one stay on one side of the anchor"]
    others = [name for name in many if name != best]
    unsure = (
        [] if people else [f"do rows that share {best!r} speak of one person or thing? If not: leave keys.entity out"]
    )
    if others:
        unsure.append(f"{_listed(others)} is shared by rows too: which of them is whom a row speaks of?")
    return (best,), told, unsure


def _listed(names: Sequence[str]) -> str:
    return " and ".join(map(repr, names))
