"""What the neural members have in common: the way from a table to SDV and back, and to a model file.

Belongs here: settings that all of them take, fit, sample, sample_where, save and load. Does not: what a network is,
which the members' own files say, or how SDV is trained and drawn from (``synthesizer``).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Self

import pandas as pd

from headwater.generators.base import Capabilities, Conditional, Conditions
from headwater.generators.bridge import Bridge, learn_bridge
from headwater.generators.conditions import wanted
from headwater.generators.errors import FitError
from headwater.generators.made import check_made, made_column
from headwater.generators.neural import settings
from headwater.generators.neural.rare import joined, learn_rare, parted
from headwater.generators.neural.rejection import cannot_be_met, search, seen_codes
from headwater.generators.neural.storing import Learned, pack_learned, pickled, unpack_learned, unpickled
from headwater.generators.neural.synthesizer import draw, train
from headwater.generators.neural.training import Training
from headwater.tables.schema import TableSchema


@dataclass(eq=False, repr=False, kw_only=True)
class Neural(ABC):
    """A neural synthesizer of SDV 2 (licence BUSL-1.1) behind the generator protocol.

    SDV's settings keep SDV's names and defaults; the members list them. Headwater's own, for every neural member:
        time_budget_seconds: training stops after it, counted from the beginning of the fit (None: never). An epoch
            begins only if, at the pace so far, it ends within the budget; the first one always does. A model that the
            clock stopped is not reproducible by its seed: another run may train more epochs or fewer.
        max_categories: a column with more categories keeps this number less one; the rarest are learned together as
            one, and drawn apart again by their real frequencies. See ``rare``. The patterns of missing values over all
            columns are such a column too; see ``missing_patterns``.
        match_shares: after training, move the shares of categories, of the patterns of missing values and of the
            components of columns of numbers to the real ones; see ``shares``. False draws as SDV does.

    Settings of SDV that are not offered: ``enable_gpu`` (always off: results on a GPU do not repeat), ``verbose``
    (progress goes to the log), ``enforce_rounding`` and ``locales`` (Headwater restores precision, and makes personal
    data itself).

    The model file is a pickle inside Headwater's container. ``load`` runs what it says: the caller must have compared
    the file's SHA-256 with the ledger's before. Only the versions of SDV and torch that wrote it read it.
    """

    kind: ClassVar[str]
    capabilities: ClassVar[Capabilities] = Capabilities(exact_conditions=False, pickled=True, missing_values=True)
    loop: ClassVar[str]
    """The module of ctgan whose training loop is watched."""

    epochs: int = 300
    enforce_min_max_values: bool = True
    time_budget_seconds: float | None = None
    max_categories: int = 200
    match_shares: bool = True

    def __post_init__(self) -> None:
        """Check the settings. Raises: SettingsError naming setting and cure."""
        settings.whole(self.kind, "epochs", self.epochs, 1)
        settings.flag(self.kind, "enforce_min_max_values", self.enforce_min_max_values)
        if self.time_budget_seconds is not None:
            settings.real(self.kind, "time_budget_seconds", self.time_budget_seconds, zero=False)
        settings.whole(self.kind, "max_categories", self.max_categories, 2)
        settings.flag(self.kind, "match_shares", self.match_shares)
        self.check()
        self._learned: Learned | None = None
        self._synthesizer: Any = None

    @property
    def epochs_trained(self) -> int:
        """Epochs behind the model; 0 before a fit, and where no column had anything to learn."""
        return self._learned.epochs_trained if self._learned else 0

    @property
    def stopped_by_clock(self) -> bool:
        """Whether the time budget ended the training."""
        return self._learned is not None and self._learned.stopped_by_clock

    @abstractmethod
    def check(self) -> None:
        """Check the member's own settings. Raises: SettingsError."""

    @abstractmethod
    def arguments(self, bridge: Bridge) -> dict[str, Any]:
        """The member's own settings as SDV takes them. Raises: SettingsError, for a column that is not there."""

    @abstractmethod
    def build(self, metadata: Any, arguments: dict[str, Any]) -> Any:
        """SDV's unfitted synthesizer, on the CPU."""

    @abstractmethod
    def finish(self, model: Any, plain: pd.DataFrame) -> None:
        """What the member changes in ctgan's model after it was trained on ``plain``."""

    def fit(self, rows: pd.DataFrame, schema: TableSchema, seed: int) -> Self:
        """Learn from ``rows``, at least 2, conforming to ``schema``. Same input, same model, on the same kind of CPU.

        A table shorter than ``batch_size`` is learned too, in one step an epoch.

        Raises:
            FitError: fewer than 2 rows, infinities, free text, an id or pii column that cannot be made, or a training
                that diverged.
            SettingsError: a setting names a column that the table does not have.
        """
        training = Training(self.kind, self.epochs, self.time_budget_seconds)
        if len(rows) < 2:
            raise FitError(f"the table has {len(rows)} rows to learn from; give at least 2 (in practice 500 or more)")
        check_made(schema)
        bridge = learn_bridge(rows, schema)
        arguments = self.arguments(bridge) | {"enforce_min_max_values": self.enforce_min_max_values}
        plain = bridge.cross(rows)
        codes = [name for name, sdtype in bridge.names.items() if sdtype == "categorical"]
        rare = learn_rare(plain, codes, self.max_categories)
        synthesizer = None
        if bridge.names:
            synthesizer = train(
                joined(plain, rare),
                bridge.names,
                lambda metadata: self.build(metadata, arguments),
                self.finish,
                kind=self.kind,
                loop=self.loop,
                training=training,
                seed=seed,
            )
        ended = training.trained, training.stopped_by_clock
        self._learned = Learned(bridge, rare, seen_codes(rows, bridge), pickled(synthesizer), *ended)
        self._synthesizer = synthesizer
        return self

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        """``n`` rows conforming to the schema. Same model, n and seed: same rows, in any process.

        Raises:
            ValueError: ``n`` is below 0, or the generator is not fitted.
        """
        if n < 0:
            raise ValueError(f"cannot make {n} rows; ask for 0 or more")
        bridge = self._fitted().bridge
        return bridge.back(self._plain(n, seed), n, _made(bridge, n, seed))

    def sample_where(self, conditions: Conditions, n: int, seed: int) -> Conditional:
        """Up to ``n`` rows that meet ``conditions``, from at most ``50 n + 200,000`` candidates.

        By rejection: SDV's own conditional sampling of these networks may never end.

        Raises:
            ValueError: a condition names an unknown or unlearned column, or a category that does not exist.
        """
        bridge = self._fitted().bridge
        asked = wanted(conditions, bridge.schema, {codec.position: codec for codec in bridge.codecs})
        if n < 1 or cannot_be_met(asked, bridge, self._fitted().seen):
            return Conditional(self.sample(0, seed), max(n, 0))
        unmade = _made(bridge, 0, seed)

        def candidates(size: int, part: int) -> pd.DataFrame:
            blank = {position: values.reindex(range(size)) for position, values in unmade.items()}
            return bridge.back(self._plain(size, part), size, blank)

        found = search(candidates, lambda rows: bridge.meets(rows, asked), n, seed)
        for position, values in _made(bridge, len(found), seed).items():
            found[bridge.schema.names[position]] = values
        return Conditional(found, n - len(found))

    def save(self) -> bytes:
        """The model as a container around SDV's pickle."""
        return pack_learned(self.kind, asdict(self), self._fitted())

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model of :meth:`save`. Runs the pickle inside: compare the file's hash with the ledger's first.

        Raises:
            ModelFileError: cut short, altered, of another kind or version, made by another SDV, or inconsistent within.
        """
        stored, learned = unpack_learned(cls.kind, data)
        member = cls(**stored)
        member._synthesizer = unpickled(learned.pickled)
        member._learned = learned
        return member

    def _plain(self, n: int, seed: int) -> pd.DataFrame:
        names = list(self._fitted().bridge.names)
        if self._synthesizer is None or n == 0:
            return pd.DataFrame({name: [] for name in names})
        return parted(draw(self._synthesizer, n, seed)[names], self._fitted().rare, seed)

    def _fitted(self) -> Learned:
        if self._learned is None:
            raise ValueError(f"this {self.kind} generator has learned nothing yet; call fit or load first")
        return self._learned


def _made(bridge: Bridge, rows: int, seed: int) -> dict[int, pd.Series]:
    """The columns that are never learned, by position."""
    every = enumerate(bridge.schema.columns)
    return {place: made_column(column, place, rows, seed) for place, column in every if not column.is_learned}
