"""What identifies a row and whom it speaks of."""

from __future__ import annotations

import numpy as np
import pandas as pd
from tests.proposal.asking import ROWS, found_in, random

from headwater.proposal import keys
from headwater.proposal.keys import FoundKeys


def look(frame: pd.DataFrame, declared: tuple[str, ...] = (), dataset: str = "visits") -> FoundKeys:
    return keys.look(frame, found_in(frame), declared, dataset)


def table(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"age": random(3).integers(20, 90, ROWS), **columns})


def test_one_unique_id_is_the_primary_key() -> None:
    assert look(table(id=np.arange(ROWS))).primary == ("id",)
    assert look(table(id=np.arange(ROWS))).unsure == ()


def test_of_several_the_one_that_is_called_like_the_table_wins() -> None:
    frame = table(patient_id=np.arange(ROWS), receipt_id=np.arange(ROWS) + 7, visit_id=np.arange(ROWS) + 9)
    found = look(frame)
    assert found.primary == ("visit_id",)
    assert "'patient_id' and 'receipt_id' would identify a row as well" in found.unsure[0]


def test_an_id_that_rows_share_is_whom_they_speak_of() -> None:
    shared = random().integers(0, 150, ROWS)
    found = look(table(visit_id=np.arange(ROWS), patient_id=shared))
    assert (found.primary, found.entity, found.unsure) == (("visit_id",), ("patient_id",), ())
    unknown = look(table(visit_id=np.arange(ROWS), device_id=shared))
    assert unknown.entity == ("device_id",)
    assert "speak of one person or thing?" in unknown.unsure[0]
    assert look(table(visit_id=np.arange(ROWS), patient_id=random().integers(0, 60, ROWS))).entity == (), "too few"


def test_two_columns_together_are_a_key_that_is_asked_about() -> None:
    days = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(ROWS) // 200, unit="D")
    found = look(table(patient_id=np.tile(np.arange(200), 2), seen=days))
    assert (found.primary, found.entity) == (("patient_id", "seen"), ("patient_id",))
    assert "chance, or the key?" in found.unsure[0]


def test_a_key_with_gaps_is_none() -> None:
    ids = pd.Series(np.arange(ROWS), dtype="Int64")
    ids[5] = pd.NA
    assert look(table(visit_id=ids)) == FoundKeys()


def test_the_databases_key_is_taken_where_synthetic_rows_can_keep_it() -> None:
    frame = table(code_id=np.arange(ROWS), row_id=np.arange(ROWS))
    assert look(frame, declared=("row_id",)).primary == ("row_id",)
    ward = random().choice(["a", "b"], ROWS)
    found = look(table(ward=ward), declared=("ward",))
    assert found.primary == ()
    assert "synthetic rows may repeat it" in found.unsure[0]


def test_what_only_measures_is_no_key() -> None:
    assert look(table(cost=random().random(ROWS))) == FoundKeys()
