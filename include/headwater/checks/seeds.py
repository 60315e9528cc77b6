"""Where randomness comes from: every draw of a check follows from the reference's seed and a name.

Belongs here: seeds. Does not: drawing rows (see ``reference.py``).
"""

from __future__ import annotations

import hashlib

import numpy as np


def rng(seed: int, *labels: str | int) -> np.random.Generator:
    """A generator of its own for each ``(seed, labels)``: SHA-256 of both, so neighbours share nothing."""
    return np.random.default_rng(int.from_bytes(_digest(seed, labels)[:16], "big"))


def state(seed: int, *labels: str | int) -> int:
    """The same as one integer below 2**31, for scikit-learn's ``random_state``."""
    return int.from_bytes(_digest(seed, labels)[16:20], "big") >> 1


def _digest(seed: int, labels: tuple[str | int, ...]) -> bytes:
    return hashlib.sha256(repr((int(seed), labels)).encode()).digest()
