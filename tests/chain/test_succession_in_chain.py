"""A champion that nobody compared before it was crowned is compared by the watch, once."""

from __future__ import annotations

from dataclasses import replace

import pytest
from scipy.stats import norm
from tests import faults
from tests.chain.second_champion import champion_of, crown, train_other

from headwater.chain.house import House
from headwater.chain.rollback import rollback
from headwater.chain.succession import succession
from headwater.chain.train import train
from headwater.chain.watch import watch
from headwater.checks.succession import NAME
from headwater.ledger.guard_records import WatchPoint
from headwater.ledger.records import Generator
from headwater.spec import Candidate, DatasetSpec


def points(house: House) -> list[WatchPoint]:
    with house.ledger.transaction() as books:
        return books.watch.points("clinic", "generations", NAME)


def now(house: House) -> Generator:
    with house.ledger.transaction() as books:
        found = books.generators.champion("clinic")
    assert found is not None
    return found


def test_nobody_came_before_the_first_champion(manned: House, clinic: DatasetSpec) -> None:
    assert succession(manned, clinic, now(manned)) == []


def test_an_equal_champion_is_looked_at_once_and_raises_nothing(manned: House, clinic: DatasetSpec) -> None:
    first = champion_of(manned, "clinic")
    other = train_other(manned, clinic)
    crown(manned, "clinic", other)
    watched = watch(replace(manned, run_id="equal"), clinic)
    assert watched.raised == ()
    (point,) = points(manned)
    assert (point.subject_id, point.generator_id) == (other, other)
    assert point.score < 0.5 * point.limit, point.sentence
    watch(replace(manned, run_id="again"), clinic)
    assert [each.seen_at for each in points(manned)] == [point.seen_at]
    assert first != other


def test_the_luckiest_trial_is_not_the_only_measure(manned: House, clinic: DatasetSpec) -> None:
    """The next champion is held against both that came before it, and the rate is shared out between them."""
    (before,) = points(manned)
    crown(manned, "clinic", train_other(manned, clinic, "next", leaf=30))
    (look,) = succession(manned, clinic, now(manned))
    assert norm.sf(look.limit) == pytest.approx(norm.sf(before.limit) / 2)


def test_a_worse_champion_raises_an_alarm_until_a_good_one_reigns(manned: House, clinic: DatasetSpec) -> None:
    kind = faults.ShuffledColumns.kind
    spec = clinic.model_copy(update={"candidates": (Candidate(kind=kind, name="shuffled"),)})
    good = now(manned)
    crown(manned, "clinic", train(manned, spec, good.snapshot_id, "shuffled"))
    house = replace(manned, run_id="worse")
    watched = watch(house, clinic)
    raised = [alarm for alarm in watched.raised if alarm.name == NAME]
    assert len(raised) == 1
    assert "is worse than one of the best generations before it" in raised[0].sentence
    assert raised[0].score > raised[0].limit
    assert [alarm.alarm_id for alarm in watch(house, clinic).raised if alarm.name == NAME] == [raised[0].alarm_id]
    rollback(replace(manned, run_id="back"), clinic, version="1", reason="It was better.", decided_by="a person")
    third = train_other(manned, clinic, "third", leaf=22)
    crown(manned, "clinic", third)
    after = watch(replace(manned, run_id="after"), clinic)
    assert [alarm for alarm in after.still_open if alarm.name == NAME] == []
