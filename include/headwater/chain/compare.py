"""Compare: a challenger with a rival on the same anchor rows, of which neither ever learned one.

Belongs here: the rows that both are judged on, what stops a comparison. Does not: what each side brings (``sides.py``),
the statistics (``checks/paired.py``), who the rivals are and what follows (``promote.py``).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from headwater.chain.house import House
from headwater.chain.preparing import prepared_of, reference_of
from headwater.chain.sides import side
from headwater.chain.trials import MisfitError, StrangeError
from headwater.chain.unseen import unseen
from headwater.checks.lost import lost
from headwater.checks.newcomers import reshaped
from headwater.checks.paired import Loss, compare
from headwater.checks.prepared import Prepared
from headwater.checks.reference import ROWS_MIN, Reference
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.side import Side
from headwater.generators.errors import ModelFileError, SettingsError
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec
from headwater.store.artifact import ArtifactError


class NoComparisonError(RuntimeError):
    """Nothing can be said of the two; the message names who is at fault, and why.

    Attributes:
        is_of_this_table: whether the rival learned this very table, columns and types; then it keeps its place.
    """

    def __init__(self, message: str, *, is_of_this_table: bool = False) -> None:
        super().__init__(message)
        self.is_of_this_table = is_of_this_table


@dataclass(frozen=True)
class Comparison:
    """What the challenger loses against one rival, figure by figure."""

    rival: Generator
    losses: tuple[Loss, ...]

    @property
    def is_kept(self) -> bool:
        """Whether the challenger is not worse on any figure."""
        return all(loss.is_kept for loss in self.losses)

    @property
    def decisive(self) -> Loss:
        """The figure with the least of its margin left, in the unit of the margin."""
        return min(self.losses, key=lambda loss: (loss.is_kept, loss.room))

    def told(self) -> dict[str, Any]:
        """All figures, as JSON."""
        return {
            "generator_id": self.rival.generator_id,
            "is_kept": self.is_kept,
            "figures": [loss.model_dump(mode="json") for loss in self.losses],
        }


@dataclass(frozen=True, eq=False)
class Arena:
    """One challenger on one snapshot's anchor; its own figures are made once, however many rivals there are.

    Attributes:
        challenger: whose place is in question; trained on the snapshot ``snapshot_id``.
    """

    house: House
    spec: DatasetSpec
    snapshot_id: str
    challenger: Generator
    _grounds: dict[bytes, tuple[Prepared, Side]] = field(default_factory=dict, repr=False)

    def against(self, rival: Generator) -> Comparison:
        """Every figure of the challenger beside the rival's, on anchor rows that neither trained on.

        Raises:
            NoComparisonError: the rival's model or kind cannot be loaded, it makes another table or mostly rows that
                the table cannot hold today, or saw too many anchor rows.
            CannotJudgeError, MisfitError: what the challenger makes cannot be judged, or is no such table.
        """
        rows = unseen(self.house, self.spec, self.snapshot_id, rival)
        if np.count_nonzero(rows) < ROWS_MIN:
            raise NoComparisonError(
                f"{rival.label} ({rival.generator_id}) trained on other rows than this anchor was kept from: "
                f"{np.count_nonzero(rows):,} of {len(rows):,} anchor rows are known to be new to it, at least "
                f"{ROWS_MIN} are needed"
            )
        prepared, own = self._ground(rows)
        try:
            other = self._side(prepared, rival)
        except (MisfitError, CannotJudgeError, ArtifactError, ModelFileError, SettingsError) as error:
            raise NoComparisonError(
                f"{rival.label} ({rival.generator_id}) cannot be compared: {error}",
                is_of_this_table=isinstance(error, StrangeError) and self._is_this_table(rival),
            ) from error
        margin, seed = self.spec.promotion.margin, self.spec.seed
        units = _units(prepared.reference, self.spec.keys.entity)
        losses = compare(own.figures, other.figures, margin=margin, seed=seed, units=units)
        gone = lost(prepared, own.margins, other.margins)
        return Comparison(rival, (*losses, gone) if gone else losses)

    def _is_this_table(self, rival: Generator) -> bool:
        """Whether the rival learned from the columns of this snapshot, all of one kind with them."""
        with self.house.ledger.transaction() as books:
            here, there = books.snapshots.get(self.snapshot_id), books.snapshots.get(rival.snapshot_id)
        return not reshaped(here.schema, there.schema)

    def _ground(self, rows: NDArray[np.bool_]) -> tuple[Prepared, Side]:
        """The anchor cut to these rows, and what the challenger shows there."""
        key = rows.tobytes()
        if key not in self._grounds:
            prepared = self._prepared(rows)
            self._grounds[key] = prepared, self._side(prepared, self.challenger)
        return self._grounds[key]

    def _prepared(self, rows: NDArray[np.bool_]) -> Prepared:
        if rows.all():
            return prepared_of(self.house, self.spec, self.snapshot_id, self.spec.batch.rows)[1]
        _, whole = reference_of(self.house, self.spec, self.snapshot_id)
        cut = replace(whole, anchor=whole.anchor[rows].reset_index(drop=True))
        return Prepared.of(cut, cut.judge_rows(self.spec.batch.rows))

    def _side(self, prepared: Prepared, generator: Generator) -> Side:
        return side(self.house, self.spec, prepared, self.snapshot_id, generator)


def _units(reference: Reference, entity: tuple[str, ...]) -> NDArray[np.integer] | None:
    """Which anchor rows speak of the same entity."""
    if not entity:
        return None
    found: NDArray[np.integer] = reference.anchor.groupby(list(entity), dropna=False, sort=False).ngroup().to_numpy()
    return found
