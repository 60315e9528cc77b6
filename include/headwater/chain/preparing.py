"""What rows are judged against: a snapshot's real rows, and what every judgement by them shares, prepared once.

Belongs here: reading the rows, and remembering what was prepared. Does not: preparing (``checks/prepared.py``).

A promotion judges several times by one anchor, and so do a batch that is mended and its watch. The files are read and
checked each time; bins, cells and trees follow from them, and are not fitted again within a process.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable

from headwater.chain.house import House
from headwater.checks.facts import TableFacts
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.ledger.records import Snapshot
from headwater.spec import DatasetSpec
from headwater.tables.frames import from_arrow


class NoProfileError(LookupError):
    """The snapshot was never profiled, so nothing can be judged by it."""


class Shelf:
    """The last few of what was prepared, by all that it follows from.

    Attributes:
        size: how many are kept. Each holds its real rows.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._kept: OrderedDict[Hashable, Prepared] = OrderedDict()

    def take(self, basis: Hashable, prepare: Callable[[], Prepared]) -> Prepared:
        """What was prepared from this basis, or is now. Raises what ``prepare`` raises."""
        found = self._kept.pop(basis, None)
        self._kept[basis] = prepare() if found is None else found
        while len(self._kept) > self.size:
            self._kept.popitem(last=False)
        return self._kept[basis]


SHELF = Shelf(2)
"""A task judges by one anchor, or by turns by that of an older champion and by today's."""


def reference_of(house: House, spec: DatasetSpec, snapshot_id: str) -> tuple[TableFacts, Reference]:
    """What rows are judged against: the snapshot's facts and its real rows.

    Raises:
        NoProfileError: the snapshot was never profiled.
        ArtifactError: the rows are gone, or are not those that were written.
    """
    snapshot, facts = _known(house, spec, snapshot_id)
    return facts, read_reference(house, spec, snapshot)


def prepared_of(house: House, spec: DatasetSpec, snapshot_id: str, batch_rows: int) -> tuple[TableFacts, Prepared]:
    """The snapshot's facts, and its anchor ready to judge batches of so many rows.

    Raises:
        NoProfileError, ArtifactError: as :func:`reference_of`.
        CannotJudgeError: there are too few rows, or they cannot be coded.
    """
    snapshot, facts = _known(house, spec, snapshot_id)
    return facts, prepare(snapshot, read_reference(house, spec, snapshot), batch_rows)


def prepare(snapshot: Snapshot, reference: Reference, batch_rows: int) -> Prepared:
    """The snapshot's own rows, ready to judge batches of so many rows.

    Raises:
        CannotJudgeError: there are too few rows, or they cannot be coded.
    """
    n = reference.judge_rows(batch_rows)
    asked = (reference.targets, reference.groups, reference.seed, reference.shown)
    models = (reference.schema.canonical_json(), reference.contract.canonical_json())
    basis = (snapshot.train_sha256, snapshot.anchor_sha256, n, *asked, *models)
    return SHELF.take(basis, lambda: Prepared.of(reference, n))


def read_reference(house: House, spec: DatasetSpec, snapshot: Snapshot) -> Reference:
    """The real rows of the snapshot, and what the spec asks of synthetic ones.

    Raises:
        ArtifactError: the rows are gone, or are not those that were written.
    """
    train = house.store.read_table(snapshot.train_key, sha256=snapshot.train_sha256)
    anchor = house.store.read_table(snapshot.anchor_key_path, sha256=snapshot.anchor_sha256)
    return Reference(
        schema=snapshot.schema,
        train=from_arrow(train, snapshot.schema),
        anchor=from_arrow(anchor, snapshot.schema),
        contract=spec.contract,
        targets=spec.targets,
        groups=spec.groups,
        seed=spec.seed,
        shown=frozenset(name for name, column in spec.columns.items() if column.public),
    )


def _known(house: House, spec: DatasetSpec, snapshot_id: str) -> tuple[Snapshot, TableFacts]:
    with house.ledger.transaction() as books:
        snapshot, known = books.snapshots.get(snapshot_id), books.snapshots.profile(snapshot_id)
    if known is None:
        raise NoProfileError(f"snapshot {snapshot_id} of {spec.dataset} has no profile; run retrain__{spec.dataset}")
    return snapshot, TableFacts.model_validate(known.facts["table"])
