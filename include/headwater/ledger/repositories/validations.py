"""Validations of batches, and the checks of validations and generators."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Subquery, delete, exists, func, insert, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from headwater.checks.result import CheckResult
from headwater.ledger.answers import TrendPoint
from headwater.ledger.errors import LedgerError, NotInLedger
from headwater.ledger.models.batches import BatchRow
from headwater.ledger.models.generators import GeneratorRow
from headwater.ledger.models.validations import CheckRow, ValidationRow
from headwater.ledger.records import Validation
from headwater.ledger.repositories.rows import to_record, to_values
from headwater.ledger.upsert import upsert


class Validations:
    """What was found, and the verdict."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def record(self, validation: Validation, results: Sequence[CheckResult]) -> Validation:
        """Write a validation with its checks and return it with its attempt.

        A validation written again keeps its attempt and replaces its checks; a new one is its batch's next attempt.

        Raises:
            NotInLedger: there is no such batch.
        """
        locked = select(BatchRow.batch_id).where(BatchRow.batch_id == validation.batch_id).with_for_update()
        if self._session.execute(locked).first() is None:
            raise NotInLedger(f"There is no batch {validation.batch_id} in the ledger. Cure: open it first.")
        made = select(func.max(ValidationRow.attempt)).where(ValidationRow.batch_id == validation.batch_id)
        known = select(ValidationRow.attempt).where(ValidationRow.validation_id == validation.validation_id)
        attempt = self._session.scalar(known) or (self._session.scalar(made) or 0) + 1
        upsert(self._session, ValidationRow, {**to_values(validation), "attempt": attempt})
        self._replace_checks("validation", validation.validation_id, results)
        return self.get(validation.validation_id)

    def record_checks(self, subject_kind: str, subject_id: str, results: Sequence[CheckResult]) -> None:
        """Write the checks of a generator or a validation, replacing former ones.

        Raises:
            NotInLedger: there is no such subject.
            LedgerError: ``subject_kind`` is neither ``generator`` nor ``validation``, or two checks have one name.
        """
        column = _subject_column(subject_kind)
        subject = GeneratorRow.generator_id if column is CheckRow.generator_id else ValidationRow.validation_id
        # The subject's row is locked: two sessions that replace its checks follow each other.
        if self._session.execute(select(subject).where(subject == subject_id).with_for_update()).first() is None:
            raise NotInLedger(f"There is no {subject_kind} {subject_id} in the ledger. Cure: record it first.")
        self._replace_checks(subject_kind, subject_id, results)

    def get(self, validation_id: str) -> Validation:
        """The validation of that id. Raises: NotInLedger."""
        row = self._session.get(ValidationRow, validation_id, populate_existing=True)
        if row is None:
            raise NotInLedger(f"There is no validation {validation_id} in the ledger. Cure: run validate.")
        return to_record(Validation, row)

    def attempts(self, batch_id: str) -> list[Validation]:
        """All validations of a batch, in the order of their attempts."""
        query = select(ValidationRow).where(ValidationRow.batch_id == batch_id).order_by(ValidationRow.attempt)
        rows = self._session.scalars(query, execution_options={"populate_existing": True})
        return [to_record(Validation, row) for row in rows]

    def latest(self, batch_id: str) -> Validation | None:
        """The last attempt to validate a batch, if there was one."""
        found = self.attempts(batch_id)
        return found[-1] if found else None

    def checks(self, subject_kind: str, subject_id: str) -> list[CheckResult]:
        """The checks of a generator or a validation, in the order of the battery."""
        query = select(CheckRow).where(_subject_column(subject_kind) == subject_id).order_by(CheckRow.position)
        return [_result(row) for row in self._session.scalars(query)]

    def trend(
        self, dataset: str, before: date, names: Collection[str] | None = None, limit: int = 30
    ) -> dict[str, list[TrendPoint]]:
        """What each check found in the last ``limit`` validated batches of days before ``before``, oldest first.

        The latest attempt of each batch counts. ``names`` None asks for every check but the rules of the table.
        """
        recent = _recent_batches(dataset, before, limit)
        other = aliased(ValidationRow)
        last = select(func.max(other.attempt)).where(other.batch_id == recent.c.batch_id)
        query = (
            select(CheckRow.name, recent.c.batch_date, CheckRow.value, CheckRow.limit_value, CheckRow.passed)
            .add_columns(CheckRow.ratio)
            .select_from(recent)
            .join(ValidationRow, ValidationRow.batch_id == recent.c.batch_id)
            .join(CheckRow, CheckRow.validation_id == ValidationRow.validation_id)
            .where(ValidationRow.attempt == last.scalar_subquery())
            .where(CheckRow.name.not_like("rule:%") if names is None else CheckRow.name.in_(names))
            .order_by(recent.c.batch_date, recent.c.created_at, recent.c.batch_id)
        )
        found: defaultdict[str, list[TrendPoint]] = defaultdict(list)
        for name, day, value, limit_value, passed, ratio in self._session.execute(query):
            found[name].append(TrendPoint(batch_date=day, value=value, limit=limit_value, passed=passed, ratio=ratio))
        return dict(found)

    def _replace_checks(self, subject_kind: str, subject_id: str, results: Sequence[CheckResult]) -> None:
        column = _subject_column(subject_kind)
        self._session.execute(delete(CheckRow).where(column == subject_id))
        rows = [
            {**_values(result), "subject_kind": subject_kind, column.key: subject_id, "position": position}
            for position, result in enumerate(results)
        ]
        if rows:
            self._session.execute(insert(CheckRow), rows)


def _recent_batches(dataset: str, before: date, limit: int) -> Subquery:
    """The last batches of the dataset that were validated at all, on days before ``before``."""
    batch = BatchRow
    return (
        select(batch.batch_id, batch.batch_date, batch.created_at)
        .where(batch.dataset == dataset, batch.batch_date < before)
        .where(exists().where(ValidationRow.batch_id == batch.batch_id))
        .order_by(batch.batch_date.desc(), batch.created_at.desc(), batch.batch_id.desc())
        .limit(limit)
        .subquery()
    )


def _subject_column(subject_kind: str) -> InstrumentedAttribute[str | None]:
    columns = {"generator": CheckRow.generator_id, "validation": CheckRow.validation_id}
    if subject_kind not in columns:
        raise LedgerError(f"A {subject_kind!r} has no checks in the ledger. Cure: use {' or '.join(columns)}.")
    return columns[subject_kind]


def _values(result: CheckResult) -> dict[str, Any]:
    low, high = result.interval or (None, None)
    values = to_values(result)
    values["limit_value"] = values.pop("limit")
    del values["interval"]
    return {**values, "interval_low": low, "interval_high": high}


def _result(row: CheckRow) -> CheckResult:
    names = set(CheckResult.model_fields) - {"limit", "interval"}
    interval = None if row.interval_low is None else (row.interval_low, row.interval_high)
    found = {name: getattr(row, name) for name in names}
    return CheckResult.model_validate({**found, "limit": row.limit_value, "interval": interval})
