"""A fitted copula as a model file, and back. The container itself is ``generators.model_file``.

Compiled tables are arrays and JSON: nothing in the file is ever executed. Only where SDV itself must sample does the
file hold SDV's pickle.
"""

from __future__ import annotations

import pickle
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydantic import ValidationError

from headwater.generators.bridge import Bridge
from headwater.generators.copula.compiled import Compiled
from headwater.generators.copula.factor import factor
from headwater.generators.copula.marginals import CELLS, Curve, Marginal, Steps
from headwater.generators.errors import ModelFileError
from headwater.generators.missing_patterns import NAME, Patterns
from headwater.generators.model_file import pack, unpack

KIND = "gaussian_copula"
VERSION = 3
MISFIT = "the parts of the model file do not fit together; retrain the dataset"
"""What is said of a file whose parts contradict each other."""


@dataclass(frozen=True)
class Stored:
    """What a model file holds.

    Attributes:
        settings: keyword arguments of the member.
        bridge: between the table and the columns of the copula.
        compiled: the tables, or None where SDV samples.
        synthesizer: SDV's, or None where the tables are used.
        reason: why there are no tables, or None.
    """

    settings: dict[str, Any]
    bridge: Bridge
    compiled: Compiled | None
    synthesizer: Any
    reason: str | None


def pack_copula(stored: Stored) -> bytes:
    """The bytes of a fitted copula."""
    meta: dict[str, Any] = {"settings": stored.settings, "bridge": stored.bridge.to_json(), "reason": stored.reason}
    if stored.compiled is None:
        import cloudpickle  # type: ignore[import-untyped]
        import sdv

        body = np.frombuffer(cloudpickle.dumps(stored.synthesizer), dtype=np.uint8)
        return pack(KIND, VERSION, meta | {"sdv": sdv.__version__}, {"pickle": body})
    arrays = {"correlation": stored.compiled.correlation}
    for name, marginal in stored.compiled.marginals.items():
        if isinstance(marginal, Steps):
            arrays |= {f"{name}.cuts": marginal.cuts, f"{name}.values": marginal.values}
        else:
            arrays[f"{name}.scaled"] = marginal.scaled
    return pack(KIND, VERSION, meta, arrays)


def unpack_copula(data: bytes) -> Stored:
    """What :func:`pack_copula` was given. Runs the pickle of a file that has one: compare its hash before.

    Raises:
        ModelFileError: cut short, altered, of another kind or version, made by another SDV, or inconsistent within.
    """
    meta, arrays = unpack(data, KIND, VERSION)
    try:
        bridge = _bridge(meta["bridge"])
        settings, reason = dict(meta["settings"]), meta["reason"]
        compiled = None if "pickle" in arrays else _compiled(arrays, bridge)
    except ModelFileError:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, ValidationError) as error:
        raise ModelFileError(MISFIT) from error
    synthesizer = _unpickled(meta.get("sdv"), arrays["pickle"]) if compiled is None else None
    return Stored(settings, bridge, compiled, synthesizer, None if reason is None else str(reason))


def _unpickled(made: Any, body: np.ndarray) -> Any:
    import sdv

    if made != sdv.__version__:
        raise ModelFileError(
            f"the model file was made by SDV {made}, here is SDV {sdv.__version__}; retrain the dataset"
        )
    return pickle.loads(body.tobytes())  # noqa: S301 - see Capabilities.pickled


def _bridge(stored: dict[str, Any]) -> Bridge:
    bridge = Bridge.from_json(stored)
    learned = [place for place, column in enumerate(bridge.schema.columns) if column.is_learned]
    ends_meet = all(codec.low <= codec.high for codec in bridge.codecs)
    outside = (set(bridge.gaps) | set(bridge.constants)) - set(learned)
    if [codec.position for codec in bridge.codecs] != learned or outside or not ends_meet:
        raise ModelFileError(MISFIT)
    if bridge.patterns:
        _check_patterns(bridge.patterns, bridge)
    return bridge


def _check_patterns(patterns: Patterns, bridge: Bridge) -> None:
    """Refuse patterns without columns, or whose leader is no column of categories, or holds others than those."""
    fits = bool(patterns.absent) and bool(patterns.marks)
    if patterns.leader is None:
        fits &= not patterns.leads
    else:
        codec = bridge.codec(f"c{patterns.leader}")
        fits &= codec.form == "codes" and len(patterns.leads) == len(patterns.marks)
        fits &= all(-1 <= code < codec.levels for code in patterns.leads)
    if not fits:
        raise ModelFileError(MISFIT)


def _compiled(arrays: Mapping[str, np.ndarray], bridge: Bridge) -> Compiled:
    names = list(bridge.names)
    correlation = arrays["correlation"]
    if correlation.dtype != np.float64 or correlation.shape != (len(names), len(names)):
        raise ModelFileError(MISFIT)
    if not (np.isfinite(correlation).all() and np.array_equal(correlation, correlation.T)):
        raise ModelFileError(MISFIT)
    factor(correlation)
    marginals = {name: _marginal(name, arrays, bridge) for name in names}
    expected = 1 + sum(2 if isinstance(marginal, Steps) else 1 for marginal in marginals.values())
    if len(arrays) != expected:
        raise ModelFileError(MISFIT)
    return Compiled(marginals, correlation)


def _marginal(name: str, arrays: Mapping[str, np.ndarray], bridge: Bridge) -> Marginal:
    category = bridge.names[name] == "categorical"
    if not category and f"{name}.scaled" in arrays:
        scaled = arrays[f"{name}.scaled"]
        fits = scaled.dtype == np.float64 and scaled.shape == (CELLS + 1,) and np.isfinite(scaled).all()
        if not fits or (np.diff(scaled) < 0).any():
            raise ModelFileError(MISFIT)
        return Curve(scaled)
    cuts, values = arrays[f"{name}.cuts"], arrays[f"{name}.values"]
    low, high = _ends(name, bridge)
    fits = cuts.dtype == np.float64 and values.dtype == (np.int32 if category else np.int64)
    if not fits or values.ndim != 1 or not len(values) or cuts.shape != (len(values) - 1,):
        raise ModelFileError(MISFIT)
    if np.isnan(cuts).any() or (cuts[1:] < cuts[:-1]).any() or values.min() < low or values.max() > high:
        raise ModelFileError(MISFIT)
    return Steps(cuts, values)


def _ends(name: str, bridge: Bridge) -> tuple[float, float]:
    """The smallest and largest number that a column of atoms may hold."""
    if name == NAME:
        return 0, len(bridge.patterns.marks) - 1 if bridge.patterns else 0
    codec = bridge.codec(name)
    return (0, codec.levels - 1) if codec.form == "codes" else (codec.low, codec.high)
