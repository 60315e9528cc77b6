"""The form of a dataset's generators: which page of its champions and of its retrainings is asked for.

Belongs here: the parameters and what is wrong with them. Does not: queries (the ledger's), HTML (``templates/``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from headwater_plugin.index_form import FormError, read_page


@dataclass(frozen=True)
class GeneratorsForm:
    """Numbers of pages, from 1: of the champions and of the retrainings."""

    page: int = 1
    runs: int = 1

    def url(self, page: int, runs: int) -> str:
        """The query of other pages, relative to the generators of the dataset; ``./`` for the first ones."""
        given = {name: number for name, number in (("page", page), ("runs", runs)) if number > 1}
        return f"?{urlencode(given)}" if given else "./"


def read_generators_form(given: Mapping[str, str]) -> GeneratorsForm:
    """The form of a URL's parameters; others than ours are left alone.

    Raises:
        FormError: a parameter is not what it should be.
    """
    numbers = {}
    for name in ("page", "runs"):
        try:
            numbers[name] = read_page(given.get(name, ""))
        except FormError as wrong:
            raise FormError(str(wrong).replace("page", name, 1)) from None
    return GeneratorsForm(**numbers)
