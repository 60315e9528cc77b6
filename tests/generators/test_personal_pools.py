"""The pools of personal data: made through RDT, the same in every process, and never of real values."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from generator_tables import column

from headwater.generators.personal import KINDS, _pools, fresh_personal

POOLS = {
    "name": "4bcbd78755cf",
    "email": "a6c76287f3cf",
    "phone_number": "28cc43a607ed",
    "address": "3230a255c988",
    "city": "ba3edafcbfed",
    "company": "f8d83749bb74",
    "iban": "c65898279f19",
    "ssn": "0da5389a8f17",
    "ipv4": "b84e285c8fdb",
}
"""First digits of the SHA-256 over each kind's pools. A new Faker or RDT may change them: then every batch with such a
column changes too, so change these figures only together with a line in CHANGELOG.md."""


@pytest.mark.parametrize("kind", KINDS)
def test_pools_are_those_that_batches_were_made_from(kind: str) -> None:
    text = "\n".join("|".join(pool) for pool in _pools(kind))
    assert hashlib.sha256(text.encode()).hexdigest()[:12] == POOLS[kind]
    assert all(len(pool) == 1_000 for pool in _pools(kind))


def test_making_pools_leaves_the_global_random_state_alone() -> None:
    _pools.cache_clear()
    np.random.seed(5)
    expected = np.random.random()
    np.random.seed(5)
    fresh_personal(column("x", "pii", "text", pii="name"), 0, 5, seed=1)
    assert np.random.random() == expected


def test_rdt_is_imported_only_when_values_are_made_and_brings_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from headwater.generators.personal import fresh_personal\n"
        "from headwater.tables.schema import ColumnSchema\n"
        "before = 'rdt' in sys.modules\n"
        "column = ColumnSchema(name='x', sdtype='pii', storage='text', nullable=False, pii='city')\n"
        "fresh_personal(column, 0, 3, seed=1)\n"
        "print(before, 'rdt' in sys.modules, [name for name in ('sdv', 'torch', 'sklearn') if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "False True []"
