"""The ``gaussian_copula`` member: SDV's copula behind the generator protocol. The method is in the files beside it.

SDV 2 is under BUSL-1.1: run it, do not sell it as a service.
"""

from __future__ import annotations

import logging
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from headwater.generators.base import Capabilities, Conditional, Conditions
from headwater.generators.bridge import Bridge, learn_bridge
from headwater.generators.conditions import wanted
from headwater.generators.copula.asking import numbers_where, rejected
from headwater.generators.copula.compiled import Compiled
from headwater.generators.copula.compiling import CannotCompileError, compile_synthesizer
from headwater.generators.copula.sdv_sampler import fit_synthesizer, sample_synthesizer
from headwater.generators.copula.storing import KIND, MISFIT, Stored, pack_copula, unpack_copula
from headwater.generators.errors import FitError, ModelFileError, SettingsError
from headwater.generators.made import check_made, made_column
from headwater.tables.schema import TableSchema

LOGGER = logging.getLogger(__name__)
DISTRIBUTIONS = ("norm", "beta", "truncnorm", "uniform", "gamma", "gaussian_kde")


class GaussianCopula:
    """Marginals of each column, joined by one normal copula (Patki, Wedge and Veeramachaneni 2016, fitted by SDV 2).

    What SDV fitted is compiled to numpy tables, from which rows of the same distribution come 20 times as fast. Where a
    part has no table SDV samples, and a warning of the log names the columns and the reason; so does
    :attr:`fallback_reason`.

    Which values of a row are missing is one column of the copula, its categories the patterns of the real rows; so they
    are missing together as often as in them (see ``missing_patterns``).

    Settings, as SDV means them:
        default_distribution: of all columns that have no own one; one of :data:`DISTRIBUTIONS`.
        numerical_distributions: name of a numerical or datetime column to its own distribution.
        enforce_min_max_values: let SDV keep to the range itself; Headwater does in any case.

    Headwater's own setting:
        fast: compile (the default). False keeps SDV's sampler, to compare the two.

    Not settings, because the bridge to SDV decides them: ``metadata`` (made from the table's schema),
    ``enforce_rounding`` (Headwater rounds on its own lattices) and ``locales`` (personal data never reach SDV).

    A compiled model is stored as arrays and JSON. With SDV's sampler the model file holds a pickle, and ``load`` runs
    what it says: the caller must have compared the file's SHA-256 with the ledger's before.
    """

    kind: ClassVar[str] = KIND
    capabilities: ClassVar[Capabilities] = Capabilities(exact_conditions=True, pickled=True, missing_values=True)

    def __init__(
        self,
        default_distribution: str = "beta",
        numerical_distributions: dict[str, str] | None = None,
        enforce_min_max_values: bool = True,
        fast: bool = True,
    ) -> None:
        if numerical_distributions is not None and not isinstance(numerical_distributions, dict):
            raise SettingsError("gaussian_copula: numerical_distributions maps column names to distributions")
        self.default_distribution = _known(default_distribution, "default_distribution")
        self.numerical_distributions = {
            name: _known(one, f"numerical_distributions[{name!r}]")
            for name, one in (numerical_distributions or {}).items()
        }
        self.enforce_min_max_values = _switch(enforce_min_max_values, "enforce_min_max_values")
        self.fast = _switch(fast, "fast")
        self._bridge: Bridge | None = None
        self._compiled: Compiled | None = None
        self._synthesizer: Any = None
        self._reason: str | None = None

    @property
    def compiled(self) -> bool:
        """Whether rows come from compiled tables; False where SDV samples, and before ``fit``."""
        return self._compiled is not None

    @property
    def fallback_reason(self) -> str | None:
        """Why SDV samples, with the names of the columns; None where the tables do, and before ``fit``."""
        return self._reason

    def fit(self, rows: pd.DataFrame, schema: TableSchema, seed: int) -> Self:
        """Learn from ``rows``, at least 2, conforming to ``schema``. Same input, same model.

        Raises:
            FitError: fewer than 2 rows, infinities, free text, or an id or pii column that cannot be made.
            SettingsError: ``numerical_distributions`` names a column that is not one of numbers.
        """
        if len(rows) < 2:
            raise FitError(f"the table has {len(rows)} rows to learn from; give at least 2 (in practice 100 or more)")
        check_made(schema)
        bridge = learn_bridge(rows, schema)
        settings = self._settings() | {"numerical_distributions": self._distributions(bridge)}
        self._bridge, self._compiled, self._synthesizer, self._reason = bridge, None, None, None
        if not bridge.names:
            self._compiled = Compiled({}, np.zeros((0, 0)))
            return self
        synthesizer = fit_synthesizer(bridge.names, settings, bridge.cross(rows), seed)
        self._keep(synthesizer, bridge)
        return self

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        """``n`` rows conforming to the schema. Same model, n and seed: same rows, in any process, on any threads.

        Raises:
            ValueError: ``n`` is below 0, or the generator is not fitted.
        """
        _check_count(n)
        bridge = self._fitted()
        if self._compiled is not None:
            return bridge.table(self._compiled.sample(n, seed, bridge), n, _made(bridge, n, seed))
        plain = (
            sample_synthesizer(self._synthesizer, n, seed) if n else pd.DataFrame({name: [] for name in bridge.names})
        )
        return bridge.back(plain, n, _made(bridge, n, seed))

    def sample_where(self, conditions: Conditions, n: int, seed: int) -> Conditional:
        """Up to ``n`` rows that meet ``conditions``, drawn from the exact conditional distribution of the tables.

        One condition is drawn directly. Several are proposed by minimax tilting and kept with the chance that makes
        them exact, from at most ``50 n + 200,000`` candidates (see ``conditional``). Equality on a real number of
        probability 0 means the conditional normal at its score. With SDV's sampler: plain rejection, at most 20 rounds
        of ``max(n, 2,000)`` rows.

        Raises:
            ValueError: ``n`` is below 0; a condition names an unknown or unlearned column, or a category that does
                not exist.
        """
        _check_count(n)
        bridge = self._fitted()
        asked = wanted(conditions, bridge.schema, {codec.position: codec for codec in bridge.codecs})
        if self._compiled is None:
            return rejected(self.sample, bridge, asked, n, seed)
        numbers, found = numbers_where(self._compiled, bridge, asked, n, seed)
        return Conditional(bridge.table(numbers, found, _made(bridge, found, seed)), n - found)

    def save(self) -> bytes:
        """The model in a versioned format: arrays and JSON, around SDV's pickle only where SDV samples."""
        settings = self._settings() | {"numerical_distributions": self.numerical_distributions, "fast": self.fast}
        return pack_copula(Stored(settings, self._fitted(), self._compiled, self._synthesizer, self._reason))

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model of :meth:`save`. Runs the pickle if there is one: compare the file's hash with the ledger's first.

        Raises:
            ModelFileError: cut short, altered, of another kind or version, made by another SDV, or inconsistent.
        """
        stored = unpack_copula(data)
        try:
            member = cls(**stored.settings)
        except (TypeError, SettingsError) as error:
            raise ModelFileError(MISFIT) from error
        member._bridge, member._compiled = stored.bridge, stored.compiled
        member._synthesizer, member._reason = stored.synthesizer, stored.reason
        return member

    def _keep(self, synthesizer: Any, bridge: Bridge) -> None:
        """Keep the tables of what SDV fitted, or SDV's model and the reason why it is needed."""
        if not self.fast:
            self._synthesizer, self._reason = synthesizer, "the setting fast is false"
            return
        try:
            self._compiled = compile_synthesizer(synthesizer, bridge)
        except CannotCompileError as error:
            self._synthesizer, self._reason = synthesizer, str(error)
            LOGGER.warning("gaussian_copula samples by SDV, slowly, because it cannot be compiled: %s", error)

    def _settings(self) -> dict[str, Any]:
        return {
            "default_distribution": self.default_distribution,
            "enforce_min_max_values": self.enforce_min_max_values,
        }

    def _distributions(self, bridge: Bridge) -> dict[str, str]:
        """``numerical_distributions`` by SDV's names; constant columns have none."""
        schema, forms = bridge.schema, {codec.position: codec.form for codec in bridge.codecs}
        for name in self.numerical_distributions:
            if name not in schema.names or forms.get(schema.names.index(name)) in ("codes", None):
                cure = "name a numerical or datetime column of the table"
                raise SettingsError(f"gaussian_copula: numerical_distributions names {name!r}; {cure}")
        named = {f"c{schema.names.index(name)}": one for name, one in self.numerical_distributions.items()}
        return {name: one for name, one in named.items() if name in bridge.names}

    def _fitted(self) -> Bridge:
        if self._bridge is None:
            raise ValueError("this gaussian_copula generator has learned nothing yet; call fit or load first")
        return self._bridge


def _known(distribution: str, setting: str) -> str:
    if distribution not in DISTRIBUTIONS:
        raise SettingsError(f"gaussian_copula: {setting} is one of {', '.join(DISTRIBUTIONS)}, not {distribution!r}")
    return distribution


def _switch(value: bool, setting: str) -> bool:
    if not isinstance(value, bool):
        raise SettingsError(f"gaussian_copula: {setting} is true or false, not {value!r}")
    return value


def _check_count(n: int) -> None:
    if n < 0:
        raise ValueError(f"cannot make {n} rows; ask for 0 or more")


def _made(bridge: Bridge, n: int, seed: int) -> dict[int, pd.Series]:
    """The columns that are never learned, by position."""
    return {
        position: made_column(column, position, n, seed)
        for position, column in enumerate(bridge.schema.columns)
        if not column.is_learned
    }
