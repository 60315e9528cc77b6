"""What was made from what: edges one by one, and whole ways from the view ``batch_lineage``."""

from __future__ import annotations

from sqlalchemy import Uuid, and_, column, select, table
from sqlalchemy.orm import Session

from headwater.ledger.answers import BatchLineage
from headwater.ledger.errors import LedgerError
from headwater.ledger.models.base import SCHEMA
from headwater.ledger.models.history import KINDS, LineageEdgeRow
from headwater.ledger.upsert import insert_new

VIEW = table(
    "batch_lineage",
    *(column(name, Uuid(as_uuid=False) if name.endswith("_id") else None) for name in BatchLineage.model_fields),
    schema=SCHEMA,
)


class Lineage:
    """The way from a source to a reader."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, from_kind: str, from_id: str, to_kind: str, to_id: str) -> None:
        """Write one edge; written again, it is the same edge.

        Raises:
            LedgerError: a kind is none of source, snapshot, generator, batch, validation, reader.
        """
        for kind in (from_kind, to_kind):
            if kind not in KINDS:
                raise LedgerError(f"Lineage knows no {kind!r}. Cure: use one of {', '.join(KINDS)}.")
        edge = {"from_kind": from_kind, "from_id": from_id, "to_kind": to_kind, "to_id": to_id}
        insert_new(self._session, LineageEdgeRow, edge)

    def into(self, to_kind: str, to_id: str) -> list[tuple[str, str]]:
        """What a thing was made from: pairs of kind and id, sorted."""
        edge = LineageEdgeRow
        query = select(edge.from_kind, edge.from_id).where(edge.to_kind == to_kind, edge.to_id == to_id)
        return [(kind, name) for kind, name in self._session.execute(query.order_by(edge.from_kind, edge.from_id))]

    def above(self, kind: str, to_kind: str, to_id: str) -> list[str]:
        """Ids of all things of that kind that a thing was made from, over any number of steps, sorted."""
        edge = LineageEdgeRow
        first = select(edge.from_kind, edge.from_id).where(edge.to_kind == to_kind, edge.to_id == to_id)
        step = first.cte("above", recursive=True)
        is_made_of = and_(edge.to_kind == step.c.from_kind, edge.to_id == step.c.from_id)
        further = select(edge.from_kind, edge.from_id).join(step, is_made_of)
        all_steps = step.union(further)  # each once, so that no circle is endless
        query = select(all_steps.c.from_id).where(all_steps.c.from_kind == kind).order_by(all_steps.c.from_id)
        return list(self._session.scalars(query))

    def of_batch(self, batch_id: str) -> BatchLineage | None:
        """Where a batch comes from, if there is such a batch."""
        row = self._session.execute(select(VIEW).where(VIEW.c.batch_id == batch_id)).mappings().one_or_none()
        return None if row is None else BatchLineage.model_validate(dict(row))
