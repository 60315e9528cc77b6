"""What the name of a column says: its words, and whether they speak of something sensitive, an id, a person.

Belongs here: names alone. Does not: values (``personal.py`` looks at those).
"""

from __future__ import annotations

import re

_SENSITIVE = {
    "race or ethnic origin": "race ethnic ethnicity ethnie herkunft nationality citizenship native",
    "religion or belief": "religion religious faith church belief konfession",
    "political opinion": "political politics",
    "sex or gender": "sex gender geschlecht sexual orientation",
    "health": "diagnosis diagnoses diagnose icd icd10 disease illness disability disabled hiv pregnant pregnancy "
    "genetic medication drug drugs allergy allergies cancer mental blood cholesterol gluc glucose smoke smoker alco "
    "alcohol cardio suicide symptom symptoms therapy treatment",
    "crime": "criminal conviction convictions offence offense felony arrest",
    "a birth": "birth dob birthday birthdate geburtsdatum geburtstag born",
    "a place": "zip zipcode postcode postal plz lat latitude lon lng longitude county geo",
}
_REASON = {word: reason for reason, words in _SENSITIVE.items() for word in words.split()}
_WORDS = {
    "id": "id ids uuid guid identifier key pk nr mrn",
    "person": "patient customer client person user member account employee student subject citizen household visitor "
    "guest insured policyholder borrower applicant donor driver kunde",
    "count": "count counts number num n children visits times days months years age quantity qty",
    "low": "min low lo lower start begin from first admission admitted entry opened open birth net mean",
    "high": "max high hi upper end finish to last discharge discharged exit closed close death gross",
    "empty": "the of in at on a an is has date time day value amount total per",
}
_OF = {kind: frozenset(listed.split()) for kind, listed in _WORDS.items()}


def words(name: str) -> tuple[str, ...]:
    """The words of a name in lower case, camelCase and separators taken apart."""
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return tuple(word for word in re.split(r"[\W_]+", apart.lower()) if word)


def sensitive_reason(name: str) -> str | None:
    """What protected thing the name speaks of, or None."""
    return next((_REASON[word] for word in words(name) if word in _REASON), None)


def is_protected_group(name: str) -> bool:
    """Whether the name speaks of sex or gender, whose groups a person will want treated alike."""
    return bool({"sex", "gender", "geschlecht"} & set(words(name)))


def names_an_id(name: str) -> bool:
    """Whether the name says that the column identifies something."""
    return bool(_OF["id"] & set(words(name)[-1:] + words(name)[:1]))


def names_a_person(name: str) -> bool:
    """Whether what the name identifies is somebody, of whom there may be several rows."""
    return bool(_OF["person"] & set(words(name)))


def names_a_count(name: str) -> bool:
    """Whether the name says that whole numbers count something."""
    return bool(_OF["count"] & set(words(name)))


def are_of_a_kind(low: str, high: str) -> bool:
    """Whether two names may hold numbers of one unit: they share a word, or one says low where the other says high."""
    first, second = set(words(low)) - _OF["empty"], set(words(high)) - _OF["empty"]
    return bool(first & second) or bool(first & _OF["low"] and second & _OF["high"])
