"""Personal data: made by Faker from a fixed pool, never learned from real rows. Ids are in ``identifiers``.

Faker makes some 10,000 values a second, far too few for a batch. So each kind has two pools of 1,000 parts, made
once a process from a fixed seed, and a value is one part of each, drawn by the sample's seed. Mail addresses end in
the domains that RFC 2606 reserves for examples, so that no letter ever reaches a person.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from headwater.generators.errors import FitError
from headwater.tables.schema import ColumnSchema

if TYPE_CHECKING:
    from faker import Faker

Part = Callable[["Faker"], str]
_POOL = 1_000
_POOL_SEED = 1974

_PARTS: dict[str, tuple[Part, Part | None, str]] = {
    "name": (lambda f: f.first_name(), lambda f: f.last_name(), " "),
    "email": (
        lambda f: f"{f.first_name()}.{f.last_name()}".lower(),
        lambda f: f"{f.random_int(1, 9999)}@{f.random_element(('example.com', 'example.org', 'example.net'))}",
        "",
    ),
    "phone_number": (lambda f: f.numerify("+1-2##-555"), lambda f: f.numerify("-01##"), ""),
    "address": (
        lambda f: f"{f.building_number()} {f.street_name()}",
        lambda f: f"{f.city()}, {f.state_abbr()} {f.postcode()}",
        ", ",
    ),
    "city": (lambda f: f.city(), None, ""),
    "company": (lambda f: f.company(), None, ""),
    "iban": (lambda f: f.iban(), None, ""),
    "ssn": (lambda f: f.ssn(), None, ""),
    "ipv4": (lambda f: f.numerify("10.%."), lambda f: f"{f.random_int(0, 255)}.{f.random_int(1, 254)}", ""),
}
"""Kind to its first part, its second part (None: the first is all) and what joins them."""

KINDS = tuple(_PARTS)


def check_personal(column: ColumnSchema) -> None:
    """Raise :class:`FitError` when no values can be made for the column."""
    if column.pii not in _PARTS:
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
    first, second = _pools(kind)
    values = first[rng.integers(0, len(first), rows)]
    if second is not None:
        values = values + _PARTS[kind][2] + second[rng.integers(0, len(second), rows)]
    return pd.Series(values, dtype="string")


@cache
def _pools(kind: str) -> tuple[np.ndarray, np.ndarray | None]:
    """The parts of a kind: object arrays of 1,000 texts each."""
    from faker import Faker

    fake = Faker("en_US")
    fake.seed_instance(_POOL_SEED)
    first, second, _ = _PARTS[kind]
    heads = np.array([first(fake) for _ in range(_POOL)], dtype=object)
    return heads, None if second is None else np.array([second(fake) for _ in range(_POOL)], dtype=object)
