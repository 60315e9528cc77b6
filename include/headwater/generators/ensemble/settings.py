"""The settings of an ensemble, checked before any row is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from headwater.generators import registry
from headwater.generators.errors import SettingsError

DEFAULT_MEMBERS: tuple[dict[str, Any], ...] = ({"kind": "trees"}, {"kind": "mixture"})
MEMBERS_MAX = 8
_KEYS = {"kind", "settings"}


def checked_members(given: Any) -> list[dict[str, Any]]:
    """The members as a list of ``{kind, settings}``, each of which can be created.

    Raises:
        SettingsError: no list of such, none or too many, an unknown kind or setting, a member that is saved as a
            pickle, or an ensemble within the ensemble.
    """
    if isinstance(given, str) or not isinstance(given, Sequence) or not 1 <= len(given) <= MEMBERS_MAX:
        raise SettingsError(f"ensemble: members is a list of 1 to {MEMBERS_MAX} entries {{kind, settings}}")
    return [_checked_member(f"ensemble: members[{place}]", member) for place, member in enumerate(given)]


def _checked_member(place: str, given: Any) -> dict[str, Any]:
    member = {"kind": given} if isinstance(given, str) else given
    if not isinstance(member, dict) or not isinstance(member.get("kind"), str) or set(member) - _KEYS:
        raise SettingsError(f"{place} is a kind, or a mapping of kind and settings")
    kind, settings = member["kind"], member.get("settings") or {}
    if not isinstance(settings, dict):
        raise SettingsError(f"{place}.settings maps names to values")
    if kind == "ensemble":
        raise SettingsError(f"{place} is an ensemble; name its members here instead")
    try:
        created = registry.create(kind, settings)
    except SettingsError as error:
        raise SettingsError(f"{place}: {error}") from error
    if created.capabilities.pickled:
        cure = "an ensemble's file holds arrays alone; use trees, mixture, or a generator of your own"
        raise SettingsError(f"{place}: {kind!r} is saved as a pickle; {cure}")
    return {"kind": kind, "settings": dict(settings)}


def checked_number(name: str, given: Any, low: float, high: float) -> float:
    """A setting that is a number within ``[low, high]``. Raises: SettingsError."""
    if isinstance(given, bool) or not isinstance(given, int | float) or not low <= given <= high:
        raise SettingsError(f"ensemble: {name} is a number from {low} to {high}, not {given!r}")
    return float(given)
