"""A second generator of ``clinic`` in a house that has one, and nights: what the tests of rollback and recall need."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import uuid4

from headwater.chain.house import House
from headwater.chain.train import train
from headwater.ledger.answers import ChampionVersion
from headwater.spec import Candidate, DatasetSpec


def train_other(house: House, spec: DatasetSpec, name: str = "other", leaf: int = 25) -> str:
    """Another generator from the present champion's snapshot; returns its id. It is not promoted."""
    candidate = Candidate(kind="trees", settings={"leaf": leaf}, name=name)
    other = spec.model_copy(update={"candidates": (candidate,)})
    with house.ledger.transaction() as books:
        champion = books.generators.champion(spec.dataset)
    assert champion is not None
    return train(house, other, champion.snapshot_id, name)


def two_versions(house: House, spec: DatasetSpec) -> tuple[str, str]:
    """Ids of versions 1 and 2 of ``clinic``, the second made champion now."""
    first = champion_of(house, "clinic")
    assert first is not None
    other = train_other(house, spec)
    crown(house, "clinic", other)
    return first, other


def crown(house: House, dataset: str, generator_id: str) -> None:
    """Make it champion as the machine does, without asking whether it is good."""
    with house.ledger.transaction() as books:
        books.generators.promote(dataset, generator_id, datetime.now(UTC))


def champion_of(house: House, dataset: str) -> str | None:
    with house.ledger.transaction() as books:
        champion = books.generators.champion(dataset)
    return None if champion is None else champion.generator_id


def versions_of(house: House, dataset: str) -> list[ChampionVersion]:
    with house.ledger.transaction() as books:
        return books.champions.versions(dataset)


def in_run(house: House, run_id: str | None = None) -> House:
    """The same house on behalf of another run: a new one, or the one that is named."""
    return replace(house, run_id=run_id or f"manual__{uuid4()}")


def reign(house: House, dataset: str, *reigns: tuple[str, datetime]) -> None:
    """Let these generators, and no other, have been champions, each from its moment until the next one's."""
    ends = [begun for _, begun in reigns[1:]] + [None]
    with house.ledger.transaction() as books:
        connection = books.readers._connection()
        connection.execute("DELETE FROM headwater.champions WHERE dataset = %s", [dataset])
        for (generator_id, begun), ended in zip(reigns, ends, strict=True):
            connection.execute(
                "INSERT INTO headwater.champions (dataset, generator_id, promoted_at, retired_at) "
                "VALUES (%s, %s, %s, %s)",
                [dataset, generator_id, begun, ended],
            )
