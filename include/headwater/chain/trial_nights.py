"""Trial nights: what the nights of a candidate would come to under the contract, before it makes one.

Belongs here: how many nights are tried and how many may break. Does not: the contract (``checks/contract.py``), the
trial that a candidate is ranked by (``judge.py``).

One trial is one night. A candidate near a limit passes one by luck, and the best of several candidates is the lucky
one more often than not; its nights would then be quarantined.
"""

from __future__ import annotations

from collections import Counter

from headwater.chain.baselines import noise_floor
from headwater.chain.house import House
from headwater.chain.preparing import prepared_of
from headwater.chain.trials import trials
from headwater.checks.judge import Judge
from headwater.checks.verdict import verdict
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec

NIGHTS, BROKEN_MAX, QUIET_NIGHTS = 40, 2, 15
"""Of so many nights so few may break the contract; where none of the first does, so many of them are enough. Who breaks
1 % of its nights passes 99 times of 100, who breaks 10 % 32 times, who breaks 20 % four times."""
_FIRST_BLOCK = 100
"""Of the trial's seeds; see ``judge.py`` for the others. The rows that a candidate was chosen by would flatter it."""


def broken_nights(house: House, spec: DatasetSpec, generator: Generator) -> str | None:
    """Why the candidate's nights would break the contract too often; None where they keep it.

    A trial night has the rows that are judged (the ledger has the verdict on a batch of full size already), and stands
    before the anchor of the generator's own snapshot, as its nights will. Writes nothing.

    Raises:
        MisfitError: the generator makes a table of another shape than its snapshot's.
    """
    _, prepared = prepared_of(house, spec, generator.snapshot_id, spec.batch.rows)
    judge = Judge(prepared, noise_floor(house, spec, generator.snapshot_id, prepared))
    blocks = range(_FIRST_BLOCK, _FIRST_BLOCK + NIGHTS)
    broken, by = 0, Counter[str]()
    nights = trials(house, spec, generator, prepared.reference.schema, rows=prepared.n, blocks=blocks)
    for tried, made in enumerate(nights, start=1):
        judged = verdict(judge.results(made))
        broken += not judged.passed
        by.update(judged.failed)
        if broken > BROKEN_MAX:
            names = ", ".join(f"{name} {times}" for name, times in by.most_common())
            return (
                f"{broken} of its first {tried} trial nights break the contract ({names}); of {NIGHTS} nights "
                f"{BROKEN_MAX} may"
            )
        if tried == QUIET_NIGHTS and not broken:
            return None
    return None
