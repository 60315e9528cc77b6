"""A spec for a CSV that has none: separator, and what each column is. Guesses for the bench only.

Belongs here: rules that look at a file. Does not: reading its rows for good, which is the product's own work.
"""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pandas as pd

from headwater.spec import Column, CsvSource, DatasetSpec

SEPARATORS = ",;\t|"
CODES_MAX = 20
"""Whole numbers with at most so many different values are codes of categories."""
_DATE = r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}(:\d{2})?)?"
_SNIFFED_CHARACTERS = 64_000


def guess_spec(path: Path) -> DatasetSpec:
    """The spec of the CSV at ``path``; its dataset is named by the file."""
    separator = sniff_separator(path)
    frame = pd.read_csv(path, sep=separator)
    columns = {str(name): guess_column(frame[name]) for name in frame.columns}
    targets = [name for name in columns if _is_binary(frame[name], columns[name])][-1:]
    return DatasetSpec(
        dataset=dataset_name(path.stem),
        owner="bench",
        source=CsvSource(kind="csv", path=str(path), separator=separator),
        columns=columns,
        targets=tuple(targets),
    )


def dataset_name(stem: str) -> str:
    """A file's name as a dataset's: lower case, at most 40 letters, digits and underscores, a letter first."""
    plain = re.sub(r"[^a-z0-9]+", "_", stem.lower()).strip("_")
    return (plain if plain[:1].isalpha() else f"t_{plain}")[:40]


def sniff_separator(path: Path) -> str:
    """The separator of the CSV at ``path``: one of :data:`SEPARATORS`; a comma where there is one column."""
    with path.open(encoding="utf-8") as file:
        text = file.read(_SNIFFED_CHARACTERS)
    header = text.split("\n", 1)[0]
    try:
        return csv.Sniffer().sniff(text.rsplit("\n", 1)[0], delimiters=SEPARATORS).delimiter
    except csv.Error:  # the sniffer gives up on some files; the header then decides
        return max(SEPARATORS, key=header.count)


def guess_column(values: pd.Series) -> Column:
    """What a column is.

    Whole numbers that never repeat are an id. Whole numbers of few values, booleans and texts that repeat are
    categories; ISO dates are datetimes; other numbers are numbers. Free text (more than half of the values differ) and
    empty columns are called personal data, which nothing learns.
    """
    known = values.dropna()
    nullable = len(known) < len(values)
    distinct = known.nunique()
    if len(known) and pd.api.types.is_numeric_dtype(known.dtype) and not pd.api.types.is_bool_dtype(known.dtype):
        whole = bool((known % 1 == 0).all())
        if whole and distinct == len(values) and distinct > CODES_MAX:
            return Column(sdtype="id")
        is_code = whole and distinct <= CODES_MAX
        return Column(sdtype="categorical" if is_code else "numerical", nullable=nullable)
    if len(known) and known.astype(str).str.fullmatch(_DATE).all():
        return Column(sdtype="datetime", nullable=nullable)
    if distinct > len(known) // 2 or not len(known):
        return Column(sdtype="pii", pii="name", nullable=nullable)
    return Column(sdtype="categorical", nullable=nullable)


def _is_binary(values: pd.Series, column: Column) -> bool:
    return column.sdtype == "categorical" and not column.nullable and values.nunique() == 2
