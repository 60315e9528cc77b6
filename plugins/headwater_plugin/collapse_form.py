"""The collapse page's form: which nights and which closed alarms are asked for, and the URLs of others.

Belongs here: the parameters and what is wrong with them. Does not: queries (the ledger's), HTML (``templates/``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from headwater_plugin.index_form import FormError, read_page

NIGHTS = (30, 60, 120, 365)
"""How many nights can be asked for."""
USUAL = 60


@dataclass(frozen=True)
class CollapseForm:
    """What was asked for; ``to`` is the last night, None the newest; ``alarms`` the page of the closed alarms."""

    to: date | None = None
    nights: int = USUAL
    alarms: int = 1

    def url(self, *, to: date | None = None, alarms: int = 1) -> str:
        """The query of as many nights up to ``to``, relative to the page; ``./`` for what is usual."""
        given = {
            "to": to.isoformat() if to else "",
            "nights": str(self.nights) if self.nights != USUAL else "",
            "alarms": str(alarms) if alarms > 1 else "",
        }
        kept = {name: text for name, text in given.items() if text}
        return f"?{urlencode(kept)}" if kept else "./"


def read_collapse_form(given: Mapping[str, str]) -> CollapseForm:
    """The form of a URL's parameters; others than ours are left alone.

    Raises:
        FormError: a parameter is not what it should be.
    """
    try:
        alarms = read_page(given.get("alarms", ""))
    except FormError as wrong:
        raise FormError(str(wrong).replace("page", "alarms", 1)) from None
    return CollapseForm(_day(given.get("to", "")), _nights(given.get("nights", "")), alarms)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise FormError("to is no day: write it as 2026-01-31") from None


def _nights(text: str) -> int:
    if text and text not in map(str, NIGHTS):
        raise FormError(f"nights is none of {', '.join(map(str, NIGHTS))}")
    return int(text or USUAL)
