"""The overview's form: what a visitor asked for, read from the URL, and the URL of another page of the same answer.

Belongs here: the parameters and what is wrong with them. Does not: queries (the ledger's), HTML (``templates/``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from headwater_plugin.index_form import FormError, read_page

TEXT_MAX = 40
"""Characters of a dataset's name."""


@dataclass(frozen=True)
class OverviewForm:
    """What was asked for; an empty text asks for nothing."""

    text: str = ""
    is_trouble: bool = False
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was asked for but a page."""
        return bool(self.text or self.is_trouble)

    def url(self, page: int) -> str:
        """The query of another page of the same answer, relative to the overview; empty for its plain first page."""
        texts = {
            "text": self.text,
            "show": "trouble" if self.is_trouble else "",
            "page": str(page) if page > 1 else "",
        }
        given = {name: text for name, text in texts.items() if text}
        return f"?{urlencode(given)}" if given else ""


def read_overview_form(given: Mapping[str, str]) -> OverviewForm:
    """The form of a URL's parameters; others than ours are left alone.

    Raises:
        FormError: a parameter is not what it should be.
    """
    text, show = given.get("text", "").strip().lower(), given.get("show", "")
    if len(text) > TEXT_MAX or "\x00" in text:
        raise FormError(f"text is no part of a dataset's name: at most {TEXT_MAX} characters, none of them NUL")
    if show not in ("", "trouble"):
        raise FormError("show is neither empty nor trouble")
    return OverviewForm(text, show == "trouble", read_page(given.get("page", "")))
