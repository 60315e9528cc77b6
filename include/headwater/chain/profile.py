"""Profile: the facts of the real rows and the noise floor of every check, kept with the snapshot."""

from __future__ import annotations

from headwater.chain.baselines import noise_floor
from headwater.chain.house import House
from headwater.chain.preparing import prepare, read_reference
from headwater.checks.facts import describe
from headwater.repair.frozen import FrozenProfile, freeze
from headwater.spec import DatasetSpec

FROZEN = "frozen"
"""Where a profile keeps the counts that repairs go by; those of earlier versions have none."""


def profile(house: House, spec: DatasetSpec, snapshot_id: str) -> None:
    """Describe the training rows and draw the noise floor: how every statistic varies between real samples.

    What was drawn before for this snapshot, size of batch and contract is not drawn again.

    Raises:
        CannotJudgeError: there are too few real rows for any limit; the message says how many are needed.
    """
    with house.ledger.transaction() as books:
        snapshot = books.snapshots.get(snapshot_id)
        known = books.snapshots.profile(snapshot_id)
    reference = read_reference(house, spec, snapshot)
    if known is None or FROZEN not in known.facts:
        found = {"table": describe(reference.train, snapshot.schema), FROZEN: freeze(reference.train, snapshot.schema)}
        facts = {name: each.model_dump(mode="json") for name, each in found.items()}
        with house.ledger.transaction() as books:
            books.snapshots.record_profile(snapshot_id, facts)
    noise_floor(house, spec, snapshot_id, prepare(snapshot, reference, spec.batch.rows))


def frozen_of(house: House, snapshot_id: str) -> FrozenProfile | None:
    """What repairs go by: counts of the snapshot's training rows. None where the profile is older than repairs."""
    with house.ledger.transaction() as books:
        known = books.snapshots.profile(snapshot_id)
    return FrozenProfile.model_validate(known.facts[FROZEN]) if known and FROZEN in known.facts else None
