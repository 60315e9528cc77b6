"""A user's own generator (the example of docs/own_generator.md) is trained, judged, promoted and makes a night."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from tests.clinic import clinic_rows
from tests.own_page import KIND, candidates, write_package

from headwater.chain.acquire import acquire
from headwater.chain.house import GateClosedError, House
from headwater.chain.judge import judge
from headwater.chain.produce import plan, produce
from headwater.chain.profile import profile
from headwater.chain.promote import promote
from headwater.chain.train import train
from headwater.chain.validate import validate
from headwater.spec import Candidate, DatasetSpec


@pytest.fixture
def own(clinic: DatasetSpec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DatasetSpec]:
    """The clinic with the page's candidates, and costs of many decimals: of cents the example would hand out copies."""
    monkeypatch.syspath_prepend(str(write_package(tmp_path)))
    rows, csv = clinic_rows(), tmp_path / "clinic.csv"
    cents = np.random.default_rng(1).random(len(rows)) / 100
    rows.assign(cost=rows["cost"] + cents).to_csv(csv, index=False)
    source = clinic.source.model_copy(update={"path": str(csv)})
    offered = tuple(Candidate.model_validate(each) for each in candidates())
    yield clinic.model_copy(update={"candidates": offered, "source": source})
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


def test_one_that_hands_out_training_rows_is_passed_over(house: House, own: DatasetSpec, clinic: DatasetSpec) -> None:
    """Costs in cents stay as they were, so 3 % of the rows are copies: one trial may miss that, trial nights do not."""
    spec = own.model_copy(update={"source": clinic.source})
    snapshot = acquire(house, spec)
    profile(house, spec, snapshot)
    generator_id = train(house, spec, snapshot, "by-ward")
    with pytest.raises(GateClosedError, match=r"clinic has no champion\. .*copies\.exact"):
        promote(house, spec, snapshot, [generator_id])
