"""A fitted ensemble as a model file, its members' own files inside, and back."""

from __future__ import annotations

from typing import Any

import numpy as np

from headwater.generators import registry
from headwater.generators.base import Generator
from headwater.generators.ensemble.blend import Blend
from headwater.generators.ensemble.boosting import Boosted
from headwater.generators.ensemble.lens import Lens
from headwater.generators.ensemble.reweighting import Reweighting
from headwater.generators.errors import ModelFileError, SettingsError
from headwater.generators.model_file import pack, unpack
from headwater.generators.table_codec import TableCodec

KIND = "ensemble"
VERSION = 1


def pack_blend(settings: dict[str, Any], report: dict[str, Any], blend: Blend) -> bytes:
    """The bytes of a fitted ensemble, of the settings it was fitted with, and of what was measured."""
    arrays = {
        f"member.{place}": np.frombuffer(member.save(), dtype=np.uint8) for place, member in enumerate(blend.members)
    }
    arrays["weights"] = blend.weights
    bound = None
    if blend.reweighting is not None:
        arrays |= blend.reweighting.odds.to_arrays() | blend.reweighting.lens.to_arrays()
        bound = blend.reweighting.bound
    meta = {
        "settings": settings,
        "report": report,
        "table": blend.codec.to_json(),
        "kinds": report["members"],
        "bound": bound,
    }
    return pack(KIND, VERSION, meta, arrays)


def unpack_blend(data: bytes) -> tuple[dict[str, Any], dict[str, Any], Blend]:
    """Settings, report and fitted ensemble.

    Raises:
        ModelFileError: cut short, altered, of another kind or version, inconsistent within, or with a pickled member.
    """
    meta, arrays = unpack(data, KIND, VERSION)
    try:
        codec = TableCodec.from_json(meta["table"])
        members = [_member(kind, arrays[f"member.{place}"].tobytes()) for place, kind in enumerate(meta["kinds"])]
        weights = arrays["weights"]
        if not members or weights.shape != (len(members),) or not (weights > 0).all() or abs(weights.sum() - 1) > 1e-9:
            raise ModelFileError("the weights of the model file do not fit its members; retrain the dataset")
        reweighting = None
        if meta["bound"] is not None:
            lens = Lens.from_arrays(codec, arrays)
            odds = Boosted.from_arrays(arrays, len(lens.cuts))
            reweighting = Reweighting(lens, odds, float(meta["bound"]))
        return meta["settings"], meta["report"], Blend(codec, members, weights, reweighting)
    except ModelFileError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise ModelFileError("the parts of the model file do not fit together; retrain the dataset") from error


def _member(kind: str, data: bytes) -> Generator:
    """A member from its own file: never one whose file would run code."""
    try:
        is_pickled = registry.find(kind).capabilities.pickled
    except SettingsError as error:
        raise ModelFileError(f"the model file holds a member that cannot be found: {error}") from error
    if is_pickled:
        raise ModelFileError("the model file holds a pickle, which an ensemble never does; retrain the dataset")
    return registry.load(kind, data)
