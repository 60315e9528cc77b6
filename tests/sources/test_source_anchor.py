"""The anchor: the same rows in every snapshot, whole people, whatever the order or the storage."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tests.sources import hostile

from headwater.sources.anchor import BLOCK_ROWS, Split, key_columns, key_digests, snapshot_hash, split
from headwater.sources.conform import conform_source
from headwater.sources.errors import SourceError
from headwater.tables.frames import to_arrow
from headwater.tables.hashing import block_hash, content_hash

KEY = b"a test key of 32 bytes, no more."
VISITS = {"person": "id", "visit": "numerical", "cost": "numerical", "plan": "categorical"}


def visits(people: range, seed: int = 0) -> pd.DataFrame:
    """One to five visits a person. A person's rows follow from the person alone, as in a growing table."""
    rows = []
    for person in people:
        rng = np.random.default_rng([seed, person])
        for visit in range(1, int(rng.integers(2, 7))):
            rows.append((person, visit, round(float(rng.gamma(2.0, 50.0)), 2), "abc"[int(rng.integers(3))]))
    return pd.DataFrame(rows, columns=list(VISITS))


def sides(raw: pd.DataFrame, columns: dict[str, Any] = VISITS, key: bytes = KEY, **parts: Any) -> Split:
    spec = hostile.spec_of(columns, **parts)
    frame, schema = conform_source(raw, spec)
    return split(frame, schema, spec, key)


def people_of(frame: pd.DataFrame) -> set[int]:
    return set(frame["person"])


def test_a_person_in_the_anchor_stays_there_in_three_growing_snapshots() -> None:
    keys = {"entity": ["person"]}
    snapshots = [visits(range(count)).sample(frac=1, random_state=count) for count in (800, 1_200, 2_000)]
    parts = [sides(raw, keys=keys) for raw in snapshots]
    for earlier, later in pairwise(parts):
        assert people_of(earlier.anchor) < people_of(later.anchor)
        assert people_of(earlier.train) < people_of(later.train)
    for raw, part in zip(snapshots, parts, strict=True):
        assert not people_of(part.anchor) & people_of(part.train)
        assert len(part.anchor) + len(part.train) == len(raw)


def test_by_rows_and_by_primary_key_too() -> None:
    numbered = visits(range(1_500)).reset_index(names="row")
    columns = {"row": "id", **VISITS}
    choices: list[dict[str, Any]] = [{"keys": {"primary": ["row"]}}, {}]
    for parts in choices:
        small, large = (sides(raw, columns, **parts) for raw in (numbered.head(2_000), numbered))
        assert set(small.anchor["row"]) < set(large.anchor["row"])
        assert set(small.train["row"]) < set(large.train["row"])


def test_the_share_is_close_to_a_fifth() -> None:
    part = sides(visits(range(4_000)), keys={"entity": ["person"]})
    share = len(people_of(part.anchor)) / 4_000
    assert abs(share - 0.2) < 4 * (0.2 * 0.8 / 4_000) ** 0.5


def test_the_order_of_the_source_does_not_matter() -> None:
    raw = visits(range(500))
    raw = pd.concat([raw, raw.head(50)])  # equal rows as well
    one, other = (sides(frame, keys={"entity": ["person"]}) for frame in (raw, raw.sample(frac=1, random_state=1)))
    pd.testing.assert_frame_equal(one.train, other.train)
    pd.testing.assert_frame_equal(one.anchor, other.anchor)


def test_equal_rows_share_a_side() -> None:
    raw = pd.concat([visits(range(300))] * 3)
    part = sides(raw)
    anchor, train = (set(map(tuple, frame.astype(object).to_numpy())) for frame in (part.anchor, part.train))
    assert not anchor & train
    assert part.anchor.groupby(list(VISITS), observed=True).size().mod(3).eq(0).all()


def test_another_key_sets_others_aside() -> None:
    raw = visits(range(2_000))
    one, other = (people_of(sides(raw, key=key, keys={"entity": ["person"]}).anchor) for key in (KEY, KEY[::-1]))
    assert len(one & other) / len(one) == pytest.approx(0.2, abs=0.1)


def test_storage_does_not_decide() -> None:
    """The same people as integers, floats, and text with a column of categories that grew."""
    raw = visits(range(1_000))
    keys = {"entity": ["person", "plan"]}
    columns = {**VISITS, "person": "numerical"}
    wanted = people_of(sides(raw, columns, keys=keys).anchor)
    a_fraction = pd.DataFrame({"person": [0.5], "visit": [1], "cost": [1.0], "plan": ["new"]})
    as_real = sides(pd.concat([raw, a_fraction]), columns, keys=keys)
    assert str(as_real.anchor["person"].dtype) == "float64"
    assert {person for person in people_of(as_real.anchor) if person != 0.5} == wanted
    as_text = sides(raw.astype({"person": str}), {**VISITS, "person": "id"}, keys=keys)
    assert set(map(int, people_of(as_text.anchor))) == wanted


def test_dates_that_become_timestamps() -> None:
    days = pd.DataFrame({"day": pd.date_range("1990-01-01", periods=1_000), "x": 1.5})
    spec: dict[str, Any] = {"day": "datetime", "x": "numerical"}
    later = pd.concat([days, pd.DataFrame({"day": [pd.Timestamp("2024-01-01 12:00")], "x": [1.5]})])
    early, late = (sides(raw, spec, keys={"primary": ["day"]}) for raw in (days, later))
    assert set(early.anchor["day"]) <= set(late.anchor["day"])
    assert set(early.train["day"]) <= set(late.train["day"])


def test_missing_and_empty_text_are_different_rows() -> None:
    columns = {"name": {"sdtype": "id", "nullable": True}, "x": "numerical"}
    raw = pd.DataFrame({"name": [None, ""] * 100, "x": np.arange(200) // 2})
    part = sides(raw, columns)
    digests = np.concatenate([part.anchor_digests, part.train_digests])
    assert len(np.unique(digests)) == 200


def test_digests_are_sorted_and_split_at_the_border() -> None:
    part = sides(visits(range(500)), keys={"entity": ["person"]})
    for digests, frame in ((part.anchor_digests, part.anchor), (part.train_digests, part.train)):
        assert digests.dtype == np.uint64
        assert len(digests) == len(frame)
        assert (np.diff(digests.astype(object)) >= 0).all()
    assert int(part.anchor_digests.max()) < 0.2 * 2**64 <= int(part.train_digests.min())


def test_too_small_an_anchor() -> None:
    with pytest.raises(SourceError, match=r"anchor would hold \d+ rows; fewer than 20.*Cure: More rows are needed"):
        sides(hostile.ordinary(30), hostile.ORDINARY, contract={"source_rows_min": 20})


def test_everything_in_the_anchor() -> None:
    """One person alone: all rows fall on one side."""
    raw = hostile.ordinary().assign(id=1)
    reasons = set()
    for number in range(40):
        with pytest.raises(SourceError) as caught:
            sides(raw, hostile.ORDINARY, key=number.to_bytes(16, "big"), keys={"entity": ["id"]})
        reasons.add(caught.value.problems[0].what.split(";")[0])
    assert reasons == {"The anchor would hold 0 rows", "All rows fall into the anchor"}


@pytest.mark.parametrize(("key", "share"), [(b"short", 0.2), (KEY, 0.0), (KEY, 1.0)])
def test_impossible_settings(key: bytes, share: float) -> None:
    spec = hostile.spec_of(hostile.ORDINARY)
    frame, schema = conform_source(hostile.ordinary(), spec)
    with pytest.raises(ValueError, match=r"16 bytes|between 0 and 1"):
        split(frame, schema, spec, key, share)


def test_the_snapshots_hash_is_that_of_its_rows_in_blocks() -> None:
    spec = hostile.spec_of(VISITS)
    frame, schema = conform_source(visits(range(6_000)), spec)
    part = split(frame, schema, spec, KEY)
    rows = to_arrow(pd.concat([part.anchor, part.train], ignore_index=True), schema)
    assert rows.num_rows > BLOCK_ROWS
    blocks = [rows.slice(start, 10_000) for start in range(0, rows.num_rows, 10_000)]
    assert snapshot_hash(part, schema) == content_hash(map(block_hash, blocks))
    shuffled = split(frame.sample(frac=1, random_state=2).reset_index(drop=True), schema, spec, KEY)
    assert snapshot_hash(shuffled, schema) == snapshot_hash(part, schema)
    one_less = split(frame.iloc[1:].reset_index(drop=True), schema, spec, KEY)
    assert snapshot_hash(one_less, schema) != snapshot_hash(part, schema)


def test_rows_are_recognised_by_their_key_in_another_snapshot() -> None:
    """One person has one digest, whatever else stands in the row, and however the number is stored."""
    keys = {"entity": ["person"]}
    spec = hostile.spec_of(VISITS, keys=keys)
    _, schema = conform_source(visits(range(300)), spec)
    parts = sides(visits(range(300)), keys=keys)
    assert key_columns(spec, schema) == ["person"]
    table = to_arrow(parts.train, schema)
    assert np.array_equal(key_digests(table, ["person"], KEY), parts.train_digests)
    stored = table.set_column(0, "person", table.column("person").cast("float64"))
    assert np.array_equal(key_digests(stored, ["person"], KEY), parts.train_digests)
    assert not np.isin(key_digests(table, ["person"], b"another key of 32 bytes, no more"), parts.train_digests).any()
    assert key_columns(hostile.spec_of(VISITS), schema) == schema.names
