"""Finds a generator by the name in the YAML. Imports it only then; knows nothing else about it."""

from __future__ import annotations

import difflib
import importlib
import inspect
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

from headwater.generators.base import Generator
from headwater.generators.errors import SettingsError

if TYPE_CHECKING:
    from headwater.spec.constraints import Constraint

BUILT_IN = {
    "copula_gan": "headwater.generators.neural.copula_gan:CopulaGan",
    "ctgan": "headwater.generators.neural.ctgan:Ctgan",
    "ensemble": "headwater.generators.ensemble.generator:Ensemble",
    "gaussian_copula": "headwater.generators.copula.generator:GaussianCopula",
    "logit_trees": "headwater.generators.logit_trees.generator:LogitTrees",
    "mixture": "headwater.generators.mixture.generator:Mixture",
    "trees": "headwater.generators.trees.generator:Trees",
    "tvae": "headwater.generators.neural.tvae:Tvae",
}
"""Kind to ``module:Class``. A user's own generator is named by its own ``package.module:Class``."""

_MEMBERS = ("fit", "sample", "sample_where", "save", "load", "kind", "capabilities")


def create(kind: str, settings: dict[str, Any], constraints: Sequence[Constraint] = ()) -> Generator:
    """An unfitted generator, which keeps ``constraints`` in every row; without any it is the member itself.

    Args:
        kind: a name of :data:`BUILT_IN`, or ``package.module:Class``.
        settings: keyword arguments of its constructor.
        constraints: of the spec.

    Raises:
        SettingsError: no such kind, it does not keep the protocol, or it does not take these settings.
    """
    member = find(kind)
    _check_settings(kind, member, settings)
    try:
        made = cast("Generator", member(**settings))
    except SettingsError:
        raise
    except (TypeError, ValueError) as error:
        raise SettingsError(
            f"generator {kind!r} refused its settings: {error}; correct candidates[].settings"
        ) from error
    if not constraints:
        return made
    from headwater.generators.constraints.generator import Constrained

    return cast("Generator", Constrained(made, constraints))


def load(kind: str, data: bytes) -> Generator:
    """A fitted generator from the bytes of its ``save``.

    Raises:
        SettingsError: no such kind.
        ModelFileError: the bytes are no such model, cut short, altered or of another version.
    """
    from headwater.generators.constraints.storing import is_constrained

    member = find(kind)
    if not is_constrained(data):
        return cast("Generator", member.load(data))
    from headwater.generators.constraints.generator import Constrained

    return cast("Generator", Constrained.load(data, member.kind, member.load))


def find(kind: str) -> Any:
    """The class of a kind.

    Raises:
        SettingsError: no such kind, its module cannot be imported, or it does not keep the protocol.
    """
    target = BUILT_IN.get(kind, kind)
    module_name, colon, class_name = target.partition(":")
    if not (colon and module_name and class_name):
        raise SettingsError(f"there is no generator kind {kind!r}; {_did_you_mean(kind)}")
    try:
        module = importlib.import_module(module_name)
    except ImportError as error:
        cure = "check the spelling, and that its folder is on PYTHONPATH and its packages are installed"
        raise SettingsError(f"the module of generator {kind!r} cannot be imported ({error}); {cure}") from error
    member = getattr(module, class_name, None)
    if not inspect.isclass(member):
        raise SettingsError(f"module {module_name!r} has no class {class_name!r}; correct the kind {kind!r}")
    lacking = [name for name in _MEMBERS if not hasattr(member, name)]
    if lacking:
        raise SettingsError(f"generator {kind!r} lacks {', '.join(lacking)}; see headwater.generators.base.Generator")
    return member


def _check_settings(kind: str, member: Any, settings: dict[str, Any]) -> None:
    parameters = [p for p in inspect.signature(member).parameters.values() if p.kind is not p.VAR_POSITIONAL]
    if any(p.kind is p.VAR_KEYWORD for p in parameters):
        return
    known = sorted(p.name for p in parameters)
    for name in settings:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            cure = f"did you mean {close[0]!r}? " if close else ""
            takes = f"it takes: {', '.join(known)}" if known else "it takes none"
            raise SettingsError(f"generator {kind!r} has no setting {name!r}; {cure}{takes}")
    needed = [p.name for p in parameters if p.default is p.empty and p.name not in settings]
    if needed:
        raise SettingsError(f"generator {kind!r} needs the setting {needed[0]!r}; add it to candidates[].settings")


def _did_you_mean(kind: str) -> str:
    close = difflib.get_close_matches(kind, BUILT_IN, n=1)
    known = f"use one of {', '.join(BUILT_IN)}, or package.module:Class"
    return f"did you mean {close[0]!r}? Otherwise {known}" if close else known
