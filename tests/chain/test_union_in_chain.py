"""The union in the chain: it outlives a new or gone category, and asks nothing that a rule of the table answers."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from tests.chain.changing_source import learned, of_rows
from tests.chain.nights import batch_of, night
from tests.chain.second_champion import champion_of, crown
from tests.clinic import clinic_rows

from headwater.chain import keys
from headwater.chain.house import House
from headwater.chain.union import forbids_twins, union
from headwater.checks.union import COVERAGE, DISTINCT, REPEATS
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec
from headwater.spec.constraints import Unique
from headwater.spec.dataset import Keys
from headwater.tables.schema import ColumnSchema, TableSchema

FIRST = date(2026, 8, 1)
ROWS = clinic_rows()
SOLO = ROWS.assign(ward=ROWS["ward"].mask(np.arange(len(ROWS)) % 60 == 0, "solo"))


def now(house: House) -> Generator:
    with house.ledger.transaction() as books:
        return books.generators.get(champion_of(house, "clinic"))  # type: ignore[arg-type]


def test_the_window_outlives_a_category_that_comes_and_one_that_goes(manned: House, clinic: DatasetSpec) -> None:
    """Nights of three champions, of which the second knew one ward more; rows of it are left out, the nights stay."""
    first = now(manned)
    nights = [night(manned, clinic, FIRST)]
    more = of_rows(clinic, SOLO)
    second = learned(manned, more, {"kind": "trees", "name": "more"})
    crown(manned, "clinic", second.generator_id)
    nights += [night(manned, more, FIRST + timedelta(days=day)) for day in (1, 2)]
    (came,) = union(manned, more, second)
    assert (came.name, came.size, came.subject_id) == (REPEATS, 3, nights[-1])
    file = keys.part(batch_of(manned, nights[-1]).location or "", 0)
    assert "solo" in manned.store.read_table(file)["ward"].to_pylist()
    crown(manned, "clinic", first.generator_id)
    nights.append(night(manned, clinic, FIRST + timedelta(days=3)))
    (went,) = union(manned, clinic, first)
    assert (went.name, went.size, went.subject_id) == (REPEATS, 4, nights[-1])
    assert not went.is_alarm


def test_where_a_rule_forbids_equal_rows_within_a_night_those_across_are_not_asked(
    manned: House, clinic: DatasetSpec
) -> None:
    champion = now(manned)
    for day in range(10, 14):
        night(manned, clinic, FIRST + timedelta(days=day))
    ruled = clinic.model_copy(update={"constraints": (Unique(kind="unique", columns=("ward", "age", "cost")),)})
    assert {look.name for look in union(manned, clinic, champion)} == {REPEATS, DISTINCT, COVERAGE}
    assert {look.name for look in union(manned, ruled, champion)} == {DISTINCT, COVERAGE}


def test_which_rules_forbid_equal_rows(clinic: DatasetSpec) -> None:
    def column(name: str, sdtype: str) -> ColumnSchema:
        return ColumnSchema(name=name, sdtype=sdtype, storage="integer", nullable=False)

    schema = TableSchema(columns=(column("id", "id"), column("store", "numerical"), column("product", "numerical")))

    def of(primary: tuple[str, ...] = (), unique: tuple[str, ...] = ()) -> DatasetSpec:
        rules = (Unique(kind="unique", columns=unique),) if unique else ()
        return clinic.model_copy(update={"keys": Keys(primary=primary), "constraints": rules})

    assert not forbids_twins(of(), schema)
    assert not forbids_twins(of(primary=("id",)), schema)
    assert not forbids_twins(of(unique=("id", "store")), schema), "equal but for the id is allowed"
    assert forbids_twins(of(primary=("store",)), schema)
    assert forbids_twins(of(unique=("store", "product")), schema)
