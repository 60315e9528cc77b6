"""Expectation maximisation of the latent-class model on coded rows.

Model: latent class analysis (Lazarsfeld and Henry 1968); as a maker of tables Dunson and Xing 2009, Si and Reiter
2013. EM: Dempster, Laird and Rubin 1977, with a prior (``smoothing``); the first passes are stepwise (Cappé and
Moulines 2009), which comes near in a few passes. An E-step is one product of the sparse one-hot rows with the stacked
log-probabilities: the number of threads does not touch its result.

Belongs here: E-steps, M-steps, and when to stop. Does not: how many classes there are (``selection``).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from headwater.generators.mixture.smoothing import Prior

CHUNK_ROWS = 2_048
"""Rows of an E-step at once: their responsibilities stay in the processor's cache."""

STEPWISE_PASSES = 3
_PASSES_MIN = 8  # until the strengths have settled, a pass may lose likelihood and the next win more
_STEPS_A_PASS = 16
_FORGET = 0.7
_DRAWN_A_CLASS = 10
_SPOKEN_MAX = 200_000
_ROW_MIN = 1e-3
_LOG_FLOOR = 1e-30
_STRENGTH_FLOOR = 1e-6  # a class without rows is the table


@dataclass(frozen=True)
class Plan:
    """When EM stops, and how strongly its result is smoothed: see the settings of ``Mixture``."""

    iterations: int = 30
    tolerance: float = 2e-3
    smoothing: float = 0.05


@dataclass(frozen=True)
class Coded:
    """Coded rows.

    Attributes:
        codes: int64, shape ``(rows, joints)``; -1 where a joint says nothing about the row.
        priors: of each joint.
    """

    codes: np.ndarray
    priors: list[Prior]

    @cached_property
    def starts(self) -> np.ndarray:
        """The place of each joint's first code in the stacked probabilities and, last, their number."""
        return np.cumsum([0, *(len(prior.shares) for prior in self.priors)])

    @cached_property
    def chunks(self) -> list[Any]:
        """One-hot rows as CSR matrices of float32, shape ``(rows of the chunk, stacked codes)``."""
        from scipy.sparse import csr_matrix

        found = []
        for begin in range(0, len(self.codes), CHUNK_ROWS):
            codes = self.codes[begin : begin + CHUNK_ROWS]
            said = codes >= 0
            places = (codes + self.starts[:-1])[said]
            ends = np.append(0, np.cumsum(said.sum(axis=1)))
            ones = np.ones(len(places), dtype=np.float32)
            found.append(csr_matrix((ones, places, ends), shape=(len(codes), int(self.starts[-1]))))
        return found


@dataclass(frozen=True)
class Classes:
    """What EM knows of the classes.

    Attributes:
        rows: expected rows of each class, float64, shape ``(classes,)``.
        counts: of those, the rows with each code, joints stacked, float64, shape ``(stacked codes, classes)``.
        strengths: of each joint's prior, each of shape ``(depths,)``.
    """

    rows: np.ndarray
    counts: np.ndarray
    strengths: list[np.ndarray]

    def shares(self) -> np.ndarray:
        """Of the classes, float64, shape ``(classes,)``; sums to 1."""
        known = self.rows + _ROW_MIN
        shares: np.ndarray = known / known.sum()
        return shares

    def probabilities(self, coded: Coded, smoothing: float = 1.0) -> list[np.ndarray]:
        """Of each joint's codes in each class: float64, shape ``(codes, classes)`` each."""
        cuts = zip(coded.priors, self.strengths, coded.starts[:-1], coded.starts[1:], strict=True)
        return [
            prior.probabilities(self.counts[low:high], np.maximum(strength * smoothing, _STRENGTH_FLOOR))
            for prior, strength, low, high in cuts
        ]

    def strengthen(self, coded: Coded) -> Classes:
        """The same classes with the strengths that they speak for."""
        cuts = zip(coded.priors, self.strengths, coded.starts[:-1], coded.starts[1:], strict=True)
        found = []
        for prior, strength, low, high in cuts:
            # Thousands of categories in hundreds of classes: some of the classes speak for all.
            counts = self.counts[low:high, :: 1 + (high - low) * len(self.rows) // _SPOKEN_MAX]
            found.append(prior.strengthen(counts, prior.strengthen(counts, strength)))
        return replace(self, strengths=found)


Logs = tuple[np.ndarray, np.ndarray]
"""Logarithms of the class shares and of the stacked probabilities, float32."""


def logs_of(shares: np.ndarray, probabilities: list[np.ndarray]) -> Logs:
    """What an E-step takes; a probability of 0 becomes 1e-30, so that no row is impossible."""
    stacked = np.concatenate([*probabilities, np.zeros((0, len(shares)))])
    found = tuple(np.log(np.maximum(one, _LOG_FLOOR)).astype(np.float32) for one in (shares, stacked))
    return found[0], found[1]


def expect(chunk: Any, logs: Logs) -> tuple[np.ndarray, float]:
    """Responsibilities, float32, shape ``(rows, classes)``, and the log-likelihood of the rows in nats."""
    joint = chunk @ logs[1]
    joint += logs[0]
    top = joint.max(axis=1)
    joint -= top[:, None]
    np.exp(joint, out=joint)
    total = joint.sum(axis=1)
    joint /= total[:, None]
    return joint, float(top.sum(dtype=np.float64) + np.log(total).sum(dtype=np.float64))


def counted(chunks: list[Any], logs: Logs) -> tuple[np.ndarray, np.ndarray, float]:
    """Expected rows of the classes, expected counts, and the log-likelihood, over all chunks."""
    rows, counts, likelihood = np.zeros(len(logs[0])), np.zeros(logs[1].shape), 0.0
    for chunk in chunks:
        given, known = expect(chunk, logs)
        rows += given.sum(axis=0, dtype=np.float64)
        counts += chunk.T @ given
        likelihood += known
    return rows, counts, likelihood


def log_likelihood(coded: Coded, logs: Logs) -> float:
    """Mean log-probability of the codes of a row, in nats."""
    return sum(expect(chunk, logs)[1] for chunk in coded.chunks) / len(coded.codes)


def start_from_rows(coded: Coded, classes: int, rng: np.random.Generator) -> Classes:
    """Each class begins with one row, no two alike while there are others, and a prior as heavy as that row."""
    drawn = coded.codes[rng.permutation(len(coded.codes))[: _DRAWN_A_CLASS * classes]]
    first = np.zeros(len(drawn), dtype=bool)
    first[np.unique(drawn, axis=0, return_index=True)[1]] = True
    chosen = np.concatenate([drawn[first], drawn[~first]])[:classes]
    counts = np.zeros((int(coded.starts[-1]), classes))
    counts[(chosen + coded.starts[:-1]).T, np.arange(classes)] = 1.0
    return Classes(np.ones(classes), counts, [np.ones(prior.depths) for prior in coded.priors])


def start_from_model(coded: Coded, before: Coded, logs: Logs, strengths: list[np.ndarray]) -> Classes:
    """Classes of ``coded`` rows, from the same rows in the code of another model (``before``) and its ``logs``."""
    rows, counts = np.zeros(len(logs[0])), np.zeros((int(coded.starts[-1]), len(logs[0])))
    for chunk, old in zip(coded.chunks, before.chunks, strict=True):
        given, _ = expect(old, logs)
        rows += given.sum(axis=0, dtype=np.float64)
        counts += chunk.T @ given
    return Classes(rows, counts, strengths)


def maximise(coded: Coded, classes: Classes, plan: Plan, rng: np.random.Generator | None) -> tuple[Classes, int]:
    """EM until a pass over the rows gains less than ``plan.tolerance`` nats a row.

    Args:
        coded: the rows.
        classes: where to start.
        plan: when to stop.
        rng: orders the stepwise passes; None leaves them out, for a start that is near.

    Returns:
        the classes, and the number of passes over the rows.
    """
    passes, last = 0, -np.inf
    if rng is not None:
        for passes in range(1, min(STEPWISE_PASSES, plan.iterations) + 1):
            classes = _stepwise(coded, classes, rng, passes).strengthen(coded)
    while passes < plan.iterations:
        rows, counts, likelihood = counted(coded.chunks, logs_of(classes.shares(), classes.probabilities(coded)))
        classes = replace(classes, rows=rows, counts=counts).strengthen(coded)
        passes += 1
        mean = likelihood / len(coded.codes)
        if mean - last < plan.tolerance and (rng is None or passes >= _PASSES_MIN):
            break
        last = mean
    return classes, passes


def _stepwise(coded: Coded, classes: Classes, rng: np.random.Generator, number: int) -> Classes:
    """One pass in small steps, each of which moves the counts by less than the one before."""
    size = -(-len(coded.chunks) // _STEPS_A_PASS)
    order = rng.permutation(len(coded.chunks))
    steps = -(-len(order) // size)
    for step in range(steps):
        chunks = [coded.chunks[place] for place in order[step * size : (step + 1) * size]]
        rows, counts, _ = counted(chunks, logs_of(classes.shares(), classes.probabilities(coded)))
        part = len(coded.codes) / sum(chunk.shape[0] for chunk in chunks)
        rate = ((number - 1) * steps + step + 1.5) ** -_FORGET
        mixed_rows = (1 - rate) * classes.rows + rate * part * rows
        mixed_counts = (1 - rate) * classes.counts + rate * part * counts
        classes = replace(classes, rows=mixed_rows, counts=mixed_counts)
    return classes
