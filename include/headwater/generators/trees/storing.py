"""A fitted table as a model file, and back. The container itself is ``generators.model_file``."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import ValidationError

from headwater.generators.columns import Codec
from headwater.generators.errors import ModelFileError
from headwater.generators.model_file import pack, unpack
from headwater.generators.trees.model import TableModel
from headwater.generators.trees.models import FORMS
from headwater.tables.schema import TableSchema

VERSION = 2


def pack_model(kind: str, settings: dict[str, Any], model: TableModel) -> bytes:
    """The bytes of a fitted table, of the member's kind and of the settings it was fitted with."""
    arrays = {name: array for slot, one in enumerate(model.models) for name, array in one.to_arrays(f"{slot}.").items()}
    meta = {
        "settings": settings,
        "schema": model.schema.model_dump(mode="json"),
        "codecs": [codec.to_json() for codec in model.codecs],
        "drawn": model.drawn,
        "models": [one.head() for one in model.models],
    }
    return pack(kind, VERSION, meta, arrays)


def unpack_model(kind: str, data: bytes) -> tuple[dict[str, Any], TableModel]:
    """Settings and fitted table of a member of this kind.

    Raises:
        ModelFileError: cut short, altered, of another kind or version, or inconsistent within.
    """
    meta, arrays = unpack(data, kind, VERSION)
    try:
        heads = meta["models"]
        models = []
        for slot, head in enumerate(heads):
            own = {name: array for name, array in arrays.items() if name.startswith(f"{slot}.")}
            # What a tree may split on: the columns drawn before its own, and chance.
            slots = np.append(np.arange(slot), len(heads))
            models.append(FORMS[head["form"]].stored(head, own, f"{slot}.", slots))
        codecs = [Codec(**codec) for codec in meta["codecs"]]
        return meta["settings"], TableModel(TableSchema.model_validate(meta["schema"]), codecs, meta["drawn"], models)
    except ModelFileError:
        raise
    except (KeyError, TypeError, ValidationError, IndexError, ValueError) as error:
        raise ModelFileError("the parts of the model file do not fit together; retrain the dataset") from error
