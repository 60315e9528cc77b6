"""Where many rows speak of one entity, counts of values are counts of entities."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom
from townspeople import SCHEMA, people, sampled

from headwater.checks.drift_values import Alone, Least, least_likely
from headwater.checks.newcomers import fitted
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.spec.contract import Contract

VISITS, PATIENTS = 20, 200


def visits(seed: int) -> pd.DataFrame:
    """Patients who come twenty times each, from the city that they live in."""
    patients = people(PATIENTS, seed)
    rows = patients.loc[patients.index.repeat(VISITS)].reset_index(drop=True)
    return rows.assign(height=people(len(rows), seed + 1)["height"])


@pytest.fixture(scope="module")
def prepared() -> Prepared:
    return Prepared.of(Reference(SCHEMA, visits(1), people(500, 2), Contract(), ("member",), seed=3), 500)


def least(prepared: Prepared, rows: pd.DataFrame, entity: tuple[str, ...]) -> Least:
    """The least likely count, of all rows."""
    fits = fitted(rows, prepared.reference.train, SCHEMA)
    alone = Alone.of(prepared, rows, entity, "a snapshot")
    fits = fits if alone is None else alone.judged(fits)
    return least_likely(sampled(prepared, fits.frame), fits, alone)


def test_fresh_patients_are_no_drift_however_often_they_come(prepared: Prepared) -> None:
    def alarms(entity: tuple[str, ...]) -> int:
        found = [least(prepared, visits(100 + 2 * world), entity) for world in range(30)]
        return sum(each.chance * each.tests < 0.05 for each in found)

    assert alarms(("id",)) <= binom.ppf(0.999, 30, 0.05)
    assert alarms(()) > 20, "rows taken for independent blame honest patients"


def test_one_patient_from_a_new_city_is_chance_and_many_are_not(prepared: Prepared) -> None:
    def moved(patients: int) -> pd.DataFrame:
        rows = visits(7)
        return rows.assign(city=pd.Categorical(rows["city"].astype(object).mask(rows["id"] < patients, "Atlantis")))

    assert least(prepared, moved(1), ()).chance < 1e-4
    assert least(prepared, moved(1), ("id",)).chance > 1e-3
    many = least(prepared, moved(40), ("id",))
    assert (many.chance < 1e-8, many.column) == (True, "city")


def test_the_words_still_count_rows(prepared: Prepared) -> None:
    rows = visits(7)
    rows = rows.assign(city=pd.Categorical(rows["city"].astype(object).mask(rows["id"] < 2, "Atlantis")))
    alone = Alone.of(prepared, rows, ("id",), "a snapshot")
    assert alone is not None
    assert (alone.margins.n, alone.rest.n) == (PATIENTS - 2, PATIENTS)
    (told,) = alone.judged(fitted(rows, prepared.reference.train, SCHEMA)).newcomers
    assert (told.rows, told.column) == (2 * VISITS, "city")
    assert told.chance == pytest.approx(1 / 4)


def test_rows_that_stand_for_themselves_are_all_counted(prepared: Prepared) -> None:
    rows = visits(7)
    assert Alone.of(prepared, rows, (), "a snapshot") is None
    assert Alone.of(prepared, rows, ("no column",), "a snapshot") is None
    assert np.isclose(least(prepared, rows, ("no column",)).chance, least(prepared, rows, ()).chance)
