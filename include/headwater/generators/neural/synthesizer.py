"""SDV's synthesizer: trained while watched and seeded, and drawn from by seed. Knows plain frames, not tables."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

import numpy as np
import pandas as pd

from headwater.generators.errors import FitError
from headwater.generators.neural.reproducible import narrow, reproducible
from headwater.generators.neural.training import Training, watched

_LOG = logging.getLogger(__name__)
_CHUNK_ROWS = 50_000
_WIDE = 1_000
_COMPONENTS = 10
_TALKATIVE = ("sdv", "rdt", "copulas", "SingleTableSynthesizer", "Metadata")


def train(
    plain: pd.DataFrame,
    names: dict[str, str],
    build: Callable[[Any], Any],
    finish: Callable[[Any, pd.DataFrame], None],
    *,
    kind: str,
    loop: str,
    training: Training,
    seed: int,
) -> Any:
    """A fitted synthesizer.

    Args:
        plain: what to learn, as of ``bridge.Bridge.cross``.
        names: its columns to their sdtypes.
        build: SDV's metadata to the unfitted synthesizer.
        finish: called with ctgan's trained model and ``plain``, still seeded.
        kind: of the member, for messages.
        loop: the module of ctgan whose training loop is watched.
        training: what watches it.
        seed: decides the model, but for a training that the clock stops.

    Raises:
        FitError: the training diverged.
    """
    from sdv.metadata import Metadata

    metadata = Metadata()
    metadata.add_table("t")
    for name, sdtype in names.items():
        metadata.add_column(name, table_name="t", sdtype=sdtype)
    _say_size(kind, plain, names)
    with reproducible(seed), _hushed():
        synthesizer = build(metadata)
        # SDV prints advice on wide tables that speaks of ctrl-C; the log has said it in words for a task.
        synthesizer._print_warning = _silent
        with watched(import_module(loop), training, lambda: synthesizer._model.loss_values):
            _fit(synthesizer, plain, kind)
        finish(synthesizer._model, plain)
    return synthesizer


def draw(synthesizer: Any, n: int, seed: int) -> pd.DataFrame:
    """``n`` plain rows, 1 or more. A loaded SDV model returns the same rows each time unless it is seeded: here it is.

    In chunks, because ctgan holds the one-hot form of all rows of a call in memory.
    """
    seeds = np.random.SeedSequence(seed).generate_state(-(-n // _CHUNK_ROWS), np.uint64).tolist()
    parts = []
    with reproducible(seed), _hushed():
        for place, one in enumerate(seeds):
            synthesizer.reset_sampling()
            synthesizer._set_random_state(narrow(one))
            parts.append(synthesizer.sample(min(_CHUNK_ROWS, n - place * _CHUNK_ROWS))["t"])
    return pd.concat(parts, ignore_index=True)


def versions() -> dict[str, str]:
    """The versions of the packages whose classes a pickled synthesizer is made of."""
    from importlib.metadata import version

    return {name: version(name) for name in ("sdv", "ctgan", "rdt", "torch")}


def _fit(synthesizer: Any, plain: pd.DataFrame, kind: str) -> None:
    try:
        synthesizer.fit({"t": plain})
    except ValueError as error:
        # The words of ctgan when its outputs overflow in the midst of an epoch, before its loss is seen.
        if "returning NaN" not in str(error):
            raise
        cure = "lower the learning rates, or raise batch_size"
        raise FitError(f"{kind}: the training diverged (its outputs are no numbers); {cure}") from error


def _say_size(kind: str, plain: pd.DataFrame, names: dict[str, str]) -> None:
    """What the training will work on, in the log; a warning where that is wide."""
    widths = [plain[name].nunique() if sdtype == "categorical" else 1 + _COMPONENTS for name, sdtype in names.items()]
    gigabytes = len(plain) * sum(widths) * 8 / 1e9
    text = "%s: learns %d rows in %d columns, at most %d wide once encoded (%.1f GB in memory, several times over)"
    arguments = (kind, len(plain), len(names), sum(widths), gigabytes)
    if sum(widths) > _WIDE:
        _LOG.warning(text + "; lower max_categories if this is too slow", *arguments)
    else:
        _LOG.info(text, *arguments)


@contextmanager
def _hushed() -> Iterator[None]:
    """SDV's loggers from WARNING up: it writes a line for each sample, which would hide the epochs in a task's log."""
    loggers = [(logger, logger.level) for logger in map(logging.getLogger, _TALKATIVE)]
    for logger, level in loggers:
        logger.setLevel(max(level, logging.WARNING))
    try:
        yield
    finally:
        for logger, level in loggers:
            logger.setLevel(level)


def _silent(_plain: pd.DataFrame) -> None:
    """In place of a method of SDV that only prints. A name of this module, so that the pickle can hold it."""
