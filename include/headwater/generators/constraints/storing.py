"""A constrained model as a file: the member's own file inside of one that holds the constraints and the layout."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from headwater.generators.constraints.gaps import Below, Gap
from headwater.generators.constraints.groups import Group
from headwater.generators.constraints.layout import Layout
from headwater.generators.errors import ModelFileError
from headwater.generators.model_file import MAGIC, pack, unpack
from headwater.generators.table_codec import TableCodec
from headwater.spec.constraints import Constraint

KIND = "constrained"
VERSION = 1
_HEAD = len(MAGIC) + 32
_UNFIT = "the parts of the constrained model file do not fit together; retrain the dataset"


@dataclass(frozen=True)
class Stored:
    """What a file holds.

    Attributes:
        kind: of the member inside.
        constraints: that it is kept to.
        layout: of the table.
        seen: codes that real rows hold, by position.
        inner: the member's own file.
    """

    kind: str
    constraints: tuple[Constraint, ...]
    layout: Layout
    seen: Mapping[int, np.ndarray]
    inner: bytes


def is_constrained(data: bytes) -> bool:
    """Whether the bytes call themselves a constrained model; whether they are whole, unpacking finds out."""
    if data[: len(MAGIC)] != MAGIC:
        return False
    size = int.from_bytes(data[_HEAD : _HEAD + 8], "big")
    try:
        head = json.loads(data[_HEAD + 8 : _HEAD + 8 + size])
    except ValueError:
        return False
    return isinstance(head, dict) and head.get("kind") == KIND


def pack_constrained(stored: Stored) -> bytes:
    """The bytes of a model."""
    layout = stored.layout
    meta = {
        "member": stored.kind,
        "constraints": [constraint.model_dump(mode="json") for constraint in stored.constraints],
        "table": layout.table.to_json(),
        "groups": [{"positions": group.positions, "name": group.name} for group in layout.groups],
        "gaps": [asdict(gap) for gap in layout.gaps],
    }
    arrays = {"inner": np.frombuffer(stored.inner, dtype=np.uint8)}
    for index, group in enumerate(layout.groups):
        arrays |= {f"group.{index}.numbers": group.numbers, f"group.{index}.missing": group.missing}
    arrays |= {f"seen.{position}": codes for position, codes in stored.seen.items()}
    return pack(KIND, VERSION, meta, arrays)


def unpack_constrained(data: bytes) -> Stored:
    """What :func:`pack_constrained` was given.

    Raises:
        ModelFileError: cut short, altered, of a version this code does not know, or inconsistent within.
    """
    meta, arrays = unpack(data, KIND, VERSION)
    try:
        table = TableCodec.from_json(meta["table"])
        groups = tuple(_group(index, one, arrays) for index, one in enumerate(meta["groups"]))
        layout = Layout(table, groups, tuple(_gap(one) for one in meta["gaps"]))
        constraints = TypeAdapter(tuple[Constraint, ...]).validate_json(json.dumps(meta["constraints"]))
        seen = {int(name[5:]): codes for name, codes in arrays.items() if name.startswith("seen.")}
        known = set(layout.codecs)
        used = {place for group in groups for place in group.positions} | set(seen)
        used |= {place for gap in layout.gaps for place in (gap.position, *(one.position for one in gap.below))}
        if not used <= known:
            raise ModelFileError(_UNFIT)
        return Stored(str(meta["member"]), constraints, layout, seen, arrays["inner"].tobytes())
    except (KeyError, TypeError, IndexError, ValidationError) as error:
        raise ModelFileError(_UNFIT) from error


def _group(index: int, one: dict[str, Any], arrays: Mapping[str, np.ndarray]) -> Group:
    numbers, missing = arrays[f"group.{index}.numbers"], arrays[f"group.{index}.missing"]
    positions = tuple(int(position) for position in one["positions"])
    if numbers.shape != missing.shape or numbers.ndim != 2 or numbers.shape[1] != len(positions) or not len(numbers):
        raise ModelFileError(_UNFIT)
    return Group(positions, str(one["name"]), numbers, missing)


def _gap(one: dict[str, Any]) -> Gap:
    return Gap(**{**one, "below": tuple(Below(**below) for below in one["below"])})
