"""The index of Data Docs: validations newest first, filtered and paged, without reading a single page.

Belongs here: the queries behind the index. Does not: who may see which dataset (the caller says so), how it looks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import ColumnElement, case, exists, func, literal, select
from sqlalchemy.orm import Session

from headwater.ledger.answers import DocsEntry, DocsQuery, FailedCheck
from headwater.ledger.models.batches import BatchRow
from headwater.ledger.models.generators import GeneratorRow
from headwater.ledger.models.validations import CheckRow, ValidationRow

NAMES_MAX = 500
"""Names of failed checks that are offered for choosing."""
COUNT_MAX = 10_000
"""Validations beyond which they are no longer counted, nor paged through: a filter finds what is older."""
FEW_DAYS = 31
"""Days of batches that are looked up first; of more, validations are read newest first until a page is full."""


class DocsIndex:
    """What was judged, and where to read about it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def count(self, query: DocsQuery) -> int:
        """How many validations the query finds; :data:`COUNT_MAX` and one where there are more."""
        found = select(literal(1)).select_from(ValidationRow).join(BatchRow).where(*_conditions(query))
        counted = select(func.count()).select_from(found.limit(COUNT_MAX + 1).subquery())
        return self._session.scalar(counted) or 0

    def entries(self, query: DocsQuery, *, offset: int, limit: int) -> list[DocsEntry]:
        """Validations newest first, ``limit`` of them after the first ``offset``; the order is total, so pages join."""
        page = (
            select(
                ValidationRow.validation_id,
                BatchRow.batch_id,
                BatchRow.dataset,
                BatchRow.batch_date,
                BatchRow.rows,
                GeneratorRow.label.label("generator_label"),
                ValidationRow.passed,
                ValidationRow.sentence,
                ValidationRow.attempt,
                ValidationRow.finished_at,
            )
            .join(BatchRow, BatchRow.batch_id == ValidationRow.batch_id)
            .join(GeneratorRow, GeneratorRow.generator_id == BatchRow.generator_id)
            .where(*_conditions(query))
            .order_by(ValidationRow.finished_at.desc(), ValidationRow.validation_id.desc())
            .offset(offset)
            .limit(limit)
        )
        rows = self._session.execute(page).mappings().all()
        failed = self._failed([row["validation_id"] for row in rows])
        return [DocsEntry(**row, failed=tuple(failed[row["validation_id"]])) for row in rows]

    def failed_names(self, datasets: frozenset[str]) -> list[str]:
        """Names of the checks that ever failed in these datasets, in the alphabet's order."""
        names = (
            select(CheckRow.name)
            .join(ValidationRow, ValidationRow.validation_id == CheckRow.validation_id)
            .join(BatchRow, BatchRow.batch_id == ValidationRow.batch_id)
            .where(_has_failed(), BatchRow.dataset.in_(datasets))
            .distinct()
            .order_by(CheckRow.name)
            .limit(NAMES_MAX)
        )
        return list(self._session.scalars(names))

    def datasets(self) -> list[str]:
        """Names of all datasets that have a batch, in the alphabet's order."""
        return list(self._session.scalars(select(BatchRow.dataset).distinct().order_by(BatchRow.dataset)))

    def _failed(self, validation_ids: Sequence[str]) -> defaultdict[str, list[FailedCheck]]:
        """The failed checks of each validation, critical ones first, then in the order of the battery."""
        rank = case({"critical": 0, "warning": 1}, value=CheckRow.severity, else_=2)
        query = (
            select(CheckRow.validation_id, CheckRow.name, CheckRow.severity)
            .where(_has_failed(), CheckRow.validation_id.in_(validation_ids))
            .order_by(rank, CheckRow.position)
        )
        found: defaultdict[str, list[FailedCheck]] = defaultdict(list)
        for validation_id, name, severity in self._session.execute(query):
            found[str(validation_id)].append(FailedCheck(name=name, severity=severity))
        return found


def _conditions(query: DocsQuery) -> list[ColumnElement[bool]]:
    datasets = query.datasets if query.dataset is None else query.datasets & {query.dataset}
    conditions: list[ColumnElement[bool]] = [BatchRow.dataset.in_(datasets)]
    if query.from_date is not None:
        conditions.append(BatchRow.batch_date >= query.from_date)
    if query.to_date is not None:
        conditions.append(BatchRow.batch_date <= query.to_date)
    if _asks_for_few(query):
        # Ids first: the planner would rather go through all validations, newest first, until it meets fifty of these.
        chosen = select(BatchRow.batch_id).where(*conditions).correlate(None)
        conditions = [*conditions, ValidationRow.batch_id == func.any(func.array(chosen.scalar_subquery()))]
    if query.passed is not None:
        conditions.append(ValidationRow.passed == query.passed)
    if query.check is not None:
        conditions.append(_failed_in(query.check))
    return conditions


def _asks_for_few(query: DocsQuery) -> bool:
    """Whether the batches in question are a small part of the ledger's."""
    if query.dataset is not None:
        return True
    if query.from_date is None or query.to_date is None:
        return False
    return (query.to_date - query.from_date).days < FEW_DAYS


def _has_failed() -> ColumnElement[bool]:
    """In the words of the index ``ix_checks_failed``, so that Postgres uses it."""
    return ~CheckRow.passed & CheckRow.validation_id.is_not(None)


def _failed_in(name: str) -> ColumnElement[bool]:
    same = CheckRow.validation_id == ValidationRow.validation_id
    return exists().where(same, _has_failed(), CheckRow.name == name)
