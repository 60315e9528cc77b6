"""What tests on a real Airflow share: the chain's surroundings as its tasks have them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.running_airflow import RunningAirflow

from headwater.chain.house import House
from headwater.ledger import Ledger
from headwater.store import Store


@pytest.fixture(scope="module")
def house(airflow: RunningAirflow) -> Iterator[House]:
    """The Airflow's ledger and store; closed after the file."""
    ledger = Ledger(airflow.ledger_url)
    yield House(ledger, Store(airflow.store_url), lambda _: airflow.source_url, "test")
    ledger.close()
