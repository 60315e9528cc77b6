"""The chart of generations: judgements of one size, none of a generation that a person withdrew."""

from __future__ import annotations

import pytest
from tests.chain.second_champion import champion_of, crown, in_run, train_other
from tests.chain.test_baselines_in_chain import ledger_of

from headwater.chain.charts import Look, generation_levels
from headwater.chain.house import House
from headwater.chain.rollback import rollback
from headwater.chain.watch import watch
from headwater.checks.indicators import STEADY, TOGETHER
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec

FAR = 40.0


@pytest.fixture(scope="module")
def second(manned: House, clinic: DatasetSpec) -> str:
    """A generation after the first one."""
    generator_id = train_other(manned, clinic)
    crown(manned, "clinic", generator_id)
    return generator_id


def levels(house: House, spec: DatasetSpec) -> dict[str, Look]:
    with house.ledger.transaction() as books:
        champion: Generator | None = books.generators.champion("clinic")
    assert champion is not None
    return {look.name: look for look in generation_levels(house, spec, champion)}


def worsen(house: House, generator_id: str, by: float) -> None:
    with ledger_of(house) as connection:
        connection.execute(
            "UPDATE headwater.checks SET effect = effect + %s WHERE generator_id = %s AND name = ANY(%s)",
            [by, generator_id, list(STEADY)],
        )


def resize(house: House, generator_id: str, factor: float) -> None:
    with ledger_of(house) as connection:
        connection.execute(
            "UPDATE headwater.checks SET n = n * %s WHERE generator_id = %s AND name = ANY(%s)",
            [factor, generator_id, list(STEADY)],
        )


def test_generations_judged_on_other_numbers_of_rows_are_not_compared(
    manned: House, clinic: DatasetSpec, second: str
) -> None:
    """Effects are in deviations of honest rows, and grow with the root of their number: batch.rows was raised."""
    assert {look.size for look in levels(manned, clinic).values()} == {2}
    worsen(manned, second, FAR)
    assert levels(manned, clinic)[TOGETHER].is_alarm
    resize(manned, second, 4)
    assert levels(manned, clinic) == {}
    resize(manned, second, 0.25)
    resize(manned, second, 1.08)
    assert levels(manned, clinic)[TOGETHER].is_alarm, "an anchor that grows a little is the same size"
    resize(manned, second, 1 / 1.08)
    worsen(manned, second, -FAR)
    assert not levels(manned, clinic)[TOGETHER].is_alarm


def test_a_withdrawn_generation_closes_its_alarms_and_convicts_no_successor(
    manned: House, clinic: DatasetSpec, second: str
) -> None:
    """A and B good, C bad and rolled back, D as good as A and B."""
    third = train_other(manned, clinic, "third", leaf=24)
    crown(manned, "clinic", third)
    worsen(manned, third, FAR)
    opened = {alarm.name for alarm in watch(in_run(manned), clinic).raised if alarm.chart == "generations"}
    assert TOGETHER in opened
    rollback(in_run(manned), clinic, version="2", reason="The third is worse.", decided_by="a person")
    assert champion_of(manned, "clinic") == second
    assert watch(in_run(manned), clinic).still_open == ()
    with manned.ledger.transaction() as books:
        closed = [alarm for alarm in books.watch.alarms("clinic") if alarm.generator_id == third]
        decisions = [books.decisions.of(alarm.alarm_id)[-1] for alarm in closed]
    assert {alarm.name for alarm in closed} >= opened
    assert {each.kind for each in decisions} == {"close_alarm"}
    assert all(f"the generation {third}, which a person has withdrawn" in each.reason for each in decisions)
    fourth = train_other(manned, clinic, "fourth", leaf=26)
    crown(manned, "clinic", fourth)
    assert [alarm for alarm in watch(in_run(manned), clinic).raised if alarm.chart == "generations"] == []
    assert {look.size for look in levels(manned, clinic).values()} == {3}
