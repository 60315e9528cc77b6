"""Python documents as JSON text that Postgres takes. JSON has no NaN or infinity: they are stored as null."""

from __future__ import annotations

import json
import math
from datetime import date
from typing import Any


def to_json(document: Any) -> str:
    """``document`` as JSON. Numbers of numpy, dates and tuples are taken; non-finite numbers become null.

    Raises:
        TypeError: it holds something that is no JSON, such as a frame.
    """
    try:
        return json.dumps(document, allow_nan=False, default=_plain)
    except ValueError:
        return json.dumps(_finite(document), allow_nan=False, default=_plain)


def _plain(found: Any) -> Any:
    """What json does not know: dates as ISO 8601, numpy's scalars as Python's."""
    if isinstance(found, date):
        return found.isoformat()
    if hasattr(found, "item") and getattr(found, "ndim", None) == 0:
        return _finite(found.item())
    raise TypeError(f"a document for the ledger holds a {type(found).__name__}, which is no JSON; convert it first")


def _finite(found: Any) -> Any:
    if isinstance(found, dict):
        return {name: _finite(value) for name, value in found.items()}
    if isinstance(found, list | tuple):
        return [_finite(value) for value in found]
    return None if isinstance(found, float) and not math.isfinite(found) else found
