"""Personal data: recognised by what a column is called and by the pattern of its values.

Belongs here: the patterns, with the check digits that keep chance away. Does not: any decision about a column
(``texts.py``). No value ever leaves this file: it counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from ipaddress import AddressValueError, IPv4Address

from headwater.proposal.wording import words

_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_PHONE = re.compile(r"(\+|00|\(|0)?[\d(][\d\s()./-]{5,20}\d(\s?(x|ext\.?)\s?\d{1,6})?", re.IGNORECASE)
_SSN = re.compile(r"(?!000|666|9)\d{3}[- ](?!00)\d{2}[- ](?!0000)\d{4}")
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_CARD = re.compile(r"\d{12,19}")
_CARD_GROUPED = re.compile(r"\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}")
_STREETS = (
    r"street|st\.?|road|rd\.?|avenue|ave\.?|lane|ln\.?|drive|dr\.?|boulevard|blvd\.?|way|court|ct\.?|square|plaza|place"
)
_ADDRESS = re.compile(rf"\d+\w?,? (\S+ ){{1,4}}({_STREETS})\b.*", re.IGNORECASE)
_ADDRESS_AFTER = re.compile(
    r"\D*(stra(ß|ss)e|str\.|gasse|weg|platz|allee|rue|via|calle|plaza)\b\D*\d+\w?.*", re.IGNORECASE
)
_ADDRESS_CODE = re.compile(r"\d+\w? .+[, ]+[A-Z]{2},? \d{5}(-\d{4})?|\D+ \d+\w?,? .*\b\d{4,5} \D+")
_FULL_NAME = re.compile(r"(\w+\.? )?[^\W\d_][\w'’.-]*,?( [^\W\d_]\.?)?( [^\W\d_][\w'’-]+){1,3}")
_GIVEN_NAMES = """
james mary john patricia robert jennifer michael linda william elizabeth david barbara richard susan joseph jessica
thomas sarah charles karen christopher lisa daniel nancy matthew betty anthony margaret mark sandra donald ashley
steven kimberly paul emily andrew donna joshua michelle kenneth carol kevin amanda brian melissa george deborah
edward stephanie ronald rebecca timothy laura jason sharon jeffrey cynthia ryan kathleen jacob amy gary angela
nicholas shirley eric anna jonathan brenda stephen pamela larry emma justin nicole scott helen brandon samantha
benjamin katherine samuel christine gregory debra frank rachel alexander carolyn raymond janet patrick maria jack
heather dennis diane jerry julie tyler joyce aaron victoria jose kelly adam christina nathan joan henry evelyn
peter hans klaus jürgen wolfgang andreas stefan martin ursula monika petra sabine claudia julia lukas leon lena
pierre jean marie claire luca giulia marco francesca carlos lucia pablo sofia ivan olga mohammed fatima ahmed ali
wei li ming yuki hiroshi priya amit ravi sunita chen kim nguyen
"""
_GIVEN = frozenset(_GIVEN_NAMES.split())
_DOCUMENT = r"passport|licen[cs]e|tax id|tin|vat|national id|account (number|no)|insurance (number|no)|mrn"
_WHOSE_NAME = "first last given family full middle maiden patient customer client person user employee contact holder"

NAMED: tuple[tuple[str, str], ...] = (
    ("email", r"e ?mail|mail"),
    ("phone_number", r"phone|telephone|tel|mobile|cellphone|fax|telefon|handy"),
    ("iban", r"iban"),
    ("ssn", r"ssn|social security( number| no)?|sozialversicherungsnummer"),
    ("ipv4", r"ip|ipv4|ip address|ip addr"),
    ("card", r"credit card|card number|card no|pan|ccn"),
    ("document", _DOCUMENT),
    (
        "name",
        rf"({_WHOSE_NAME.replace(' ', '|')}) ?name|surname|forename|vorname|nachname|familienname|prenom|apellido",
    ),
    ("company", r"company|employer|firm|firma|arbeitgeber"),
    ("address", r"address|addr|street|strasse|adresse|anschrift|home address"),
    ("city", r"city|town|ort|ville|wohnort|stadt"),
)
"""Kind and the words of a name that speak of it; the first that fits counts. ``card`` and ``document`` become ids."""


def kind_by_name(name: str) -> str | None:
    """The kind of personal data that the column's name speaks of, or None."""
    joined = " ".join(words(name))
    if re.search(r"\bbirth|\bdob\b", joined):
        return None
    if joined == "name":
        return "name"
    return next((kind for kind, pattern in NAMED if re.search(rf"\b({pattern})\b", joined)), None)


def luhn(digits: str) -> bool:
    """Whether the last digit is the check digit of the others (ISO/IEC 7812)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (2 if place % 2 else 1)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_iban(text: str) -> bool:
    """Whether the text has the form of an IBAN and its check digits (ISO 13616, modulo 97)."""
    packed = text.replace(" ", "").upper()
    if not _IBAN.fullmatch(packed):
        return False
    return int("".join(str(int(sign, 36)) for sign in packed[4:] + packed[:4])) % 97 == 1


def _is_card(text: str) -> bool:
    digits = re.sub(r"[ -]", "", text)
    return bool(_CARD.fullmatch(text) or _CARD_GROUPED.fullmatch(text)) and luhn(digits)


def _is_phone(text: str) -> bool:
    """Digits with a sign of a telephone number beside them; bare digits, dates and decimals are none."""
    digits = sum(sign.isdigit() for sign in text)
    if not 7 <= digits <= 15 or not _PHONE.fullmatch(text) or re.fullmatch(r"\d{4}[-/.]\d\d?[-/.]\d\d?.*", text):
        return False
    groups = re.split(r"[\s()./-]+", text.strip("+( "))
    is_marked = text.startswith(("+", "00", "(")) or (len(groups) >= 3 and text.count(".") != 1)
    return is_marked and not re.fullmatch(r"\d\d?[-/.]\d\d?[-/.]\d{2,4}", text) and not _SSN.fullmatch(text)


def _is_ipv4(text: str) -> bool:
    try:
        IPv4Address(text)
    except AddressValueError:
        return False
    return True


def _is_name(text: str) -> bool:
    """Two to four words, one of them a common given name."""
    parts = text.lower().replace(",", " ").split()
    return 2 <= len(parts) <= 4 and bool(_FULL_NAME.fullmatch(text)) and any(part in _GIVEN for part in parts)


_PATTERNS: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("email", lambda text: bool(_EMAIL.fullmatch(text))),
    ("iban", is_iban),
    ("ssn", lambda text: bool(_SSN.fullmatch(text))),
    ("card", _is_card),
    ("ipv4", _is_ipv4),
    ("phone_number", _is_phone),
    ("address", lambda text: any(each.fullmatch(text) for each in (_ADDRESS, _ADDRESS_AFTER, _ADDRESS_CODE))),
    ("name", _is_name),
)
WHOLE = {"name": 0.25, "address": 0.5}
"""Share of values from which a column is of the kind; the list of given names is short, and streets have many forms."""
WHOLE_ELSE = 0.9


def shares(texts: Sequence[str]) -> dict[str, float]:
    """By kind the share of the texts that have its pattern; each text counts once, for the first kind that fits."""
    found = dict.fromkeys((kind for kind, _ in _PATTERNS), 0)
    for text in texts:
        kind = next((kind for kind, fits in _PATTERNS if fits(text.strip())), None)
        if kind is not None:
            found[kind] += 1
    return {kind: count / max(len(texts), 1) for kind, count in found.items()}


def kind_by_values(found: dict[str, float]) -> str | None:
    """The kind that enough of the values have, or None."""
    return next((kind for kind, share in found.items() if share >= WHOLE.get(kind, WHOLE_ELSE)), None)
