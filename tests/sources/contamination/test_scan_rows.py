"""The scan on a table made here: what came back is named, honest rows are not, whatever was done to the rows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from headwater.sources.contamination.fingerprints import distinct
from headwater.sources.contamination.library import Released
from headwater.sources.contamination.scan import Contamination, scan

ROWS = 4_000
IS_ANCHOR = np.arange(ROWS) < 800


def rows(count: int, seed: int, columns: int = 6) -> pa.Table:
    """Three categories, a whole number, an amount with cents, a nearly unique code; real and synthetic alike."""
    random = np.random.default_rng(seed)
    arrays: dict[str, Any] = {
        f"kind {index}": pa.array(random.integers(1, 5 + index, count), pa.uint32()) for index in range(columns - 3)
    }
    arrays["age"] = random.integers(18, 90, count).astype(float)
    arrays["amount"] = np.exp(random.normal(5, 1, count)).round(2)
    arrays["code"] = random.integers(0, 10**6, count).astype(float)
    return pa.table(arrays)


def released(seeds: range, count: int = 3_000) -> list[Released]:
    return [_batch(str(seed), rows(count, seed)) for seed in seeds]


def _batch(name: str, table: pa.Table) -> Released:
    return Released(name, table.num_rows, table.schema, lambda: distinct(table))


def found(came_back: pa.Table, honest: int = 2_000, batches: list[Released] | None = None) -> Contamination:
    """The scan of new honest rows with ``came_back`` at their end, a thousand rows of before among them."""
    before = rows(ROWS, 1)
    snapshot = pa.concat_tables([before.slice(500, 1_000), rows(honest, 2), came_back])
    return scan(snapshot, before, IS_ANCHOR, released(range(100, 105)) if batches is None else batches)


def replaced(table: pa.Table, **columns: Any) -> pa.Table:
    for key, values in columns.items():
        name = key.replace("_", " ")
        table = table.set_column(table.column_names.index(name), name, pa.array(values, table.schema.field(name).type))
    return table


LEAK = rows(3_000, 102).slice(0, 100)
NOTHING = LEAK.slice(0, 0)
WAYS = {
    "unchanged": LEAK,
    "two columns empty": replaced(LEAK, age=[float("nan")] * 100, kind_1=[0] * 100),
    "the nearly unique column empty": replaced(LEAK, code=[float("nan")] * 100, amount=[float("nan")] * 100),
    "two columns of other values": replaced(LEAK, age=list(range(100)), kind_0=[1] * 100),
    "all numbers to tens": replaced(
        LEAK, **{name: np.round(LEAK.column(name).to_numpy(), -1) for name in ("age", "amount", "code")}
    ),
    "one number to thousands": replaced(LEAK, code=np.floor(LEAK.column("code").to_numpy() / 1_000) * 1_000),
    "each number in its own way": replaced(
        LEAK,
        age=np.floor(LEAK.column("age").to_numpy() / 10) * 10,
        amount=np.floor(LEAK.column("amount").to_numpy()),
        code=np.floor(LEAK.column("code").to_numpy() / 1_000) * 1_000,
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_rows_that_came_back_are_named(way: str) -> None:
    result = found(WAYS[way])
    assert result.named[-100:].sum() >= 95
    if "unique" not in way:  # else other batches have such rows too, and the first of them is named
        assert (result.batch[-100:][result.named[-100:]] == 2).all()
    assert result.named[:-100].sum() <= 2
    assert result.leaked == pytest.approx(100, abs=8)
    assert 2_050 <= result.scanned <= 2_100  # the thousand rows of before were there first


def test_honest_rows_raise_no_alarm() -> None:
    result = found(NOTHING)
    assert result.findings == ()
    assert not result.named.any()
    assert result.leaked == 0


def test_rows_of_before_are_never_named_even_when_a_batch_has_them() -> None:
    before = rows(ROWS, 1)
    thief = Released("thief", 1_000, before.schema, lambda: before.slice(500, 1_000))
    result = found(NOTHING, batches=[thief])
    assert not result.named.any()


def test_a_copy_too_many_of_an_earlier_row_is_named_with_the_others() -> None:
    """A generator may remember a row: one that came back so is one more than there were, and not unlike any before."""
    remembered = rows(ROWS, 1).slice(600, 5)
    batch = pa.concat_tables([rows(3_000, 102), remembered])
    result = found(pa.concat_tables([LEAK, remembered]), batches=[_batch("1", batch)])
    assert result.named[-105:].all()
    assert not result.named[:-105].any()


def test_equal_rows_by_nature_raise_no_alarm_and_are_not_named() -> None:
    """A survey of three questions: every honest answer has been released too."""

    def survey(count: int, seed: int) -> pa.Table:
        random = np.random.default_rng(seed)
        return pa.table({name: pa.array(random.integers(1, 4, count), pa.uint32()) for name in ("a", "b", "c")})

    batch = Released("1", 2_000, survey(1, 0).schema, lambda: distinct(survey(2_000, 9)))
    result = scan(survey(2_000, 2), survey(ROWS, 1), IS_ANCHOR, [batch])
    assert result.findings == ()
    assert not result.named.any()


def test_a_table_whose_rows_all_repeat_is_searched_too() -> None:
    """No earlier row stands alone and every new row is known: nothing is asked, and nothing proved."""
    few = pa.table({"a": pa.array([1, 2] * 500, pa.uint32()), "b": pa.array([1, 1, 2, 2] * 250, pa.uint32())})
    more = pa.concat_tables([few, few.slice(0, 10)])
    result = scan(more, few, np.arange(1_000) < 200, [_batch("1", few.slice(0, 300))])
    assert (result.scanned, result.findings) == (10, ())


@pytest.mark.parametrize("scale", [1e4, 1e9])
def test_rounded_numbers_are_found_however_large_they_are(scale: float) -> None:
    def accounts(count: int, seed: int) -> pa.Table:
        random = np.random.default_rng(seed)
        numbers = {name: scale * (1 + random.random(count)) for name in ("balance", "limit", "turnover")}
        return pa.table({"kind": pa.array(random.integers(1, 6, count), pa.uint32()), **numbers})

    def to_three_digits(values: np.ndarray) -> np.ndarray:
        step = 10.0 ** (np.floor(np.log10(values)) - 2)
        return np.round(values / step) * step

    batch = accounts(3_000, 9)
    leak = batch.slice(0, 100)
    for name in ("balance", "limit", "turnover"):
        index = leak.column_names.index(name)
        leak = leak.set_column(index, name, pa.array(to_three_digits(leak.column(name).to_numpy())))
    result = scan(pa.concat_tables([accounts(2_000, 2), leak]), accounts(ROWS, 1), IS_ANCHOR, [_batch("1", batch)])
    assert result.named[-100:].sum() >= 95
    assert result.named[:-100].sum() <= 2


def answers(count: int, seed: int) -> pa.Table:
    """A survey of nine questions: most answers are common, and those that are new are rarer than that."""
    random = np.random.default_rng(seed)
    share = (0.45, 0.25, 0.15, 0.1, 0.05)
    return pa.table({f"q{index}": pa.array(1 + random.choice(5, count, p=share), pa.uint32()) for index in range(9)})


@pytest.mark.parametrize("planted", [0, 200])
def test_a_leak_among_rows_that_equal_by_nature_is_counted_and_none_is_named(planted: int) -> None:
    batches = [_batch(str(seed), answers(4_000, seed)) for seed in range(100, 115)]
    snapshot = pa.concat_tables([answers(2_000 - planted, 2), answers(4_000, 103).slice(0, planted)])
    result = scan(snapshot, answers(ROWS, 1), IS_ANCHOR, batches)
    assert not result.named.any()
    assert bool(result.findings) == bool(planted)
    assert result.leaked == pytest.approx(planted, abs=80)


def test_rows_that_are_estimated_and_named_afterwards_count_once() -> None:
    """All of one rare answer, in a table of common rows: as they are none is told apart, by that answer all are."""

    def common(count: int, seed: int) -> pa.Table:
        random = np.random.default_rng(seed)
        sizes = {"a": 12, "b": 10, "c": 9}
        shares = {name: 1 / np.arange(1, size + 1) for name, size in sizes.items()}
        picked = {name: 1 + random.choice(len(share), count, p=share / share.sum()) for name, share in shares.items()}
        few = {name: pa.array(values, pa.uint32()) for name, values in picked.items()}
        return pa.table({**few, "d": random.integers(0, 30, count).astype(float)})

    def of(table: pa.Table, value: int, *, like: bool) -> pa.Table:
        return table.filter(pa.array((table.column("a").to_numpy() == value) == like))

    before, batch = common(8_000, 1), common(6_000, 2)
    leak = of(batch, 6, like=True).slice(0, 300)
    snapshot = pa.concat_tables([before, of(common(400, 3), 6, like=False), leak])
    result = scan(snapshot, before, np.arange(8_000) < 1_600, [_batch("1", batch)])
    assert any(each.change == "unchanged" and not each.named for each in result.findings)
    assert result.named.sum() == pytest.approx(len(leak), abs=5)
    assert result.leaked == pytest.approx(len(leak), rel=0.1)


def test_honest_rows_of_one_value_are_no_leak() -> None:
    """A source that begins to leave a column empty: those rows match as often as others without that column."""
    honest = rows(2_000, 2)
    empty = replaced(honest, code=[float("nan")] * 2_000)
    before = rows(ROWS, 1)
    result = scan(empty, before, IS_ANCHOR, released(range(100, 105)))
    assert not result.named.any()


def test_a_batch_without_shared_columns_is_said_to_be_left_out() -> None:
    other = pa.table({"else": [1.0, 2.0]})
    result = found(LEAK, batches=[Released("stranger", 2, other.schema, lambda: other), *released(range(102, 103))])
    assert result.left_out == ("stranger",)
    assert (result.batch[-100:] == 1).sum() >= 99


def test_a_column_that_came_later_does_not_hide_older_batches() -> None:
    """The source has one column more since; old batches are compared by the columns they have."""

    def wider(table: pa.Table) -> pa.Table:
        return table.append_column("new", [np.arange(table.num_rows, dtype=float)])

    snapshot = wider(pa.concat_tables([rows(2_000, 2), LEAK]))
    young = wider(rows(1_000, 200))
    batches = [*released(range(102, 103)), Released("young", 1_000, young.schema, lambda: young)]
    result = scan(snapshot, wider(rows(ROWS, 1)), IS_ANCHOR, batches)
    assert (result.batch[-100:] == 0).sum() >= 95


def test_nothing_new_nothing_released_nothing_there() -> None:
    before = rows(ROWS, 1)
    assert scan(before, before, IS_ANCHOR, released(range(100, 101))).scanned == 0
    assert scan(rows(10, 3), before, IS_ANCHOR, []).findings == ()
    assert len(scan(before.slice(0, 0), before, IS_ANCHOR, released(range(100, 101))).batch) == 0
    assert not scan(LEAK, before.slice(0, 0), IS_ANCHOR[:0], released(range(102, 103))).named.any()


def test_wide_tables_are_searched_in_groups() -> None:
    batch = rows(2_000, 300, columns=40)
    leak = batch.slice(0, 100)
    for name in ("age", "kind 20"):
        values: Any = [float("nan")] * 100 if name == "age" else [0] * 100
        leak = leak.set_column(leak.column_names.index(name), name, pa.array(values, leak.schema.field(name).type))
    snapshot = pa.concat_tables([rows(2_000, 2, columns=40), leak])
    only = Released("1", 2_000, batch.schema, lambda: batch)
    result = scan(snapshot, rows(ROWS, 1, columns=40), IS_ANCHOR, [only])
    assert result.named[-100:].all()
    assert not result.named[:-100].any()
