"""The epochs of a training: shown as log lines, stopped by the clock, refused when they diverge. Knows no model."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from headwater.generators.errors import FitError

if TYPE_CHECKING:
    import pandas as pd

_LOG = logging.getLogger(__name__)
_SECONDS_BETWEEN_LINES = 5.0


class Training:
    """Walks through the epochs of one fit.

    An epoch begins only if, at the pace so far, it ends within the budget; the first one always begins, since without
    it there is no model. So the budget is overrun by less than one epoch, and usually not at all.

    Attributes:
        trained: epochs that were trained to their end.
        stopped_by_clock: the budget ended the training before the last epoch.
    """

    def __init__(
        self, kind: str, epochs: int, budget_seconds: float | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``budget_seconds`` (None: no limit) counts from now; ``clock`` gives seconds."""
        self.trained = 0
        self.stopped_by_clock = False
        self._kind = kind
        self._epochs = epochs
        self._budget = budget_seconds
        self._clock = clock
        self._began = clock()
        self._last_line = self._began

    def over(self, epochs: Iterable[int], losses: Callable[[], pd.DataFrame]) -> Iterator[int]:
        """The epochs one by one, until the last or until the budget is used.

        Args:
            epochs: 0, 1, 2, …
            losses: the losses so far: a frame with the column ``Epoch`` and one column for each loss.

        Raises:
            FitError: a loss is no longer a finite number.
        """
        first = self._clock()
        for epoch in epochs:
            yield epoch
            self.trained = epoch + 1
            last = self._last_losses(losses())
            now = self._clock()
            pace = (now - first) / self.trained
            spent = now - self._began
            unfinished = self.trained < self._epochs
            self.stopped_by_clock = unfinished and self._budget is not None and spent + pace > self._budget
            self._report(last, now, pace)
            if self.stopped_by_clock:
                _LOG.warning(
                    "%s: stopped by the time budget of %g s after %d of %d epochs (%.1f s); the model is used as it "
                    "is, and is not reproducible by its seed",
                    *(self._kind, self._budget, self.trained, self._epochs, spent),
                )
                return

    def _last_losses(self, losses: pd.DataFrame) -> dict[str, float]:
        """Name of each loss to its mean in the newest epoch."""
        newest = losses[losses["Epoch"] == losses["Epoch"].max()]
        means = {str(name).lower(): float(newest[name].mean()) for name in newest if name not in ("Epoch", "Batch")}
        if not all(np.isfinite(mean) for mean in means.values()):
            cure = "lower the learning rates, or raise batch_size"
            raise FitError(f"{self._kind}: the training diverged in epoch {self.trained} (no finite loss); {cure}")
        return means

    def _report(self, losses: dict[str, float], now: float, pace: float) -> None:
        """One line for the first and the last epoch, and every few seconds between."""
        last = self.trained == self._epochs or self.stopped_by_clock
        if not last and self.trained > 1 and now - self._last_line < _SECONDS_BETWEEN_LINES:
            return
        self._last_line = now
        left = pace * (self._epochs - self.trained)
        if self._budget is not None:
            left = max(0.0, min(left, self._budget - (now - self._began)))
        shown = ", ".join(f"{name} {mean:.2f}" for name, mean in losses.items())
        _LOG.info(
            "%s: epoch %d of %d, %s, %.1f s so far, about %.1f s left",
            *(self._kind, self.trained, self._epochs, shown, now - self._began, 0.0 if last else left),
        )


@contextmanager
def watched(module: Any, training: Training, losses: Callable[[], pd.DataFrame]) -> Iterator[None]:
    """For the time of one fit, the training loop of ``module`` (of the package ctgan) walks through ``training``.

    ctgan offers no callback; its loop is ``for epoch in tqdm(range(epochs))`` with ``tqdm`` a global of the module.
    That one name is replaced here and always put back. It is not made for threads: Airflow runs each task in a
    process of its own, and one process fits one generator at a time.

    Raises:
        FitError: nothing walked through the epochs: this ctgan is not the one that requirements.txt pins.
    """
    original = module.tqdm
    module.tqdm = lambda epochs, **_: training.over(epochs, losses)
    try:
        yield
    finally:
        module.tqdm = original
    if not training.trained:
        raise FitError("the installed ctgan trains in another way than the one in requirements.txt; install that one")
