"""Datasets and the versions of their specs."""

from __future__ import annotations

import secrets
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from headwater.ledger.errors import NotInLedger
from headwater.ledger.models.datasets import DatasetRow, SpecVersionRow
from headwater.ledger.records import Dataset
from headwater.ledger.repositories.rows import to_record
from headwater.ledger.upsert import insert_new

ANCHOR_KEY_BYTES = 32


class Datasets:
    """What is declared."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def register(self, name: str, owner: str, description: str) -> Dataset:
        """The dataset called ``name``, made if it is new; owner and description follow the spec.

        Its anchor key is drawn now. Two sessions that register at the same time get the same one.
        """
        values = {
            "dataset_id": str(uuid5(NAMESPACE_URL, f"urn:headwater:dataset:{name}")),
            "name": name,
            "owner": owner,
            "description": description,
            "anchor_key": secrets.token_bytes(ANCHOR_KEY_BYTES),
        }
        if not insert_new(self._session, DatasetRow, values):
            # Only a real change is written: an UPDATE would make every run of the dataset wait for this one.
            row = self._row(name)
            if (row.owner, row.description) != (owner, description):
                change = update(DatasetRow).where(DatasetRow.name == name).values(owner=owner, description=description)
                self._session.execute(change)
        return self.get(name)

    def get(self, name: str) -> Dataset:
        """The dataset called ``name``. Raises: NotInLedger."""
        return to_record(Dataset, self._row(name))

    def locked(self, name: str) -> Dataset:
        """The dataset called ``name``, its row held until the transaction ends. Raises: NotInLedger."""
        self._session.execute(select(DatasetRow.dataset_id).where(DatasetRow.name == name).with_for_update())
        return self.get(name)

    def renew_anchor_key(self, name: str) -> Dataset:
        """Draw another anchor key: snapshots taken from now on set other rows aside. Raises: NotInLedger."""
        self._row(name)
        drawn = update(DatasetRow).where(DatasetRow.name == name)
        self._session.execute(drawn.values(anchor_key=secrets.token_bytes(ANCHOR_KEY_BYTES)))
        return self.get(name)

    def record_spec(self, name: str, sha256: str, spec: dict[str, Any]) -> None:
        """Keep one version of the spec of ``name``; the order of its keys is kept."""
        insert_new(self._session, SpecVersionRow, {"dataset": name, "sha256": sha256, "spec": spec})

    def spec(self, sha256: str) -> dict[str, Any]:
        """The spec version of that hash. Raises: NotInLedger."""
        found = self._session.scalars(
            select(SpecVersionRow.spec).where(SpecVersionRow.sha256 == sha256).limit(1)
        ).first()
        if found is None:
            raise NotInLedger(f"There is no spec version {sha256} in the ledger. Cure: record_spec comes first.")
        return found

    def key_settings(self, name: str) -> list[str]:
        """The different ``keys`` of the spec versions of ``name``, as JSON: what its rows were ever split by."""
        setting = SpecVersionRow.spec["keys"].as_string()
        return list(self._session.scalars(select(setting).where(SpecVersionRow.dataset == name).distinct()))

    def _row(self, name: str) -> DatasetRow:
        query = select(DatasetRow).where(DatasetRow.name == name).execution_options(populate_existing=True)
        row = self._session.scalars(query).one_or_none()
        if row is None:
            raise NotInLedger(f"There is no dataset {name!r} in the ledger. Cure: register it; retrain__{name} does.")
        return row
