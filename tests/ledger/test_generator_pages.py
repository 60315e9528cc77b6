"""A dataset's champions and retrainings, and one generator wholly, as the ledger answers. Real Postgres."""

from __future__ import annotations

from datetime import date

import pytest
from tests.ledger.facts import uid
from tests.ledger.slid_watch import look_and_alarm
from tests.ledger.sliding import CROWNED, HOSTILE, WEEKS, Story, champion_of, live_and_slide

from headwater.ledger import Ledger
from headwater.ledger.generator_answers import GeneratorPage, History

STORY = Story("census", date(2026, 3, 31))
FOLLOWED = ("neighbours.coverage", "utility.score")


@pytest.fixture
def slid(ledger: Ledger) -> Ledger:
    with ledger.transaction() as books:
        live_and_slide(books, STORY)
        look_and_alarm(books, STORY)
    return ledger


def history(ledger: Ledger, dataset: str = "census", *, versions: tuple[int, int] = (0, 25), runs: int = 0) -> History:
    with ledger.transaction() as books:
        return books.generator_history.of(dataset, FOLLOWED, versions=versions, runs=(runs, 4))


def page(ledger: Ledger, generator_id: str) -> GeneratorPage:
    with ledger.transaction() as books:
        found = books.generator_pages.of("census", generator_id)
    assert found is not None
    return found


def test_champions_come_newest_first_with_what_they_learned_and_showed(slid: Ledger) -> None:
    found = history(slid)
    assert [each.reign.version for each in found.versions] == [4, 3, 2, 1]
    assert [each.reign.reigns for each in found.versions] == [1, 1, 2, 1]
    assert [each.reign.withdrawn_at is not None for each in found.versions] == [False, True, False, False]
    newest = found.versions[0]
    assert found.champion == newest
    assert (newest.reign.label, newest.train_rows, newest.anchor_rows) == ("trees", 10_000, 2_500)
    assert newest.real_share == pytest.approx(0.93)
    assert [each.name for each in newest.figures] == list(FOLLOWED)
    assert newest.figures[0].limit == 0.90
    assert found.since == newest.reign.promoted_at


def test_champions_and_runs_are_paged_in_sql(slid: Ledger) -> None:
    found = history(slid, versions=(2, 1), runs=8)
    assert ([each.reign.version for each in found.versions], found.version_count) == ([2], 4)
    assert ([each.run_id for each in found.runs], found.run_count) == (["scheduled__1", "scheduled__0"], WEEKS)
    assert found.champion is not None
    assert found.champion.reign.version == 4
    assert found.last_run is not None
    assert found.last_run.run_id == "alarm__watch"


def test_a_run_tells_whom_it_tried_and_what_came_of_it(slid: Ledger) -> None:
    newest, *_, oldest = history(slid).runs
    assert [each.label for each in newest.tried] == ["mixture", "trees", HOSTILE]
    assert [each.status for each in newest.tried] == ["succeeded", "succeeded", "failed"]
    assert newest.decision is not None
    assert (newest.decision.kind, newest.decision.subject_id) == ("keep", STORY.of("trees 7"))
    assert oldest.decision is not None
    assert oldest.decision.kind == "keep"


def test_what_people_did_is_told_beside_coronations(slid: Ledger) -> None:
    kinds = [each.kind for each in history(slid).decisions]
    assert kinds == ["promote", "rollback", "promote", "promote", "promote"]
    assert (history(slid).waiting > 0, history(slid).alarms) == (True, 1)


def test_a_dataset_without_generators_has_an_empty_history(slid: Ledger) -> None:
    found = history(slid, "nobody")
    assert (found.champion, found.versions, found.runs, found.last_run) == (None, (), (), None)
    assert (found.version_count, found.run_count, found.waiting, found.alarms) == (0, 0, 0, 0)


def test_a_generator_is_held_beside_the_candidates_of_the_run_that_crowned_it(slid: Ledger) -> None:
    found = page(slid, STORY.of("trees 3"))
    assert (found.run_id, found.reign and found.reign.version) == ("scheduled__3", 2)
    assert [(each.tried.label, each.version) for each in found.contenders] == [
        *(("trees", 2), ("mixture", None)),
        (HOSTILE, None),
    ]
    assert [len(each.checks) for each in found.contenders] == [9, 9, 0]
    assert found.checks == found.contenders[0].checks
    assert found.checks[0].interval is not None
    assert found.checks[0].detail == {}
    assert found.decision is not None
    assert found.decision.detail["champion"]["figures"][0]["margin"] == 0.01
    assert found.certificate is not None
    assert (found.certificate.n, found.certificate.draws) == (2_500, 500)


def test_its_decisions_name_it_as_subject_or_as_the_one_replaced(slid: Ledger) -> None:
    assert [each.kind for each in page(slid, STORY.of("trees 3")).decisions] == ["rollback", "promote"]
    assert [each.kind for each in page(slid, STORY.of("mixture 5")).decisions] == ["rollback", "promote"]
    lost = page(slid, STORY.of("mixture 4"))
    assert ([each.kind for each in lost.decisions], lost.reign, lost.certificate) == (["keep"], None, None)
    assert page(slid, STORY.of("trees 3")).defences == 1


def test_its_batches_are_counted_by_outcome(slid: Ledger) -> None:
    found = page(slid, STORY.of("trees 7")).outcomes
    assert {each.status for each in found} == {"released", "quarantined"}
    assert sum(each.batches for each in found) == sum(champion_of(night) == "trees 7" for night in range(70))
    assert all(each.rows == 20_000 * each.batches for each in found)
    assert max(each.last for each in found) == STORY.last
    assert page(slid, STORY.of("mixture 4")).outcomes == ()


def test_a_generator_is_found_under_its_own_dataset_and_number_only(slid: Ledger) -> None:
    with slid.transaction() as books:
        assert books.generator_pages.of("other", STORY.of("trees 3")) is None
        assert books.generator_pages.of("census", uid("nothing")) is None
        assert books.generator_pages.id_of_version("census", 2) == STORY.of(f"{CROWNED[3]} 3")
        assert books.generator_pages.id_of_version("census", 5) is None
        assert books.generator_pages.id_of_version("other", 1) is None
