"""Columns of texts: truths, dates, personal data, ids, categories, and text too free to be learned.

Belongs here: what texts are. Does not: patterns of personal data (``personal.py``), numbers written as text in a CSV
(``columns.py``).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import get_args

import pandas as pd

from headwater.proposal import personal
from headwater.proposal.finding import ID_DISTINCT_MIN, Finding, count, shared_id
from headwater.proposal.wording import names_an_id
from headwater.sources.categorical import MAX_CATEGORIES
from headwater.spec.columns import PiiKind

LOOKED_AT = 5_000
"""Different texts whose pattern is looked at."""
MANY, MANY_SHARE, FREE_WORDS = 1_000, 0.5, 4.0
"""Categories beyond which a person is asked; share of rows with a text of their own beyond which nothing is learned;
words of a text that is written freely."""
FEW_PEOPLE = 20
BY_NAME_ALONE = ("name", "address", "city", "company", "document")
"""Kinds whose values need no pattern; a column of bare digits is none of them."""
_TRUTHS = ({"true", "false"}, {"t", "f"}, {"yes", "no"}, {"y", "n"}, {"1", "0"})
_ISO = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d(:?\d\d(:?\d\d([.,]\d{1,6})?)?)?(Z|[+-]\d\d(:?\d\d)?)?)?")
_PACKED = re.compile(r"(19|20)\d\d(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_FOREIGN_DATES = (
    (r"\d\d?\.\d\d?\.\d{4}( .*)?", "31.12.2024"),
    (r"\d\d?/\d\d?/\d{4}( .*)?", "12/31/2024"),
    (r"\d{4}/\d\d?/\d\d?( .*)?", "2024/12/31"),
    (r"\d\d?-\d\d?-\d{4}( .*)?", "31-12-2024"),
    (r"\d\d?[- ](jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[- ,]+\d{2,4}.*", "31 Dec 2024"),
)
_DIGITS = re.compile(r"-?\d+")
_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def look(name: str, texts: pd.Series) -> Finding:
    """What a column of texts is; ``texts`` are its values without the missing ones, at least one."""
    return special(name, texts) or _rest(name, texts, pd.Index(texts.unique()))


def special(name: str, texts: pd.Series) -> Finding | None:
    """The column, where its texts are truths, dates or personal data, even if they could be read as numbers too."""
    distinct = pd.Index(texts.unique())
    lowered = {str(text).strip().lower() for text in distinct[:10]}
    if len(distinct) <= 10 and len(lowered) == 2 and any(lowered == pair for pair in _TRUTHS):
        return Finding.of(name, "boolean", "two words for true and false")
    return _dates(name, distinct) or _person(name, texts, distinct)


def _dates(name: str, distinct: pd.Index) -> Finding | None:
    sample = [str(text).strip() for text in distinct[:LOOKED_AT]]
    packed = all(_PACKED.fullmatch(text) for text in sample)
    if packed or all(_ISO.fullmatch(text) for text in sample):
        bad = sum(not _is_instant(str(text)) for text in distinct)
        if not bad and not _mixes_zones(distinct):
            unsure = "eight digits that all are days (YYYYMMDD): id or categorical, if they are codes"
            return Finding.of(name, "datetime", "dates of ISO 8601", unsure=[unsure] if packed else [])
        if bad < len(distinct) / 10:
            what = f"reads like dates, but {bad:,} different values are none, or only some have a time zone"
            return _learned(name, distinct).also(unsure=[f"{what}: correct them in the source, then: datetime"])
    for pattern, form in _FOREIGN_DATES:
        if all(re.fullmatch(pattern, text, re.IGNORECASE) for text in sample):
            what = f"dates written like {form}, which Headwater does not read"
            cure = "write them like 2024-12-31 in the source (a query can cast them), then: datetime"
            return _learned(name, distinct).also(unsure=[f"{what}: {cure}"])
    return None


def _learned(name: str, distinct: pd.Index) -> Finding:
    return Finding.of(name, "categorical" if len(distinct) <= MANY else "id")


def _is_instant(text: str) -> bool:
    try:
        datetime.fromisoformat(text.strip())
    except ValueError:
        return False
    return True


def _mixes_zones(distinct: pd.Index) -> bool:
    zoned = sum(datetime.fromisoformat(str(text).strip()).tzinfo is not None for text in distinct)
    return 0 < zoned < len(distinct)


def _person(name: str, texts: pd.Series, distinct: pd.Index) -> Finding | None:
    """Personal data by pattern, else by name where the values do not speak against it."""
    found = personal.shares([str(text) for text in distinct[:LOOKED_AT]])
    by_values, by_name = personal.kind_by_values(found), personal.kind_by_name(name)
    if by_values is not None and (len(distinct) >= FEW_PEOPLE or by_values in (by_name, "email")):
        said = f"{found[by_values]:.0%} of its values have the pattern of {_said(by_values)}"
        unsure = []
        if by_values != by_name and personal.WHOLE.get(by_values, 1) < 1:
            unsure.append("nothing but its values says so: categorical and sensitive, if it is something else")
        return _anew(name, by_values, said, unsure)
    if by_name is None or (by_name in BY_NAME_ALONE and all(_DIGITS.fullmatch(str(text)) for text in distinct)):
        return None
    said = f"called like {_said(by_name)}"
    if len(distinct) >= max(FEW_PEOPLE, MANY_SHARE / 10 * len(texts)) or len(distinct) > MANY:
        share = 1.0 if by_name in BY_NAME_ALONE else found.get(by_name, 0)
        doubt = f"only {share:.0%} of its values have the pattern of {_said(by_name)}: look at it"
        return _anew(name, by_name, said, [doubt] if share < MANY_SHARE else [])
    what = f"{said}, but has only {count(len(distinct), 'different value')}"
    unsure = [f"{what}: learned, and hidden; pii, if they tell who it is"]
    return Finding.of(name, "categorical", said, unsure=unsure, sensitive=True)


def _anew(name: str, kind: str, said: str, unsure: list[str]) -> Finding:
    """Personal data is made by Faker where it knows the kind, and as an id where it does not."""
    if kind in get_args(PiiKind):
        return Finding.of(name, "pii", said, unsure=unsure, pii=kind)
    return Finding.of(name, "id", f"{said}; made anew as an id", unsure=unsure)


def _said(kind: str) -> str:
    says = {"ipv4": "an IP address", "ssn": "a social security number", "iban": "an IBAN", "card": "a payment card"}
    says |= {"email": "an e-mail address", "address": "an address", "document": "the number of a document"}
    return says.get(kind) or f"a {kind.replace('_', ' ')}"


def _rest(name: str, texts: pd.Series, distinct: pd.Index) -> Finding:
    rows, own = len(texts), len(distinct) / len(texts)
    sample = [str(text) for text in distinct[:LOOKED_AT]]
    parts = {kind: share for kind, share in personal.shares(sample).items() if share > 0}
    if all(_UUID.fullmatch(text) for text in sample):
        return Finding.of(name, "id", "universal identifiers (UUID)")
    if names_an_id(name) and len(distinct) == rows > 1:
        return Finding.of(name, "id", "called like an id, every row has its own")
    if names_an_id(name) and (shared := shared_id(name, len(distinct), rows)) is not None:
        return shared
    if len(distinct) > MAX_CATEGORIES or (own > MANY_SHARE and len(distinct) > ID_DISTINCT_MIN):
        mean_words = sum(len(text.split()) for text in sample) / len(sample)
        what = "free text" if mean_words >= FREE_WORDS else f"{len(distinct):,} different texts in {rows:,} rows"
        cure = "made anew as ids, so leave the column out by a query if it is no id"
        return Finding.of(name, "id", unsure=[f"{what}, too many to be learned: {cure}"])
    found = Finding.of(name, "categorical", f"{len(distinct):,} categories" if len(distinct) > 1 else "one category")
    if len(distinct) == 1:
        found = found.also(unsure=["always the same text: is the column needed?"])
    if len(distinct) > MANY:
        found = found.also(unsure=[f"{len(distinct):,} categories: group them in the source, or: id"])
    if parts:
        kinds = " or ".join(map(_said, parts))
        what = f"some of its values ({max(sum(parts.values()), 0.001):.1%} of the different ones) look like {kinds}"
        found = found.also(f"sensitive: {what}", unsure=[f"{what}: hidden; clean the source, or: pii"], sensitive=True)
    return found
