"""A user's own generator (the example of docs/own_generator.md) is trained, judged, promoted and makes a night."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from tests.own_page import KIND, candidates, write_package

from headwater.chain.acquire import acquire
from headwater.chain.house import House
from headwater.chain.judge import judge
from headwater.chain.produce import plan, produce
from headwater.chain.profile import profile
from headwater.chain.promote import promote
from headwater.chain.train import train
from headwater.chain.validate import validate
from headwater.spec import Candidate, DatasetSpec


@pytest.fixture
def own(clinic: DatasetSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DatasetSpec]:
    """The clinic's spec with the page's candidates."""
    monkeypatch.syspath_prepend(str(write_package(tmp_path)))
    yield clinic.model_copy(update={"candidates": tuple(Candidate.model_validate(each) for each in candidates())})
    for name in ("my_generators.grouped", "my_generators"):
        sys.modules.pop(name, None)


def test_it_goes_through_the_chain_like_a_built_in_one(house: House, own: DatasetSpec) -> None:
    snapshot = acquire(house, own)
    profile(house, own, snapshot)
    generator_id = train(house, own, snapshot, "by-ward")
    with house.ledger.transaction() as books:
        generator = books.generators.get(generator_id)
    assert (generator.kind, generator.settings) == (KIND, {"by": "ward"})
    assert generator.score is not None
    results = {result.name: result for result in judge(house, own, generator, snapshot)}
    assert {"neighbours.coverage", "joint.c2st", "category.kept"} <= set(results)
    # The columns that the ward decides are kept, so the anchor finds nothing against it.
    assert results["joint.c2st"].passed
    assert promote(house, own, snapshot, [generator_id]).champion_id == generator_id
    planned = plan(house, own, date(2026, 3, 1))
    produce(house, own, planned.batch_id, 0)
    assert validate(house, own, planned.batch_id).is_passed
