"""A house for the tests of a module (its champion trained once), and one of its own for a test that needs it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests import faults
from tests.chain.nights import night
from tests.chain.second_champion import crown
from tests.clinic import clinic_rows, clinic_spec
from tests.steady import steady_anchor, steady_csv

from headwater.chain import baselines
from headwater.chain.acquire import acquire
from headwater.chain.house import House
from headwater.chain.profile import profile
from headwater.chain.promote import promote
from headwater.chain.train import train
from headwater.checks import baseline
from headwater.checks.baseline import Baseline, Kind, draw
from headwater.checks.prepared import Prepared
from headwater.checks.rows import Rows
from headwater.ledger import Ledger
from headwater.ledger.migrate import migrate
from headwater.local.postgres import EmbeddedPostgres
from headwater.spec import Candidate, DatasetSpec
from headwater.store import Store

DRAWS = 80


_DRAWN: dict[tuple[str, ...], Baseline] = {}


@pytest.fixture(scope="module", autouse=True)
def drawn_once() -> Iterator[None]:
    """A null follows from rows, spec and seed: the same one is drawn once a session, not once a test.

    From fewer draws, and without detection limits: these tests are about the chain. Rates are the matter of
    ``tests/checks`` and the detection bench.
    """

    def once(prepared: Prepared, rows: Rows, *, kind: Kind, subject: str, **options: Any) -> Baseline:
        key = (prepared.fingerprint, kind, subject, prepared.reference.contract.canonical_json())
        if key not in _DRAWN:
            _DRAWN[key] = draw(prepared, rows, kind=kind, subject=subject, draws=DRAWS, **options)
        return _DRAWN[key]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(baselines, "draw", once)
        patch.setattr(baseline, "LOSSES", ())
        yield


@pytest.fixture(scope="session")
def clinic() -> DatasetSpec:
    return DatasetSpec.model_validate(clinic_spec(steady_csv(clinic_rows())))


@pytest.fixture
def house(database: str, tmp_path: Path) -> Iterator[House]:
    """An empty house, which sets the same rows aside each time."""
    migrate(database)
    for dataset in ("clinic", "hostile"):
        steady_anchor(database, dataset)
    ledger = Ledger(database)
    yield House(ledger, Store(f"file://{tmp_path}/store"), lambda _: database, "test")
    ledger.close()


@pytest.fixture(scope="module")
def manned(
    postgres: EmbeddedPostgres,
    clinic: DatasetSpec,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[House]:
    """A house where ``clinic`` has its champion; shared by a module, so each test makes another night.

    The champion is trained once a session, in a house that is copied for each module.
    """
    if not _TEMPLATE_STORE:
        _TEMPLATE_STORE.append(_man(postgres, clinic, tmp_path_factory.mktemp("template")))
    name = f"manned_{request.module.__name__.rpartition('.')[2]}"
    with psycopg.connect(postgres.url("postgres", "postgresql"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')
    store = tmp_path_factory.mktemp("store") / "files"
    shutil.copytree(_TEMPLATE_STORE[0], store)
    url = postgres.url(name)
    house = House(Ledger(url), Store(f"file://{store}"), lambda _: url, "test")
    yield house
    house.ledger.close()
    postgres.drop_database(name)


TEMPLATE = "manned_template"
_TEMPLATE_STORE: list[Path] = []


def _man(postgres: EmbeddedPostgres, clinic: DatasetSpec, store: Path) -> Path:
    """The house that others are copied from; its store."""
    postgres.drop_database(TEMPLATE)  # one that could not be finished
    postgres.create_database(TEMPLATE)
    url = postgres.url(TEMPLATE)
    migrate(url)
    steady_anchor(url, "clinic")
    house = House(Ledger(url), Store(f"file://{store}"), lambda _: url, "test")
    retrain(house, clinic)
    house.ledger.close()
    return store


def retrain(house: House, spec: DatasetSpec) -> str:
    """The chain from source to champion; returns the champion's id."""
    snapshot = acquire(house, spec)
    profile(house, spec, snapshot)
    trained = [train(house, spec, snapshot, each.label) for each in spec.candidates]
    return promote(house, spec, snapshot, trained).champion_id


@pytest.fixture(scope="module")
def forgetful(manned: House, clinic: DatasetSpec) -> House:
    """The house where, after the honest champion, one reigns that can forget; it had an honest night."""
    spec = clinic.model_copy(update={"candidates": (Candidate(kind=faults.Forgetful.kind, name="forgetful"),)})
    with manned.ledger.transaction() as books:
        honest = books.generators.champion("clinic")
    assert honest is not None
    crown(manned, "clinic", train(manned, spec, honest.snapshot_id, "forgetful"))
    night(manned, clinic, date(2026, 1, 1))
    return manned


@pytest.fixture
def forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole rare ward, in samples of any size."""
    monkeypatch.setattr(faults.Forgetful, "forgotten", 1.0)


@pytest.fixture
def forgets_at_night(forgets: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """In whole batches only: more rows of the same generator are honest."""
    monkeypatch.setattr(faults.Forgetful, "only", 2_000)
