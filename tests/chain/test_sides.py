"""What a generator shows on an anchor is made once; who cannot make rows has no side, whatever is kept."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from tests.chain.second_champion import champion_of, train_other

from headwater.chain import keys, sides
from headwater.chain.compare import Arena
from headwater.chain.house import House
from headwater.chain.preparing import prepared_of
from headwater.checks.prepared import Prepared
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.side import Side
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec
from headwater.store.artifact import ArtifactError


@pytest.fixture(scope="module")
def champion(manned: House) -> Generator:
    with manned.ledger.transaction() as books:
        return books.generators.get(champion_of(manned, "clinic"))


@pytest.fixture(scope="module")
def prepared(manned: House, clinic: DatasetSpec, champion: Generator) -> Prepared:
    return prepared_of(manned, clinic, champion.snapshot_id, clinic.batch.rows)[1]


def same(one: Side, other: Side) -> bool:
    return all(
        (mine.name, mine.words, mine.is_lower_better, mine.floor)
        == (its.name, its.words, its.is_lower_better, its.floor)
        and np.array_equal(mine.rows, its.rows)
        and np.array_equal(mine.values, its.values)
        and mine.values.dtype == its.values.dtype
        for mine, its in zip(one.figures, other.figures, strict=True)
    ) and all(np.array_equal(value, vars(other.margins)[name]) for name, value in vars(one.margins).items())


def test_it_is_made_once_and_read_as_it_was_made(
    manned: House, clinic: DatasetSpec, prepared: Prepared, champion: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = sides.side(manned, clinic, prepared, champion.snapshot_id, champion)
    monkeypatch.delattr(sides, "contributions")
    assert same(sides.side(manned, clinic, prepared, champion.snapshot_id, champion), made)
    assert type(made.margins.n) is float


def test_a_broken_file_is_said_and_made_again(
    manned: House, clinic: DatasetSpec, prepared: Prepared, champion: Generator, caplog: pytest.LogCaptureFixture
) -> None:
    made = sides.side(manned, clinic, prepared, champion.snapshot_id, champion)
    (key,) = [each for each in manned.store.list("clinic/sides") if same_side(manned, each, made)]
    whole = manned.store.read_bytes(key)
    for broken in (whole[: len(whole) // 2], b"", b"no archive at all"):
        manned.store.write_bytes(key, broken)
        with caplog.at_level(logging.WARNING):
            assert same(sides.side(manned, clinic, prepared, champion.snapshot_id, champion), made)
        assert "the kept side of trees is made again" in caplog.text
        assert manned.store.read_bytes(key) == whole
        caplog.clear()


def same_side(house: House, key: str, made: Side) -> bool:
    return same(Side.from_bytes(house.store.read_bytes(key)), made)


def test_a_kept_side_is_no_use_without_its_model(
    manned: House, clinic: DatasetSpec, prepared: Prepared, champion: Generator
) -> None:
    sides.side(manned, clinic, prepared, champion.snapshot_id, champion)
    key = keys.model("clinic", champion.generator_id)
    model = manned.store.read_bytes(key)
    manned.store.delete(key)
    try:
        with pytest.raises(ArtifactError, match=r"model\.bin"):
            sides.side(manned, clinic, prepared, champion.snapshot_id, champion)
    finally:
        manned.store.write_bytes(key, model)


def test_another_seed_is_another_side(
    manned: House, clinic: DatasetSpec, prepared: Prepared, champion: Generator
) -> None:
    one = sides.side(manned, clinic, prepared, champion.snapshot_id, champion)
    other = sides.side(manned, clinic.model_copy(update={"seed": 1}), prepared, champion.snapshot_id, champion)
    assert not same(one, other)


def test_the_watch_finds_what_a_promotion_made(
    manned: House, clinic: DatasetSpec, champion: Generator, monkeypatch: pytest.MonkeyPatch
) -> None:
    with manned.ledger.transaction() as books:
        other = books.generators.get(train_other(manned, clinic))
    promotion = Arena(manned, clinic, other.snapshot_id, other).against(champion)
    monkeypatch.delattr(sides, "contributions")
    assert Arena(manned, clinic, other.snapshot_id, other).against(champion).losses == promotion.losses


def test_an_unknown_form_is_refused(
    manned: House, clinic: DatasetSpec, prepared: Prepared, champion: Generator
) -> None:
    made = sides.side(manned, clinic, prepared, champion.snapshot_id, champion)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("headwater.checks.side.FORMAT", 99)
        later = made.to_bytes()
    with pytest.raises(CannotJudgeError, match="a side of format 99 cannot be read"):
        Side.from_bytes(later)
