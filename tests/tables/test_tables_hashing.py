"""Hashes of rows: computed by hand, independent of shards, and different where rows differ."""

from __future__ import annotations

import hashlib
import hmac

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from headwater.tables.hashing import block_hash, content_hash, csv_bytes, row_digests

KEY = b"0123456789abcdef"
TABLE = pa.table(
    {
        "n": pa.array([1, None], pa.int64()),
        "x": pa.array([0.5, 2.0], pa.float64()),
        "t": pa.array(["", None], pa.string()),
        "d": pa.array([0, 1], pa.date32()),
        "b": pa.array([True, False], pa.bool_()),
    }
)


def hashes_of(table: pa.Table, size: int) -> list[str]:
    return [block_hash(table.slice(start, size)) for start in range(0, table.num_rows, size)]


def test_the_csv_anybody_can_write() -> None:
    assert csv_bytes(TABLE) == b'1,0.5,"",1970-01-01,true\n,2,,1970-01-02,false\n'
    assert csv_bytes(TABLE, header=True).startswith(b'"n","x","t","d","b"\n')
    assert csv_bytes(pa.table({"t": ['say "hi", twice\n']})) == b'"say ""hi"", twice\n"\n'


def test_a_block_by_hand() -> None:
    types = b"[('n', 'int64'), ('x', 'double'), ('t', 'string'), ('d', 'date32[day]'), ('b', 'bool')]"
    rows = b'1,0.5,"",1970-01-01,true\n,2,,1970-01-02,false\n'
    assert block_hash(TABLE) == hashlib.sha256(types + rows).hexdigest()


def test_the_content_by_hand() -> None:
    first, second = (hashlib.sha256(text).hexdigest() for text in (b"1", b"2"))
    wanted = hashlib.sha256(hashlib.sha256(b"1").digest() + hashlib.sha256(b"2").digest()).hexdigest()
    assert content_hash([first, second]) == wanted
    assert content_hash(iter([first, second])) == wanted
    assert content_hash([second, first]) != wanted
    assert content_hash([]) == hashlib.sha256().hexdigest()


def test_shards_do_not_change_the_hash() -> None:
    """Ten blocks, read as one table, as shards of 1, 3 and 10 blocks, and in other Arrow chunks."""
    table = pa.table({"n": range(1_000), "t": [f"row {number}" for number in range(1_000)]})
    wanted = content_hash(hashes_of(table, 100))
    for blocks in (1, 3, 10):
        size = 100 * blocks
        shards = [table.slice(start, size) for start in range(0, 1_000, size)]
        assert content_hash(block for shard in shards for block in hashes_of(shard, 100)) == wanted
    other_chunks = pa.concat_tables([table.slice(0, 37), table.slice(37, 500), table.slice(537)])
    assert content_hash(hashes_of(other_chunks, 100)) == wanted


@pytest.mark.parametrize(
    "other",
    [
        {"a": pa.array(["x", "", "z"])},
        {"a": pa.array(["z", None, "x"])},
        {"b": pa.array(["x", None, "z"])},
        {"a": pa.array(["x", None])},
        {"a": pa.array(["x", None, "Z"])},
        {"a": pa.array(["x", None, "z"], pa.large_string())},
    ],
    ids=["empty text", "order", "name", "fewer", "case", "type"],
)
def test_what_differs_hashes_differently(other: dict[str, pa.Array]) -> None:
    table = pa.table({"a": pa.array(["x", None, "z"])})
    assert block_hash(table) == block_hash(pa.table({"a": pa.chunked_array([["x"], [None, "z"]])}))
    assert block_hash(table) != block_hash(pa.table(other))


def test_a_digest_by_hand() -> None:
    rows = row_digests(TABLE, ["t", "n", "b"], KEY)
    texts = (b"0:;1:1;4:true;", b"-1;-1;5:false;")
    wanted = [int.from_bytes(hmac.digest(KEY, text, "sha256")[:8], "big") for text in texts]
    assert rows.tolist() == wanted
    assert rows.dtype == np.uint64


def test_lengths_count_characters() -> None:
    (digest,) = row_digests(pa.table({"t": ["Größe"]}), ["t"], KEY)
    assert digest == int.from_bytes(hmac.digest(KEY, "5:Größe;".encode(), "sha256")[:8], "big")


def test_cells_cannot_be_shifted() -> None:
    """Neighbouring cells that join to one text are still different rows."""
    table = pa.table({"a": ["1:x;", "", None, "a;1:b"], "b": ["", "1:x;", "-1;", ""]})
    assert len(set(row_digests(table, ["a", "b"], KEY).tolist())) == 4


def test_digests_need_the_key_and_not_the_place() -> None:
    table = pa.table({"n": range(250_001)})
    digests = row_digests(table, ["n"], KEY)
    assert digests[250_000] == row_digests(table.slice(250_000), ["n"], KEY)[0]
    assert row_digests(table.slice(0, 1), ["n"], KEY[::-1])[0] != digests[0]
    assert abs((digests < np.uint64(2**63)).mean() - 0.5) < 0.01
    assert row_digests(table.slice(0, 0), ["n"], KEY).shape == (0,)


Cells = st.lists(st.tuples(st.none() | st.text(max_size=4), st.none() | st.integers(-5, 5)), min_size=1, max_size=6)


@settings(max_examples=40, deadline=None)
@given(Cells, Cells)
def test_equal_rows_and_only_equal_rows_have_equal_hashes(
    one: list[tuple[str | None, int | None]], other: list[tuple[str | None, int | None]]
) -> None:
    tables = [
        pa.table(
            {"t": pa.array([row[0] for row in rows], pa.string()), "n": pa.array([row[1] for row in rows], pa.int64())}
        )
        for rows in (one, other)
    ]
    assert (block_hash(tables[0]) == block_hash(tables[1])) == (one == other)
    digests = [row_digests(table, ["t", "n"], KEY).tolist() for table in tables]
    assert (digests[0] == digests[1]) == (one == other)
