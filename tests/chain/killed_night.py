"""A night in a process of its own, for tests that kill it. The server that forks it has imported all this already."""

from __future__ import annotations

from datetime import date
from multiprocessing.connection import Connection

import great_expectations  # noqa: F401 - imported first, so that the kills fall into the stages
import sklearn.cluster
import sklearn.ensemble  # noqa: F401
import xgboost  # noqa: F401

from headwater.chain.house import House
from headwater.chain.produce import Plan, plan, produce
from headwater.chain.release import release
from headwater.chain.validate import Judgement, validate
from headwater.ledger import Ledger
from headwater.spec import DatasetSpec
from headwater.store import Store

NIGHT = date(2026, 3, 1)


def night(told: Connection, url: str, store: str, text: str, upto: str) -> None:
    """Make the night; "ready" is told when ``upto`` is next: "produce" or "release"."""
    house = House(Ledger(url), Store(store), lambda _: url, "killed")
    spec = DatasetSpec.model_validate_json(text)
    planned = plan(house, spec, NIGHT)
    judged = judge(house, spec, planned) if upto == "release" else None
    told.send("ready")
    release(house, spec, (judged or judge(house, spec, planned)).validation_id)


def judge(house: House, spec: DatasetSpec, planned: Plan) -> Judgement:
    for shard in planned.shards:
        produce(house, spec, planned.batch_id, shard)
    return validate(house, spec, planned.batch_id)
