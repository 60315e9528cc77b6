"""The watch in the chain: honest nights are quiet, slides and repeated rows raise once, alarms stop and are closed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import psycopg
import pytest
from tests.chain.nights import batch_of, night
from tests.chain.test_baselines_in_chain import judged, ledger_of

from headwater.chain import keys
from headwater.chain.acquire import acquire
from headwater.chain.alarms import close_alarm, stopped_by
from headwater.chain.asking import RequestRefusedError
from headwater.chain.house import GateClosedError, House
from headwater.chain.profile import profile
from headwater.chain.release import release
from headwater.chain.train import train
from headwater.chain.watch import watch
from headwater.checks.indicators import NAMES, TOGETHER
from headwater.checks.union import NAMES as UNION
from headwater.checks.union import REPEATS
from headwater.ledger.guard_records import Alarm
from headwater.spec import Candidate, DatasetSpec
from headwater.spec.watch import Watch

FIRST = date(2026, 7, 1)
REAL_NIGHTS, COPIES = 4, 48
AFTERWARDS = FIRST + timedelta(days=REAL_NIGHTS)
COPY = """
    WITH night AS (
        INSERT INTO headwater.batches SELECT (jsonb_populate_record(b, jsonb_build_object(
            'batch_id', md5(%(day)s::date::text)::uuid, 'batch_date', %(day)s::date, 'status', 'passed',
            'location', NULL, 'released_at', NULL))).*
        FROM headwater.batches b WHERE batch_id = %(batch_id)s RETURNING batch_id
    ), judged AS (
        INSERT INTO headwater.validations SELECT (jsonb_populate_record(v, jsonb_build_object(
            'validation_id', gen_random_uuid(), 'batch_id', night.batch_id, 'finished_at', %(at)s, 'started_at', %(at)s
        ))).* FROM headwater.validations v, night WHERE v.batch_id = %(batch_id)s RETURNING validation_id
    )
    INSERT INTO headwater.checks (subject_kind, validation_id, position, name, severity, direction, limit_origin, n,
        passed, sentence, detail, family, effect, ratio)
    SELECT 'validation', judged.validation_id, position, name, severity, direction, limit_origin, n, c.passed,
        c.sentence, detail, family, c.effect + 3 * random() - 1.5,
        CASE WHEN name = ANY(%(names)s) THEN %(ratio)s + random() ELSE random() END
    FROM headwater.checks c JOIN headwater.validations v USING (validation_id), judged
    WHERE v.batch_id = %(batch_id)s
"""


@pytest.fixture(scope="module", autouse=True)
def nights(manned: House, clinic: DatasetSpec) -> list[str]:
    """Real released nights."""
    return [night(manned, clinic, FIRST + timedelta(days=index)) for index in range(REAL_NIGHTS)]


@pytest.fixture
def slide(manned: House, nights: list[str]) -> Iterator[Callable[..., None]]:
    """Copies of a real night's judgement whose figures are worse in the later half; taken back afterwards."""
    with ledger_of(manned) as connection:
        connection.autocommit = True

        def plant(*names: str, worse: float = 2.0, copies: int = COPIES) -> None:
            connection.execute("SELECT setseed(0.7)")
            for index in range(copies):
                facts: dict[str, Any] = {"batch_id": nights[0], "day": AFTERWARDS + timedelta(days=index)}
                facts |= {"names": list(names), "ratio": worse * (index >= copies // 2)}
                connection.execute(COPY, facts | {"at": datetime.now(UTC)})

        yield plant
        connection.execute("DELETE FROM headwater.alarms")
        connection.execute("DELETE FROM headwater.watch_points")
        made = "batch_id IN (SELECT batch_id FROM headwater.batches WHERE status = 'passed')"
        for table, where in (
            ("checks", f"validation_id IN (SELECT validation_id FROM headwater.validations WHERE {made})"),
            ("validations", made),
            ("batches", "status = 'passed'"),
        ):
            connection.execute(f"DELETE FROM headwater.{table} WHERE {where}")


def facts(house: House) -> tuple[list[Any], list[Any]]:
    """All looks and alarms, but for when they were looked at."""
    with ledger_of(house) as connection:
        looks = connection.execute(
            "SELECT chart, name, subject_id, score, limit_value, since, size, sentence FROM headwater.watch_points "
            "ORDER BY 1, 2, 3"
        ).fetchall()
        alarms = connection.execute("SELECT alarm_id, sentence, closed_at FROM headwater.alarms ORDER BY 1").fetchall()
    return looks, alarms


def by_another(house: House) -> House:
    return replace(house, run_id=f"run of {datetime.now(UTC).isoformat()}")


def raised(house: House, spec: DatasetSpec) -> tuple[Alarm, ...]:
    return watch(by_another(house), spec).raised


def test_honest_nights_are_looked_at_and_raise_nothing(
    manned: House, clinic: DatasetSpec, slide: Callable[..., None], nights: list[str]
) -> None:
    slide(copies=6)
    assert watch(manned, clinic).raised == ()
    first = facts(manned)
    assert {name for chart, name, *_ in first[0] if chart == "nights"} == {*NAMES, TOGETHER}
    assert {name for chart, name, *_ in first[0] if chart == "union"} == set(UNION)
    assert {str(subject) for chart, _, subject, *_ in first[0] if chart == "union"} == {nights[-1]}
    assert watch(manned, clinic).raised == ()
    assert facts(manned) == first


def test_a_slide_raises_one_alarm_and_only_once(
    manned: House, clinic: DatasetSpec, slide: Callable[..., None], nights: list[str]
) -> None:
    slide("neighbours.coverage")
    house = by_another(manned)
    (alarm,) = watch(house, clinic).raised
    assert (alarm.chart, alarm.name) == ("nights", "neighbours.coverage")
    assert alarm.since is not None
    assert abs((alarm.since - (AFTERWARDS + timedelta(days=COPIES // 2))).days) <= 3
    assert alarm.sentence.startswith(
        f"The coverage of real rows (neighbours.coverage) slid: since the night of {alarm.since}"
    )
    assert watch(house, clinic).raised == (alarm,)  # the same run again tells the same
    assert raised(manned, clinic) == ()
    with manned.ledger.transaction() as books:
        (decision,) = books.decisions.of(alarm.alarm_id)
        assert [point.score for point in books.watch.points("clinic", "nights", alarm.name)] == [alarm.score]
    assert (decision.kind, decision.reason) == ("alarm", alarm.sentence)


def test_nights_held_to_an_earlier_certificate_are_left_out(
    manned: House, clinic: DatasetSpec, slide: Callable[..., None], nights: list[str]
) -> None:
    """A new ``spec.seed`` draws another certificate; its other offset is no slide."""
    slide("neighbours.coverage")
    begun = AFTERWARDS + timedelta(days=COPIES // 2)
    with ledger_of(manned) as connection:
        before = connection.execute("SELECT baseline_id, drawn_at FROM headwater.baselines").fetchall()
        connection.execute(
            "UPDATE headwater.baselines SET drawn_at = (SELECT max(finished_at) FROM headwater.validations v "
            "JOIN headwater.batches b USING (batch_id) WHERE b.batch_date < %s AND b.status = 'passed') "
            "WHERE kind = 'certificate'",
            [begun],
        )
    try:
        assert raised(manned, clinic) == ()
        looks = [size for chart, name, *_, size, _ in facts(manned)[0] if (chart, name) == ("nights", NAMES[0])]
        assert looks == [COPIES // 2]
    finally:
        with ledger_of(manned) as connection:
            for baseline_id, drawn_at in before:
                connection.execute(
                    "UPDATE headwater.baselines SET drawn_at = %s WHERE baseline_id = %s", [drawn_at, baseline_id]
                )
    assert [alarm.name for alarm in raised(manned, clinic)] == ["neighbours.coverage"]


def test_a_stop_holds_batches_back_until_a_person_closes_the_alarm(
    manned: House, clinic: DatasetSpec, slide: Callable[..., None], nights: list[str]
) -> None:
    stopping = clinic.model_copy(update={"watch": Watch(on_alarm="stop")})
    assert stopped_by(manned, stopping) is None
    slide("joint.c2st")
    (alarm,) = raised(manned, stopping)
    assert stopped_by(manned, stopping) == alarm
    assert stopped_by(manned, clinic) is None
    judgement = judged(manned, clinic, date(2026, 6, 20))
    with pytest.raises(GateClosedError, match=rf"passed and waits.*joint\.c2st.*Cure: .*{alarm.alarm_id}"):
        release(manned, stopping, judgement.validation_id)
    with manned.ledger.transaction() as books:
        assert books.batches.released_on("clinic", date(2026, 6, 20)) is None
    with pytest.raises(RequestRefusedError, match="reason is empty"):
        close_alarm(manned, stopping, alarm.alarm_id, by="anna", reason=" ")
    assert close_alarm(manned, stopping, alarm.alarm_id, by="anna", reason="A library was updated on purpose.")
    assert not close_alarm(manned, stopping, alarm.alarm_id, by="anna", reason="Again.")
    release(manned, stopping, judgement.validation_id)
    assert raised(manned, stopping) == ()  # the chart began anew
    with manned.ledger.transaction() as books:
        opened, closed = books.decisions.of(alarm.alarm_id)
    assert (opened.decided_by, closed.decided_by, closed.kind) == ("headwater", "anna", "close_alarm")


def test_an_alarm_that_is_not_there_or_anothers_cannot_be_closed(manned: House, clinic: DatasetSpec) -> None:
    for alarm_id in ("00000000-0000-0000-0000-000000000000", "' OR 1=1", "", "\0"):
        with pytest.raises(RequestRefusedError, match=r"has no alarm of that id\. Cure"):
            close_alarm(manned, clinic, alarm_id, by="anna", reason="None.")


def test_rows_that_come_again_in_the_union_raise(
    manned: House, clinic: DatasetSpec, slide: Callable[..., None], nights: list[str]
) -> None:
    """A night's file gets the rows of the night two before it: no check of a single night sees that far."""
    first, third = (keys.part(batch_of(manned, nights[index]).location or "", 0) for index in (0, 2))
    kept = manned.store.read_bytes(third)
    manned.store.write_bytes(third, manned.store.read_bytes(first))
    try:
        alarms = raised(manned, clinic)
    finally:
        manned.store.write_bytes(third, kept)
    assert REPEATS in {alarm.name for alarm in alarms}
    assert {alarm.chart for alarm in alarms} == {"union"}


def test_a_new_champion_closes_the_alarms_of_its_predecessor(
    manned: House, clinic: DatasetSpec, slide: Callable[..., None], nights: list[str]
) -> None:
    slide("cell.kmeans")
    (alarm,) = raised(manned, clinic)
    other = clinic.model_copy(update={"candidates": (Candidate(kind="trees", name="other", settings={"leaf": 40}),)})
    snapshot = acquire(manned, other)
    profile(manned, other, snapshot)
    successor = train(manned, other, snapshot, "other")
    with manned.ledger.transaction() as books:
        former = books.generators.champion("clinic")
        books.generators.promote("clinic", successor, datetime.now(UTC))
    found = watch(by_another(manned), other)
    assert found.still_open == ()
    with manned.ledger.transaction() as books:
        (closed,) = [each for each in books.watch.alarms("clinic") if each.alarm_id == alarm.alarm_id]
        generations = books.watch.points("clinic", "generations", TOGETHER)
        books.generators.promote("clinic", former.generator_id, datetime.now(UTC))  # type: ignore[union-attr]
    assert closed.closed_by == "headwater"
    assert successor in (closed.reason or "")
    assert [(point.subject_id, point.size) for point in generations] == [(successor, 2)]


def test_without_a_champion_nothing_is_looked_at(house: House, clinic: DatasetSpec) -> None:
    with house.ledger.transaction() as books:
        books.datasets.register("clinic", "tests", "")
    assert watch(house, clinic).still_open == ()


def test_one_alarm_of_a_figure_is_open_at_a_time(
    manned: House, clinic: DatasetSpec, slide: Callable[..., None], nights: list[str]
) -> None:
    slide("pair.total")
    (alarm,) = raised(manned, clinic)
    with psycopg.connect(manned.connect("").replace("+psycopg", "")) as connection, pytest.raises(psycopg.Error):
        connection.execute(
            "INSERT INTO headwater.alarms SELECT gen_random_uuid(), dataset, chart, name, subject_id, generator_id, "
            "since, score, limit_value, sentence, run_id, raised_at FROM headwater.alarms WHERE alarm_id = %s",
            [alarm.alarm_id],
        )


def test_backfilled_days_stand_among_the_nights_and_are_never_the_newest(
    manned: House, clinic: DatasetSpec, slide: Callable[..., None], nights: list[str]
) -> None:
    slide(copies=12)
    assert raised(manned, clinic) == ()
    before, looked_at = newest(manned), size(manned)
    for days in (3, 2, 1):
        night(manned, clinic, FIRST - timedelta(days=days))
    assert raised(manned, clinic) == ()
    assert newest(manned) == before
    assert size(manned) == looked_at + 3, "they are looked at"


def size(house: House) -> int:
    """How many nights the chart of nights has looked at, the last time."""
    return max(row[6] for row in facts(house)[0] if row[0] == "nights")


def newest(house: House) -> set[tuple[str, str]]:
    """Which batch each chart takes for the last one."""
    return {(chart, str(subject)) for chart, _, subject, *_ in facts(house)[0] if chart != "generations"}
