"""All columns of a raw table: which texts mean no value, and what each column is.

Belongs here: the order in which things are asked. Does not: what numbers (``numbers.py``) and texts (``texts.py``) are.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from headwater.proposal import numbers, texts, times
from headwater.proposal.finding import Finding
from headwater.proposal.personal import kind_by_name
from headwater.proposal.wording import is_protected_group
from headwater.sources.errors import Misfit, SourceProblem
from headwater.sources.kinds import kind_of
from headwater.sources.numeric import to_numbers

MARKS = frozenset(["?", "na", "n/a", "#n/a", "nan", "null", "none", "nil", "missing", "unknown", "-", "--", "."])
"""Texts that often stand where there is no value, in small letters."""
MARKED_MAX = 0.5
"""A column of which more is marked so is text."""
NUMBERED, LONG_NUMBER = ("phone_number", "ssn", "card", "document"), 1e12
"""Personal data that may be kept as bare numbers, and numbers so long that they may be some."""
_NUMBER = re.compile(r"[ \t]*-?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?[ \t]*", re.ASCII)
"""As Arrow reads numbers in a CSV."""
_LEADING_ZERO = re.compile(r"[ \t]*-?0\d+[ \t]*")
RARE, VERY_RARE = 0.01, 0.001
CLOSED_MAX, CLOSED_ROWS_MIN = 12, 20
"""A list of so few categories, each in that many rows and 1 % of them, is taken for complete."""
GROUPS_MAX = 5
NAMED_MAX, NAMED_ROWS_MIN = 5, 10
"""So many rare categories are named; what stands in fewer rows may speak of somebody, and is not."""


@dataclass(frozen=True)
class Columns:
    """What was found of all columns, in order.

    Attributes:
        findings: one a column.
        marks: texts that mean no value beside the empty one, as they are written.
        problems: columns that no sdtype fits; nothing is proposed then.
    """

    findings: tuple[Finding, ...]
    marks: tuple[str, ...]
    problems: tuple[SourceProblem, ...]


def look(raw: pd.DataFrame, *, is_csv: bool) -> Columns:
    """What each column of ``raw`` is; its names are unique. In a CSV every cell is text, the empty one missing."""
    marks = _marks(raw) if is_csv else ()
    findings: list[Finding] = []
    problems: list[SourceProblem] = []
    for name in raw.columns:
        values = raw[name]
        try:
            findings.append(_column(str(name), values.mask(values.isin(marks)) if marks else values, is_csv=is_csv))
        except Misfit as misfit:
            problems.append(misfit.problem)
    return Columns(tuple(findings), marks, tuple(problems))


def _column(name: str, values: pd.Series, *, is_csv: bool) -> Finding:
    if isinstance(values.dtype, pd.CategoricalDtype | pd.ArrowDtype | pd.SparseDtype):
        values = values.astype(object)
    missing, rows = int(values.isna().sum()), len(values)
    given = values.dropna()
    if given.empty:
        found = Finding.of(name, "numerical", unsure=["empty in every row: is the column needed?"])
    else:
        found = _kind(name, given, is_csv=is_csv)
    found = numbers.says_sensitive(found)
    if given.empty:
        found = found.also(nullable=True)
    elif missing:
        found = found.also(f"empty in {missing / rows:.2%} of the rows", nullable=True)
    if found.sdtype in ("categorical", "boolean") and len(given):
        found = _counted(found, given, rows)
    if found.sdtype == "datetime":
        found = times.bounded(found, given)
    return found.hushed()


def _kind(name: str, given: pd.Series, *, is_csv: bool) -> Finding:
    kind = kind_of(given, name)
    if kind == "number":
        return _number(name, given)
    if kind == "boolean":
        return Finding.of(name, "boolean", "true and false")
    if kind == "time":
        return Finding.of(name, "datetime", "dates or times")
    return texts.special(name, given) or _text(name, given, is_csv=is_csv)


def _number(name: str, given: pd.Series) -> Finding:
    real = to_numbers(given).to_numpy(dtype="float64", na_value=np.nan)
    infinite = int(np.isinf(real).sum())
    if infinite:
        what = f"Column {name!r} holds {infinite:,} infinite values."
        raise Misfit(what, "Make them empty in the source, or leave such rows out by a query.")
    if kind_by_name(name) in NUMBERED or np.abs(real).max() >= LONG_NUMBER:
        found = texts.special(name, to_numbers(given).map("{:.0f}".format))
        if found is not None and found.sdtype in ("id", "pii") and (real == np.rint(real)).all():
            return found
    return numbers.look(name, real, is_truth=True)


def _text(name: str, given: pd.Series, *, is_csv: bool) -> Finding:
    """Texts that are nothing special. In a CSV they may be numbers, for it has nothing but texts."""
    distinct = pd.Index(given.unique())
    are = np.array([bool(_NUMBER.fullmatch(str(text))) for text in distinct])
    coded = any(_LEADING_ZERO.fullmatch(str(text)) for text in distinct)
    if is_csv and are.all() and not coded:
        real = given.map(float).to_numpy(dtype="float64")  # pandas would refuse integers beyond 64 bits
        if np.isfinite(real).all():
            return numbers.look(name, real, is_truth=False)
    found = texts.look(name, given)
    if are.all() and coded:
        return found if found.sdtype == "id" else found.also("leading zeros: codes, kept as texts")
    if are.all():
        what = "numbers too large to be kept" if is_csv else "numbers written as text"
        return found.also(unsure=[f"{what}: cast them in the source (a query can), then: numerical"])
    bad = int((~given.isin(distinct[are])).sum())
    if bad < (1 - MARKED_MAX) * len(given):
        what = f"{bad:,} of {len(given):,} values are no number"
        return found.also(unsure=[f"{what}: clean them in the source, then: numerical"])
    return found


def _counted(found: Finding, given: pd.Series, rows: int) -> Finding:
    """Rare categories counted, a short list of categories closed, groups of people marked."""
    counts = given.value_counts()
    rare, very_rare = counts[counts < RARE * rows], counts[counts < VERY_RARE * rows]
    if len(rare):
        told = f"rare: {len(rare):,} of {len(counts):,} categories below 1 % of the rows, {len(very_rare):,} below .1 %"
        names = ", ".join(map(repr, rare.index[rare >= NAMED_ROWS_MIN][-NAMED_MAX:]))
        found = found.also(told, shown=[f"such as {names}"] if names else [])
        singles = int((counts < 2).sum())
        if singles:
            what = f"{singles:,} of {len(counts):,} categories stand in one row each"
            found = found.also(unsure=[f"{what}: slips of the pen, or people?"])
    if is_protected_group(found.name) and 2 <= len(counts) <= GROUPS_MAX:
        found = found.also(group=True)
    values = _closed(found, counts, rows)
    marked = sorted({str(text) for text in counts.index if str(text).strip().lower() in MARKS})
    if marked:
        listed = ", ".join(map(repr, marked))
        what = f"{listed} stands among the categories"
        found = found.also(unsure=[f"{what}: if it means no value, name it in source.missing"])
    return found.also(values=values) if values else found


def _closed(found: Finding, counts: pd.Series, rows: int) -> tuple[str | int | float, ...] | None:
    """The categories, where they are so few and so common that there will hardly be another."""
    least = max(CLOSED_ROWS_MIN, RARE * rows)
    if found.sdtype != "categorical" or found.is_sensitive:
        return None
    if not 2 <= len(counts) <= CLOSED_MAX or counts.min() < least:
        return None
    values = sorted(counts.index.tolist(), key=str)
    if all(isinstance(value, str) for value in values):
        return tuple(sorted(map(int, values)) if all(_is_plain(value) for value in values) else values)
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return tuple(sorted(int(value) if float(value).is_integer() else float(value) for value in values))
    return None


def _is_plain(text: str) -> bool:
    """Whether a text of a CSV is the one way to write a whole number."""
    return bool(re.fullmatch(r"0|-?[1-9]\d{0,15}", text))


def _marks(raw: pd.DataFrame) -> tuple[str, ...]:
    """Texts that stand for no value in some column that is numbers or dates otherwise."""
    found: Counter[str] = Counter()
    for name in raw.columns:
        counts = raw[name].value_counts()
        if not len(counts):
            continue
        is_mark = np.array([str(text).strip().lower() in MARKS for text in counts.index])
        others = [str(text) for text in counts.index[~is_mark]]
        if not is_mark.any() or not others or counts[is_mark].sum() > MARKED_MAX * counts.sum():
            continue
        if _are_numbers_or_days(others):
            found.update(map(str, counts.index[is_mark]))
    return tuple(sorted(found))


def _are_numbers_or_days(distinct: Sequence[str]) -> bool:
    return all(_NUMBER.fullmatch(text) for text in distinct) or all(
        re.fullmatch(r"\d{4}-\d\d-\d\d.*", text.strip()) for text in distinct
    )
