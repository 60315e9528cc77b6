"""What Headwater proposes for real tables goes through the chain as it stands: to a champion and a good batch."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from tests.steady import steady_anchor, steady_csv

from headwater.chain.acquire import acquire
from headwater.chain.house import House
from headwater.chain.produce import plan, produce
from headwater.chain.profile import profile
from headwater.chain.promote import promote
from headwater.chain.train import train
from headwater.chain.validate import validate
from headwater.proposal.propose import propose
from headwater.spec import Column, load_spec

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
NIGHTS = [date(2026, 3, day) for day in (1, 2, 3)]
"""From the few draws that tests make, an honest night fails in one of twenty cases: two of these have to pass. How many
nights pass at full size, with all draws: ``make bench BENCH=proposals``."""
ROWS, BATCH_ROWS = 5_000, 1_000
"""Some of the real rows, and a batch of which as many are judged: the steps are the same in a tenth of the time."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1_800)]


@pytest.mark.parametrize(
    ("name", "file", "separator"), [("census", "census_adult.csv", ","), ("cardio", "cardio.csv", ";")]
)
def test_the_proposal_goes_through_the_chain_unchanged(
    house: House, tmp_path: Path, name: str, file: str, separator: str
) -> None:
    if not (DATA / file).exists():
        pytest.skip(f"{file} is not on this machine")
    rows = pd.read_csv(DATA / file, sep=separator, dtype=str, keep_default_na=False)
    source = steady_csv(rows.sample(ROWS, random_state=0), separator)
    path = tmp_path / f"{name}.yaml"
    path.write_text(propose(str(source), name, draws=20).yaml, encoding="utf-8")
    spec = load_spec(path)
    assert spec.targets == ({"census": "salary", "cardio": "cardio"}[name],)
    assert spec.columns["sex" if name == "census" else "gender"] == Column(
        sdtype="categorical", sensitive=True, group=True
    )
    batch = spec.batch.model_copy(update={"rows": BATCH_ROWS})
    spec = spec.model_copy(update={"batch": batch})
    steady_anchor(house.connect(""), name)
    snapshot = acquire(house, spec)
    profile(house, spec, snapshot)
    promote(house, spec, snapshot, [train(house, spec, snapshot, "trees")])
    judged = []
    for night in NIGHTS:
        planned = plan(house, spec, night)
        for shard in planned.shards:
            produce(house, spec, planned.batch_id, shard)
        judged.append(validate(house, spec, planned.batch_id))
    assert sum(each.is_passed for each in judged) >= 2, [each.sentence for each in judged]
