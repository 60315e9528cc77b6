"""The ``gaussian_copula`` member: SDV's GaussianCopulaSynthesizer behind the generator protocol. SDV 2 is BUSL-1.1."""

from __future__ import annotations

import pickle
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd

from headwater.generators.base import Capabilities, Conditional, Conditions
from headwater.generators.bridge import Bridge, learn_bridge
from headwater.generators.columns import encode
from headwater.generators.conditions import Wanted, wanted
from headwater.generators.errors import FitError, ModelFileError, SettingsError
from headwater.generators.made import check_made, made_column
from headwater.generators.model_file import pack, unpack
from headwater.tables.schema import TableSchema

VERSION = 1
DISTRIBUTIONS = ("norm", "beta", "truncnorm", "uniform", "gamma", "gaussian_kde")
_ROUND_ROWS = 2_000
_ROUNDS = 20


class GaussianCopula:
    """Marginals of each column, joined by one normal copula (Patki, Wedge and Veeramachaneni 2016, on SDV 2).

    Settings, as SDV means them:
        default_distribution: of columns of numbers; one of :data:`DISTRIBUTIONS`.
        numerical_distributions: column name to its own distribution.
        enforce_min_max_values: let SDV keep to the range itself; Headwater does in any case.

    Its model file is a pickle. ``load`` runs what the file says: the caller must have compared the file's SHA-256 with
    the ledger's before.
    """

    kind: ClassVar[str] = "gaussian_copula"
    capabilities: ClassVar[Capabilities] = Capabilities(exact_conditions=False, pickled=True, missing_values=True)

    def __init__(
        self,
        default_distribution: str = "beta",
        numerical_distributions: dict[str, str] | None = None,
        enforce_min_max_values: bool = True,
    ) -> None:
        if numerical_distributions is not None and not isinstance(numerical_distributions, dict):
            raise SettingsError("gaussian_copula: numerical_distributions maps column names to distributions")
        self.default_distribution = _known(default_distribution, "default_distribution")
        self.numerical_distributions = {
            name: _known(one, f"numerical_distributions[{name!r}]")
            for name, one in (numerical_distributions or {}).items()
        }
        self.enforce_min_max_values = enforce_min_max_values
        self._bridge: Bridge | None = None
        self._synthesizer: Any = None

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
        distributions = self._distributions(bridge)
        self._bridge, self._synthesizer = bridge, None
        if bridge.names:
            with _quiet(seed):
                self._synthesizer = _synthesizer(
                    bridge.names, self._settings() | {"numerical_distributions": distributions}
                )
                self._synthesizer.fit({"t": bridge.cross(rows)})
        return self

    def sample(self, n: int, seed: int) -> pd.DataFrame:
        """``n`` rows conforming to the schema. Same model, n and seed: same rows, in any process.

        Raises:
            ValueError: ``n`` is below 0, or the generator is not fitted.
        """
        if n < 0:
            raise ValueError(f"cannot make {n} rows; ask for 0 or more")
        bridge = self._fitted()
        made = {
            position: made_column(column, position, n, seed)
            for position, column in enumerate(bridge.schema.columns)
            if not column.is_learned
        }
        return bridge.back(self._plain(n, seed), n, made)

    def sample_where(self, conditions: Conditions, n: int, seed: int) -> Conditional:
        """Up to ``n`` rows that meet ``conditions``: by rejection, at most 20 rounds of ``max(n, 2,000)`` rows.

        Raises:
            ValueError: a condition names an unknown or unlearned column, or a category that does not exist.
        """
        bridge = self._fitted()
        asked = wanted(conditions, bridge.schema, {codec.position: codec for codec in bridge.codecs})
        size = max(n, _ROUND_ROWS)
        found: list[pd.DataFrame] = []
        count = 0
        for round_seed in np.random.SeedSequence(seed).generate_state(_ROUNDS, np.uint64).tolist():
            if count >= n:
                break
            rows = self.sample(size, round_seed)
            rows = rows[_meets(rows, asked, bridge)].iloc[: n - count]
            count += len(rows)
            found.append(rows)
        rows = pd.concat(found, ignore_index=True) if found else self.sample(0, seed)
        return Conditional(rows, n - count)

    def save(self) -> bytes:
        """The model as a container around SDV's pickle."""
        import cloudpickle  # type: ignore[import-untyped]
        import sdv

        body = np.frombuffer(cloudpickle.dumps(self._synthesizer), dtype=np.uint8)
        settings = self._settings() | {"numerical_distributions": self.numerical_distributions}
        meta = {"settings": settings, "bridge": self._fitted().to_json(), "sdv": sdv.__version__}
        return pack(self.kind, VERSION, meta, {"pickle": body})

    @classmethod
    def load(cls, data: bytes) -> Self:
        """The model of :meth:`save`. Runs the pickle inside: compare the file's hash with the ledger's first.

        Raises:
            ModelFileError: cut short, altered, of another kind or version, or made by another SDV.
        """
        meta, arrays = unpack(data, cls.kind, VERSION)
        import sdv

        if meta.get("sdv") != sdv.__version__:
            made, here = meta.get("sdv"), sdv.__version__
            raise ModelFileError(f"the model file was made by SDV {made}, here is SDV {here}; retrain the dataset")
        member = cls(**meta["settings"])
        member._bridge = Bridge.from_json(meta["bridge"])
        member._synthesizer = pickle.loads(arrays["pickle"].tobytes())  # noqa: S301 - see Capabilities.pickled
        return member

    def _plain(self, n: int, seed: int) -> pd.DataFrame:
        """SDV's own rows. Every loaded SDV model returns the same rows unless it is seeded: here it always is."""
        if self._synthesizer is None or n == 0:
            return pd.DataFrame({name: [] for name in self._fitted().names})
        with _quiet(seed):
            self._synthesizer.reset_sampling()
            self._synthesizer._set_random_state(_seed32(seed))
            plain: pd.DataFrame = self._synthesizer.sample(n)["t"]
        return plain

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


def _synthesizer(names: dict[str, str], settings: dict[str, Any]) -> Any:
    from sdv.metadata import Metadata
    from sdv.single_table import GaussianCopulaSynthesizer

    metadata = Metadata()
    metadata.add_table("t")
    for name, sdtype in names.items():
        metadata.add_column(name, table_name="t", sdtype=sdtype)
    return GaussianCopulaSynthesizer(metadata, enforce_rounding=False, **settings)


def _meets(rows: pd.DataFrame, asked: dict[int, Wanted], bridge: Bridge) -> np.ndarray:
    """Which rows meet every condition: bool, shape ``(rows,)``."""
    met = np.ones(len(rows), dtype=bool)
    for codec in bridge.codecs:
        if codec.position in asked:
            column = bridge.schema.columns[codec.position]
            values = rows[column.name]
            met &= asked[codec.position].holds(encode(values, column, codec), values.isna().to_numpy())
    return met


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
