"""A fitted table as a model file, and back. The container itself is ``generators.model_file``."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import ValidationError

from headwater.generators.columns import Codec
from headwater.generators.errors import ModelFileError
from headwater.generators.mixture.bins import Bins, Categories, Cells
from headwater.generators.mixture.coding import TableCode
from headwater.generators.mixture.joints import Joint
from headwater.generators.mixture.model import TableModel
from headwater.generators.mixture.pieces import Pieces
from headwater.generators.model_file import pack, unpack
from headwater.tables.schema import TableSchema

KIND = "mixture"
VERSION = 1


def pack_model(settings: dict[str, Any], model: TableModel) -> bytes:
    """The bytes of a fitted table and of the settings it was fitted with."""
    code, arrays = model.code, {"shares": model.shares}
    for place, (_, cells) in enumerate(code.known):
        if isinstance(cells, Bins):
            own = {"low": cells.pieces.low, "high": cells.pieces.high, "mass": cells.pieces.mass, "first": cells.first}
            arrays |= {f"cells.{place}.{name}": array for name, array in own.items()}
    for place, joint in enumerate(code.joints):
        arrays[f"joint.{place}.table"] = joint.table
        arrays[f"joint.{place}.shares"] = code.shares[place]
        arrays[f"joint.{place}.probabilities"] = model.probabilities[place]
    meta = {
        "settings": settings,
        "schema": code.schema.model_dump(mode="json"),
        "codecs": [codec.to_json() for codec in code.codecs],
        "known": [_head(position, cells) for position, cells in code.known],
        "joints": [list(joint.places) for joint in code.joints],
        "smoothing": model.smoothing,
        "passes": model.passes,
    }
    return pack(KIND, VERSION, meta, arrays)


def unpack_model(data: bytes) -> tuple[dict[str, Any], TableModel]:
    """Settings and fitted table.

    Raises:
        ModelFileError: cut short, altered, of another kind or version, or inconsistent within.
    """
    meta, arrays = unpack(data, KIND, VERSION)
    try:
        known = [
            (int(head["position"]), _cells(head, arrays, f"cells.{place}.")) for place, head in enumerate(meta["known"])
        ]
        joints = [Joint(tuple(places), arrays[f"joint.{place}.table"]) for place, places in enumerate(meta["joints"])]
        names = [f"joint.{place}" for place in range(len(joints))]
        codecs = [Codec(**codec) for codec in meta["codecs"]]
        schema = TableSchema.model_validate(meta["schema"])
        code = TableCode(schema, codecs, known, joints, [arrays[f"{name}.shares"] for name in names])
        probabilities = [arrays[f"{name}.probabilities"] for name in names]
        model = TableModel(code, arrays["shares"], probabilities, float(meta["smoothing"]), int(meta["passes"]))
        sound = _is_sound(model)
        settings = dict(meta["settings"])
    except (KeyError, TypeError, ValidationError, IndexError, ValueError) as error:
        raise ModelFileError("the parts of the model file do not fit together; retrain the dataset") from error
    if not sound:
        raise ModelFileError("the model file holds probabilities or codes that cannot be; retrain the dataset")
    return settings, model


def _head(position: int, cells: Cells) -> dict[str, Any]:
    levels = cells.levels if isinstance(cells, Categories) else None
    return {"position": position, "levels": levels, "has_missing": cells.has_missing}


def _cells(head: dict[str, Any], arrays: dict[str, np.ndarray], prefix: str) -> Cells:
    if head["levels"] is not None:
        return Categories(int(head["levels"]), bool(head["has_missing"]))
    low, high, mass, first = (arrays[prefix + name] for name in ("low", "high", "mass", "first"))
    return Bins(Pieces(low, high, mass), first, bool(head["has_missing"]))


def _is_sound(model: TableModel) -> bool:
    """Whether every part is of its shape and every probability is one."""
    code, classes = model.code, len(model.shares)
    places = sorted(place for joint in code.joints for place in joint.places)
    learned = [place for place, column in enumerate(code.schema.columns) if column.is_learned]
    known = [codec.position for codec in code.codecs if codec.form != "null"]
    return (
        classes > 0
        and _is_distribution(model.shares[:, None], (classes, 1))
        and [codec.position for codec in code.codecs] == learned
        and [position for position, _ in code.known] == known
        and places == list(range(len(known)))
        and all(_is_cells_sound(cells) for _, cells in code.known)
        and all(
            _is_joint_sound(joint, code.known)
            and _is_distribution(shares[:, None], (joint.size, 1))
            and _is_distribution(probabilities, (joint.size, classes))
            for joint, shares, probabilities in zip(code.joints, code.shares, model.probabilities, strict=True)
        )
    )


def _is_distribution(weights: np.ndarray, shape: tuple[int, ...]) -> bool:
    return (
        weights.shape == shape
        and weights.dtype == np.float64
        and bool((weights >= 0).all() and (np.abs(weights.sum(axis=0) - 1.0) < 1e-6).all())
    )


def _is_cells_sound(cells: Cells) -> bool:
    if isinstance(cells, Categories):
        return cells.size > 0
    low, high, first = cells.pieces.low, cells.pieces.high, cells.first
    return (
        low.dtype == high.dtype
        and low.dtype in (np.int64, np.float64)
        and low.shape == high.shape
        and bool((low <= high).all() and (low[1:] > high[:-1]).all())
        and _is_distribution(cells.pieces.mass[:, None], (len(low), 1))
        and first.dtype == np.int64
        and first.ndim == 1
        and len(first) > 1
        and int(first[0]) == 0
        and int(first[-1]) == len(low)
        and bool((np.diff(first) > 0).all())
    )


def _is_joint_sound(joint: Joint, known: list[tuple[int, Cells]]) -> bool:
    sizes = np.array([known[place][1].size for place in joint.places])
    table = joint.table
    if table.dtype != np.int64 or table.ndim != 2 or table.shape[1] != len(sizes) or not len(table):
        return False
    alone = len(sizes) > 1 or np.array_equal(table[:, 0], np.arange(sizes[0]))
    return alone and bool((table >= 0).all() and (table < sizes).all())
