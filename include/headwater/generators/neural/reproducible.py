"""What makes torch, numpy and Python's ``random`` draw the same in every process. Seeds come from outside.

Belongs here: seeding and putting back of global state, one thread for sums. Does not: training.
"""

from __future__ import annotations

import random
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np


@contextmanager
def reproducible(seed: int) -> Iterator[None]:
    """Global random states seeded, one thread, SDV's warnings silent; all put back afterwards, also after an error.

    One thread, because the order in which threads add floats changes the last bit of a sum, and training makes a
    different model of it. And joblib starts no workers: SDV would start one process for each core.
    """
    import joblib  # type: ignore[import-untyped]
    import torch
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    states = random.getstate(), np.random.get_state(), torch.get_rng_state(), torch.get_num_threads()
    seed32 = narrow(seed)
    random.seed(seed32)
    np.random.seed(seed32)
    torch.default_generator.manual_seed(seed32)
    torch.set_num_threads(1)
    try:
        with warnings.catch_warnings(), threadpool_limits(1), joblib.parallel_config(backend="sequential"):
            warnings.simplefilter("ignore")
            yield
    finally:
        random.setstate(states[0])
        np.random.set_state(states[1])
        torch.set_rng_state(states[2])
        torch.set_num_threads(states[3])


def narrow(seed: int) -> int:
    """A seed of 63 bits as one of 32, which is all that numpy's global generator and SDV take."""
    return int(np.random.SeedSequence(seed).generate_state(1)[0])
