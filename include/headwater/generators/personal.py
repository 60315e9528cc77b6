"""Personal data: made by Faker through RDT from a fixed pool, never learned. Ids are in ``identifiers``.

Faker makes some 10,000 values a second, far too few for a batch. So each kind has one or two pools of 1,000 parts, made
once a process from a fixed seed, and a value is one part of each, drawn by the sample's seed. Mail addresses end in
the domains that RFC 2606 reserves for examples, so that no letter ever reaches a person; social security numbers are
such as were never given to anybody.

RDT's AnonymizedFaker seeds Faker by the column it is fitted on. Here that column is two constant words: no real value
ever reaches it. RDT 2 is BUSL-1.1; see docs/decisions/0009.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from headwater.generators.errors import FitError
from headwater.tables.schema import ColumnSchema

_POOL = 1_000
_POOL_SEED = 1974
_LOCALES = ("en_US",)


class _Fake(NamedTuple):
    """A function of a Faker provider (None: Faker's own) with its arguments."""

    provider: str | None
    function: str
    arguments: dict[str, Any] | None = None


_FIRST_NAME = _Fake("person", "first_name")
_LAST_NAME = _Fake("person", "last_name")
_CITY = _Fake("address", "city")
_DOMAIN = _Fake(None, "random_element", {"elements": ("example.com", "example.org", "example.net")})

_Pieces = tuple[_Fake | str, ...]
_POOLS: dict[str, tuple[_Pieces, ...]] = {
    "name": ((_FIRST_NAME,), (" ", _LAST_NAME)),
    "email": ((_FIRST_NAME, ".", _LAST_NAME), (_Fake(None, "random_int", {"min": 1, "max": 9999}), "@", _DOMAIN)),
    "phone_number": ((_Fake(None, "numerify", {"text": "+1-2##-555"}),), (_Fake(None, "numerify", {"text": "-01##"}),)),
    "address": (
        (_Fake("address", "building_number"), " ", _Fake("address", "street_name"), ", "),
        (_CITY, ", ", _Fake("address.en_US", "state_abbr"), " ", _Fake("address", "postcode")),
    ),
    "city": ((_CITY,),),
    "company": ((_Fake("company", "company"),),),
    "iban": ((_Fake("bank", "iban"),),),
    "ssn": ((_Fake("ssn.en_US", "invalid_ssn"),),),
    "ipv4": (
        ("10.", _Fake(None, "random_int", {"min": 0, "max": 255}), "."),
        (_Fake(None, "random_int", {"min": 0, "max": 255}), ".", _Fake(None, "random_int", {"min": 1, "max": 254})),
    ),
}
"""Kind to the pieces of its pools, in the order in which they are joined."""

KINDS = tuple(_POOLS)


def check_personal(column: ColumnSchema) -> None:
    """Raise :class:`FitError` when no values can be made for the column."""
    if column.pii not in _POOLS:
        said = "does not say which kind of personal data it holds" if column.pii is None else f"has pii {column.pii!r}"
        raise FitError(f"pii column {column.name!r} {said}; set pii to one of: {', '.join(KINDS)}")
    if column.storage != "text":
        cure = "read it as text in the source, or declare it id"
        raise FitError(f"pii column {column.name!r} is stored as {column.storage}, but {column.pii} is text; {cure}")


def fresh_personal(column: ColumnSchema, position: int, rows: int, seed: int) -> pd.Series:
    """Values of the column's kind of personal data: dtype string, never missing, repeats allowed.

    Args:
        column: its ``pii`` names the kind.
        position: of the column in the schema; two columns of a kind differ by it.
        rows: how many.
        seed: of the sample.
    """
    kind = str(column.pii)
    digest = hashlib.sha256(f"headwater pii/{seed}/{position}".encode()).digest()
    rng = np.random.Generator(np.random.PCG64(int.from_bytes(digest, "big")))
    parts = [pool[rng.integers(0, _POOL, rows)] for pool in _pools(kind)]
    return pd.Series(parts[0] if len(parts) == 1 else parts[0] + parts[1], dtype="string")


@cache
def _pools(kind: str) -> tuple[np.ndarray, ...]:
    """The parts of a kind: one or two object arrays of 1,000 texts each."""
    pools = []
    for number, pieces in enumerate(_POOLS[kind]):
        pool = np.full(_POOL, "", dtype=object)
        for place, piece in enumerate(pieces):
            pool = pool + (piece if isinstance(piece, str) else _faked(piece, f"{kind}.{number}.{place}"))
        pools.append(np.array([text.lower() for text in pool], dtype=object) if kind == "email" else pool)
    return tuple(pools)


def _faked(fake: _Fake, seed_word: str) -> np.ndarray:
    """1,000 texts of a Faker function, decided by the seed word: object array."""
    from rdt.transformers import AnonymizedFaker

    column = "part"
    maker = AnonymizedFaker(
        fake.provider, fake.function, fake.arguments, locales=list(_LOCALES), missing_value_generation=None
    )
    maker.fit(pd.DataFrame({column: [seed_word, str(_POOL_SEED)]}), column)
    made = maker.reverse_transform(pd.DataFrame(index=range(_POOL)))[column]
    return np.array([str(text) for text in made], dtype=object)
