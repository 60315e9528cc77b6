"""From a fitted SDV synthesizer to tables, or the reason why not. Draws nothing, fits nothing.

SDV draws a normal score, takes its normal probability, then the quantile of the column's fitted distribution, then what
RDT makes of that: a category by the interval it falls in, a number by cutting it off at the range. None of the steps
ever falls, so the whole way is one table over the score:

| column                                   | table                                                                  |
|------------------------------------------|------------------------------------------------------------------------|
| categories, patterns of missing values   | exact: the score of every interval's end, through the fitted cdf       |
| whole numbers of up to 4,096 steps       | exact: the score of every half step, where the number is rounded       |
| all other numbers                        | the quantile at 8,193 scores, straight lines between (512 to one score)|
"""

from __future__ import annotations

from typing import Any

import numpy as np

from headwater.generators.bridge import Bridge
from headwater.generators.copula.compiled import Compiled
from headwater.generators.copula.factor import factor
from headwater.generators.copula.marginals import NODES, Curve, Marginal, Steps

STEPS_MAX = 4_096
_PIECE = 2**22
_WOBBLE = 1e-9
_QUANTILES = frozenset(
    {"BetaUnivariate", "GammaUnivariate", "GaussianUnivariate", "TruncatedGaussian", "UniformUnivariate"}
)
_KERNELS = "GaussianKDE"


class CannotCompileError(Exception):
    """A part of the fitted model has no table; says which columns, by their names in the table, and why."""


def compile_synthesizer(synthesizer: Any, bridge: Bridge) -> Compiled:
    """The tables of a fitted synthesizer; draws from them are distributed as SDV's.

    Raises:
        CannotCompileError: a distribution or transformer is unknown, or its figures are not finite.
    """
    model, transformers = synthesizer._model, synthesizer.get_transformers()
    if synthesizer._chained_constraints or synthesizer._reject_sampling_constraints:
        raise CannotCompileError("SDV's constraints have no table")
    found: dict[str, Marginal] = {}
    refused: list[str] = []
    for name, univariate in zip(model.columns, model.univariates, strict=True):
        try:
            found[name] = _marginal(name, univariate, transformers.get(name), bridge)
        except CannotCompileError as error:
            refused.append(f"{bridge.title(name)}: {error}")
    if refused:
        raise CannotCompileError("; ".join(refused))
    if set(found) != set(bridge.names):
        raise CannotCompileError("SDV modelled other columns than it was given")
    names = list(bridge.names)
    correlation = model.correlation.loc[names, names].to_numpy(dtype=np.float64)
    try:
        if not np.isfinite(correlation).all():
            raise ValueError("the correlations are not finite")
        factor(correlation)
    except ValueError as error:
        raise CannotCompileError(str(error)) from error
    return Compiled({name: found[name] for name in names}, correlation)


def _marginal(name: str, univariate: Any, transformer: Any, bridge: Bridge) -> Marginal:
    made_by = type(transformer).__name__
    if bridge.names[name] == "categorical":
        if made_by != "UniformEncoder" or transformer.missing_value_encoding != "new_category":
            raise CannotCompileError(f"RDT's transformer {made_by} has no table")
        ends = np.array([interval[1] for interval in transformer.intervals.values()], dtype=np.float64)
        codes = np.array([int(label) for label in transformer.intervals], dtype=np.int32)
        return Steps(_scores(univariate, ends[:-1]), codes)
    if made_by != "FloatFormatter" or transformer.learn_rounding_scheme or transformer.null_transformer.nulls:
        raise CannotCompileError(f"RDT's transformer {made_by} has no table")
    codec = bridge.codec(name)
    reach = codec.high - codec.low
    if codec.form == "lattice" and reach <= STEPS_MAX:
        numbers = np.arange(int(codec.low), int(codec.high) + 1, dtype=np.int64)
        return Steps(_scores(univariate, (np.arange(reach) + 0.5) / float(reach)), numbers)
    return Curve(_quantiles(univariate))


def _scores(univariate: Any, numbers: np.ndarray) -> np.ndarray:
    """The scores below which a column's numbers are at most these: rising as they do, infinite beyond its range."""
    from scipy.special import ndtri

    _known(univariate)
    scores: np.ndarray = ndtri(np.clip(_probabilities(univariate, numbers), 0.0, 1.0))
    return _rising(scores)


def _quantiles(univariate: Any) -> np.ndarray:
    """A column's scaled numbers at :data:`NODES`."""
    from scipy.special import ndtr

    _known(univariate)
    if type(univariate).__name__ == _KERNELS and univariate._constant_value is None:
        return _of_kernels(univariate)
    numbers = _rising(np.asarray(univariate.percent_point(ndtr(NODES)), dtype=np.float64))
    if not np.isfinite(numbers).all():
        raise CannotCompileError("the quantiles of its distribution are not finite")
    return numbers


def _of_kernels(univariate: Any) -> np.ndarray:
    """Quantiles of a kernel density by reading its cdf backwards: its own quantiles take minutes."""
    from scipy.special import ndtri

    data = np.asarray(univariate._params["dataset"], dtype=np.float64)
    at = np.unique(np.concatenate((np.linspace(-0.01, 1.01, 4_081), np.quantile(data, np.linspace(0, 1, 1_001)))))
    scores = _rising(ndtri(np.clip(_probabilities(univariate, at), 0.0, 1.0)))
    inside = np.concatenate((np.isfinite(scores[:-1]) & (np.diff(scores) > 0), [np.isfinite(scores[-1])]))
    if inside.sum() < 2:
        raise CannotCompileError("its kernel density has no spread")
    return np.interp(NODES, scores[inside], at[inside])


def _probabilities(univariate: Any, numbers: np.ndarray) -> np.ndarray:
    """The fitted cdf, in pieces: a kernel density takes memory for every number times every fitted row."""
    if type(univariate).__name__ != _KERNELS or univariate._constant_value is not None:
        return np.asarray(univariate.cdf(numbers), dtype=np.float64)
    size = max(1, _PIECE // len(univariate._params["dataset"]))
    pieces = [univariate.cdf(numbers[start : start + size]) for start in range(0, len(numbers), size)]
    return np.concatenate(pieces) if pieces else np.zeros(0)


def _known(univariate: Any) -> None:
    name = type(univariate).__name__
    if name not in _QUANTILES and name != _KERNELS:
        raise CannotCompileError(f"the distribution {name} has no table")


def _rising(numbers: np.ndarray) -> np.ndarray:
    """``numbers`` without the rounding by which they fall; more than that is refused."""
    if np.isnan(numbers).any():
        raise CannotCompileError("the figures of its distribution are not numbers")
    risen: np.ndarray = np.maximum.accumulate(numbers)
    with np.errstate(invalid="ignore"):
        fallen = risen - numbers
    if (fallen > _WOBBLE * np.maximum(1.0, np.abs(numbers))).any():
        raise CannotCompileError("the figures of its distribution fall where they must rise")
    return risen
