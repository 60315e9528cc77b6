"""The limit a value is held against: the looser of the spec's and the noise floor's.

Belongs here: choosing a limit and saying where it comes from. Does not: measuring the floor (``calibration.py``).
A limit is never tighter than noise: rows as good as real ones pass, whatever the spec asks for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from headwater.checks.result import LimitOrigin, NoiseFloor


@dataclass(frozen=True)
class Limit:
    """A limit and where it comes from."""

    value: float
    origin: LimitOrigin

    def words(self) -> str:
        """Where the limit comes from, for a sentence."""
        return "the spec's limit" if self.origin == "spec" else "the limit set by noise between real samples"


def at_least(spec: float, floor: NoiseFloor | None, n: int) -> Limit:
    """The lower of ``spec`` and what two real samples of ``n`` rows may fall to."""
    noise = None if floor is None else floor.mean - (floor.mean - floor.low) * _widening(floor, n)
    return Limit(spec, "spec") if noise is None or spec <= noise else Limit(noise, "noise_floor")


def at_most(spec: float, floor: NoiseFloor | None, n: int) -> Limit:
    """The higher of ``spec`` and what two real samples of ``n`` rows may rise to."""
    noise = None if floor is None else floor.mean + (floor.high - floor.mean) * _widening(floor, n)
    return Limit(spec, "spec") if noise is None or spec >= noise else Limit(noise, "noise_floor")


def _widening(floor: NoiseFloor, n: int) -> float:
    """Noise shrinks with the root of the rows; a batch smaller than the floor's samples is granted more of it."""
    return max(1.0, float(np.sqrt(floor.n / max(n, 1))))
