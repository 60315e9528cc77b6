"""The ``copula_gan`` member: SDV's CopulaGANSynthesizer, CTGAN on normalised columns. SDV 2 is BUSL-1.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from headwater.generators.bridge import Bridge
from headwater.generators.errors import SettingsError
from headwater.generators.neural import settings
from headwater.generators.neural.ctgan import Ctgan


@dataclass(eq=False, repr=False, kw_only=True)
class CopulaGan(Ctgan):
    """CTGAN, trained on columns of numbers that their fitted distribution has made normal (on SDV 2).

    Settings of SDV: those of :class:`Ctgan`, and
        default_distribution: of columns of numbers and dates, one of :data:`settings.DISTRIBUTIONS` (beta).
        numerical_distributions: column name to its own distribution (none).

    See :class:`Neural` for Headwater's own settings.
    """

    kind: ClassVar[str] = "copula_gan"

    default_distribution: str = "beta"
    numerical_distributions: Mapping[str, str] | None = None

    def check(self) -> None:
        """Check the member's own settings. Raises: SettingsError."""
        super().check()
        settings.distribution(self.kind, "default_distribution", self.default_distribution)
        given = {} if self.numerical_distributions is None else self.numerical_distributions
        if not isinstance(given, dict):
            cure = "write one line 'column: distribution' for each"
            raise SettingsError(f"{self.kind}: numerical_distributions maps column names to distributions; {cure}")
        for name, one in given.items():
            settings.distribution(self.kind, f"numerical_distributions[{name!r}]", one)
        self.numerical_distributions = dict(given)

    def arguments(self, bridge: Bridge) -> dict[str, Any]:
        """The settings as SDV takes them, columns by SDV's names; a constant column has no distribution.

        Raises:
            SettingsError: ``numerical_distributions`` names a column that is not one of numbers or dates.
        """
        schema, forms = bridge.schema, {codec.position: codec.form for codec in bridge.codecs}
        named = {}
        for name, one in (self.numerical_distributions or {}).items():
            position = schema.names.index(name) if name in schema.names else -1
            if forms.get(position) in ("codes", None):
                cure = "name a numerical or datetime column of the table"
                raise SettingsError(f"{self.kind}: numerical_distributions names {name!r}; {cure}")
            named[f"c{position}"] = one
        learned = {name: one for name, one in named.items() if name in bridge.names}
        own = {"default_distribution": self.default_distribution, "numerical_distributions": learned}
        return super().arguments(bridge) | own

    def build(self, metadata: Any, arguments: dict[str, Any]) -> Any:
        """SDV's unfitted synthesizer, on the CPU."""
        from sdv.single_table import CopulaGANSynthesizer

        return CopulaGANSynthesizer(metadata, enforce_rounding=False, enable_gpu=False, **arguments)
