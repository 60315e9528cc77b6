"""A neural member as a model file, and back: SDV's pickle inside the container of ``generators.model_file``."""

from __future__ import annotations

import pickle
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from headwater.generators.bridge import Bridge
from headwater.generators.errors import ModelFileError
from headwater.generators.model_file import pack, unpack
from headwater.generators.neural.rare import Rare
from headwater.generators.neural.synthesizer import versions

VERSION = 2
_MISFIT = "the parts of the model file do not fit together; retrain the dataset"


@dataclass(frozen=True)
class Learned:
    """What a fit leaves.

    Attributes:
        bridge: between the table and the columns of SDV.
        rare: the categories that are learned together.
        seen: position of each column of categories to the codes that real rows held (-1: missing).
        pickled: uint8, shape ``(bytes,)``: SDV's synthesizer as it was fitted, or None pickled. Made once, for drawing
            leaves traces in SDV's objects, and a model is the same file whenever it is saved.
        epochs_trained: epochs behind the model.
        stopped_by_clock: the time budget ended the training.
    """

    bridge: Bridge
    rare: list[Rare]
    seen: dict[int, np.ndarray]
    pickled: np.ndarray
    epochs_trained: int
    stopped_by_clock: bool


def pickled(synthesizer: Any) -> np.ndarray:
    """The bytes of a synthesizer, uint8."""
    import cloudpickle  # type: ignore[import-untyped]

    return np.frombuffer(cloudpickle.dumps(synthesizer), dtype=np.uint8)


def pack_learned(kind: str, settings: dict[str, Any], learned: Learned) -> bytes:
    """The bytes of a fitted member of ``kind`` and of the settings it was fitted with."""
    arrays = {"pickle": learned.pickled}
    arrays |= {f"rare.{one.name}.codes": one.codes for one in learned.rare}
    arrays |= {f"rare.{one.name}.counts": one.counts for one in learned.rare}
    arrays |= {f"seen.{position}": codes for position, codes in learned.seen.items()}
    meta = {
        "settings": settings,
        "bridge": learned.bridge.to_json(),
        "made_by": versions(),
        "rare": [one.name for one in learned.rare],
        "training": {"epochs_trained": learned.epochs_trained, "stopped_by_clock": learned.stopped_by_clock},
    }
    return pack(kind, VERSION, meta, arrays)


def unpack_learned(kind: str, data: bytes) -> tuple[dict[str, Any], Learned]:
    """Settings and what was learned; nothing of the pickle has run.

    Raises:
        ModelFileError: cut short, altered, of another kind or version, made by another SDV, or inconsistent within.
    """
    meta, arrays = unpack(data, kind, VERSION)
    try:
        _check_versions(dict(meta["made_by"]))
        bridge = Bridge.from_json(meta["bridge"])
        rare = [Rare(name, arrays[f"rare.{name}.codes"], arrays[f"rare.{name}.counts"]) for name in meta["rare"]]
        codes = [codec.position for codec in bridge.codecs if codec.form == "codes"]
        seen = {position: arrays[f"seen.{position}"] for position in codes}
        training = meta["training"]
        ended = int(training["epochs_trained"]), bool(training["stopped_by_clock"])
        return dict(meta["settings"]), Learned(bridge, rare, seen, arrays["pickle"], *ended)
    except ModelFileError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ValidationError) as error:
        raise ModelFileError(_MISFIT) from error


def unpickled(body: np.ndarray) -> Any:
    """The synthesizer. Runs what the bytes say: the file's hash has been compared with the ledger's before.

    Raises:
        ModelFileError: it is no pickle, or not of what is installed here.
    """
    try:
        return pickle.loads(body.tobytes())  # noqa: S301 - see Capabilities.pickled
    except (pickle.UnpicklingError, EOFError, AttributeError, ImportError, IndexError) as error:
        raise ModelFileError("the synthesizer in the model file cannot be read here; retrain the dataset") from error


def _check_versions(made: dict[str, str]) -> None:
    for name, here in versions().items():
        if made.get(name) != here:
            differ = f"made by {name} {made.get(name)}, here is {name} {here}"
            raise ModelFileError(f"the model file was {differ}; retrain the dataset")
