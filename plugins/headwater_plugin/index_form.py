"""The index's form: what a visitor asked for, read from the URL, and the URL of another page of the same answer.

Belongs here: the parameters and what is wrong with them. Does not: queries (the ledger's), HTML (``templates/``).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal
from urllib.parse import urlencode

PAGE_MAX = 1_000_000
CHECK_MAX = 2_000
"""Characters of a check's name: it may hold a column's."""
DATASET = re.compile(r"[a-z][a-z0-9_]{0,39}")

Verdict = Literal["", "passed", "failed"]


class FormError(ValueError):
    """A parameter that cannot be used; the message names it and says what it may be."""


@dataclass(frozen=True)
class Form:
    """What was asked for; an empty text or None asks for nothing."""

    dataset: str = ""
    from_date: date | None = None
    to_date: date | None = None
    verdict: Verdict = ""
    check: str = ""
    page: int = 1

    @property
    def is_narrowed(self) -> bool:
        """Whether anything was asked for but a page."""
        return bool(self.dataset or self.from_date or self.to_date or self.verdict or self.check)

    def url(self, page: int) -> str:
        """The query of another page of the same answer, relative to the index."""
        texts = {
            "dataset": self.dataset,
            "from": self.from_date.isoformat() if self.from_date else "",
            "to": self.to_date.isoformat() if self.to_date else "",
            "verdict": self.verdict,
            "check": self.check,
            "page": str(page) if page > 1 else "",
        }
        return "?" + urlencode({name: text for name, text in texts.items() if text})


def read_form(given: Mapping[str, str]) -> Form:
    """The form of a URL's parameters; others than ours are left alone.

    Raises:
        FormError: a parameter is not what it should be.
    """
    form = Form(
        dataset=_dataset(given.get("dataset", "")),
        from_date=_day("from", given.get("from", "")),
        to_date=_day("to", given.get("to", "")),
        verdict=_verdict(given.get("verdict", "")),
        check=_check(given.get("check", "")),
        page=read_page(given.get("page", "")),
    )
    if form.from_date and form.to_date and form.from_date > form.to_date:
        raise FormError(f"from ({form.from_date}) is later than to ({form.to_date}): exchange them")
    return form


def _dataset(text: str) -> str:
    if text and not DATASET.fullmatch(text):
        raise FormError("dataset is no dataset's name: small letters, digits and underscores, at most 40")
    return text


def _day(name: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise FormError(f"{name} is no day: write it as 2026-01-31") from None


def _verdict(text: str) -> Verdict:
    if text == "passed":
        return "passed"
    if text == "failed":
        return "failed"
    if text:
        raise FormError("verdict is neither passed nor failed")
    return ""


def _check(text: str) -> str:
    if len(text) > CHECK_MAX or "\x00" in text:
        raise FormError(f"check is no check's name: at most {CHECK_MAX:,} characters, none of them NUL")
    return text


def read_page(text: str) -> int:
    """The number of a page, 1 where none is given. Raises: FormError."""
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(PAGE_MAX))
    if text and not (is_number and 1 <= int(text) <= PAGE_MAX):
        raise FormError(f"page is no number between 1 and {PAGE_MAX:,}")
    return int(text or 1)
