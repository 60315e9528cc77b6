"""SDV's GaussianCopulaSynthesizer: fitted, and sampled as SDV samples. The only file here that calls SDV.

SDV 2 is under BUSL-1.1: run it, do not sell it as a service.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pandas as pd

from headwater.generators.missing_patterns import NAME


def fit_synthesizer(names: dict[str, str], settings: dict[str, Any], plain: pd.DataFrame, seed: int) -> Any:
    """A fitted synthesizer.

    Args:
        names: each column's SDV type, as of ``Bridge.names``; at least one.
        settings: keyword arguments of SDV's class, but those that the bridge owns.
        plain: the rows, as of ``Bridge.cross``.
        seed: of the fit.

    SDV gives each category an interval of the score, in the order in which they appear in the rows. So the rows are
    given sorted by the pattern of missing values: alike patterns become neighbours, and what is asked of one column is
    few intervals. Nothing else in a copula depends on the order of the rows.
    """
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    metadata = Metadata()
    metadata.add_table("t")
    for name, sdtype in names.items():
        metadata.add_column(name, table_name="t", sdtype=sdtype)
    with _quiet(seed):
        synthesizer = GaussianCopulaSynthesizer(metadata, enforce_rounding=False, **settings)
        synthesizer.fit({"t": _by_pattern(plain)})
    return synthesizer


def _by_pattern(plain: pd.DataFrame) -> pd.DataFrame:
    if NAME not in plain:
        return plain
    order = np.argsort(plain[NAME].to_numpy(dtype=np.int32), kind="stable")
    return plain.iloc[order].reset_index(drop=True)


def sample_synthesizer(synthesizer: Any, n: int, seed: int) -> pd.DataFrame:
    """SDV's own rows, at least 1. Every loaded SDV model makes the same rows unless it is seeded: here it always is."""
    with _quiet(seed):
        synthesizer.reset_sampling()
        synthesizer._set_random_state(_seed32(seed))
        plain: pd.DataFrame = synthesizer.sample(n)["t"]
    return plain


@contextmanager
def _quiet(seed: int) -> Iterator[None]:
    """SDV without its advice, and with numpy's global generator seeded and put back: parts of SciPy draw from it."""
    state = np.random.get_state()
    np.random.seed(_seed32(seed))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        np.random.set_state(state)


def _seed32(seed: int) -> int:
    """A seed of 63 bits as one of 32, which is all that SDV takes."""
    return int(np.random.SeedSequence(seed).generate_state(1)[0])
