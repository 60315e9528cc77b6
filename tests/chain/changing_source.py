"""``clinic`` with other rows in its source, as they are after a week: what the tests of gone categories need."""

from __future__ import annotations

from typing import Any

import pandas as pd
from tests.steady import steady_csv

from headwater.chain.acquire import acquire
from headwater.chain.house import House
from headwater.chain.profile import profile
from headwater.chain.train import train
from headwater.ledger.records import Generator
from headwater.spec import Candidate, DatasetSpec


def of_rows(spec: DatasetSpec, rows: pd.DataFrame) -> DatasetSpec:
    """The spec, reading these rows."""
    return spec.model_copy(update={"source": spec.source.model_copy(update={"path": str(steady_csv(rows))})})


def learned(house: House, spec: DatasetSpec, candidate: dict[str, Any]) -> Generator:
    """A generator of the source as the spec names it now: trained and judged, not crowned."""
    offered = spec.model_copy(update={"candidates": (Candidate.model_validate(candidate),)})
    snapshot = acquire(house, offered)
    profile(house, offered, snapshot)
    generator_id = train(house, offered, snapshot, offered.candidates[0].label)
    with house.ledger.transaction() as books:
        return books.generators.get(generator_id)
