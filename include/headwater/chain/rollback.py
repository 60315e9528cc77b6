"""Rollback: an earlier champion takes its place again, because a person says so.

Belongs here: making sure that it can still make and answer for rows, and the one transaction that changes the reign.
Does not: what the replaced generator made meanwhile (``recall``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from headwater.chain.asking import PREVIOUS, Request, RequestRefusedError, decision_of, earlier, named
from headwater.chain.baselines import certificate
from headwater.chain.house import House
from headwater.chain.models import load_model
from headwater.chain.preparing import prepared_of
from headwater.chain.unusable import UNUSABLE
from headwater.ledger import Books, LedgerError, LedgerUnavailable
from headwater.ledger.answers import ChampionVersion
from headwater.ledger.records import Decision
from headwater.spec import DatasetSpec


@dataclass(frozen=True)
class Rollback:
    """Who is champion again, under which number, and whom it replaced."""

    champion_id: str
    version: int
    replaced_id: str


def rollback(house: House, spec: DatasetSpec, version: str, reason: str, decided_by: str) -> Rollback:
    """Make an earlier champion current again, from now on; the next night is made by it.

    Run again under the same ``house.run_id``, it changes nothing more and returns the same.

    Args:
        house: ledger, store, run.
        spec: the dataset.
        version: a version's number, its generator's id, or ``previous``.
        reason: why; it stands in the ledger.
        decided_by: the name of the person.

    Raises:
        RequestRefusedError: there is no such earlier champion, its model or certificate cannot be had, or somebody
            else has changed the champion meanwhile. Nothing was changed.
    """
    request = Request.of(version, reason, decided_by)
    with house.ledger.transaction() as books:
        done = earlier(house, books, spec.dataset, "rollback", request)
        if done is not None:
            return _done(books, spec.dataset, done)
        wanted = _wanted(books, spec.dataset, request)
        current = next(each for each in books.champions.versions(spec.dataset) if each.is_current)
    _refuse_unusable(house, spec, wanted)
    with house.ledger.transaction() as books:
        champion = books.champions.hold(spec.dataset)
        done = earlier(house, books, spec.dataset, "rollback", request)
        if done is not None:
            return _done(books, spec.dataset, done)
        if champion != current.generator_id:
            raise RequestRefusedError(
                f"Somebody else has just changed the champion of {spec.dataset}: it is no longer version "
                f"{current.version}. This run has changed nothing. Cure: look who is champion, then trigger rollback."
            )
        now = datetime.now(UTC)
        books.generators.promote(spec.dataset, wanted.generator_id, now)
        detail = {"version": wanted.version, "replaces": current.generator_id, "replaced_version": current.version}
        books.decisions.record(
            decision_of(house, spec.dataset, "rollback", wanted.generator_id, request, at=now, detail=detail)
        )
    return Rollback(wanted.generator_id, wanted.version, current.generator_id)


def _wanted(books: Books, dataset: str, request: Request) -> ChampionVersion:
    wanted = named(books, dataset, request.version)
    if wanted.is_current:
        raise RequestRefusedError(
            f"Version {wanted.version} of {dataset} is champion now. Cure: nothing to do, or name an earlier one."
        )
    if request.version.lower() == PREVIOUS and wanted.withdrawn_at is not None:
        # Asked twice for the previous one, nobody means the one that was just taken out of use.
        raise RequestRefusedError(
            f"The previous champion of {dataset}, version {wanted.version}, was withdrawn on "
            f"{wanted.withdrawn_at:%Y-%m-%d %H:%M} UTC. Cure: name the number of the version that you want."
        )
    return wanted


def _refuse_unusable(house: House, spec: DatasetSpec, wanted: ChampionVersion) -> None:
    """What a night needs of its champion: the model, the certificate it is held to, a table that takes its rows."""
    try:
        with house.ledger.transaction() as books:
            generator = books.generators.get(wanted.generator_id)
            schema = books.snapshots.get(generator.snapshot_id).schema
            books.readers.refuse_misfit(spec.dataset, schema)
        load_model(house, generator)
        certificate(house, spec, generator, prepared_of(house, spec, generator.snapshot_id, spec.batch.rows)[1])
    except LedgerUnavailable:
        raise
    except (*UNUSABLE, LedgerError) as error:
        raise RequestRefusedError(
            f"Version {wanted.version} of {spec.dataset} (generator {wanted.generator_id}) cannot come back: {error} "
            "The champion is unchanged. Cure: as said, or name another version."
        ) from error


def _done(books: Books, dataset: str, decision: Decision) -> Rollback:
    back = books.champions.version_of(dataset, decision.subject_id)
    if back is None:
        raise RequestRefusedError(
            f"Generator {decision.subject_id} of {dataset} has no reign in the ledger. Cure: restore the ledger."
        )
    return Rollback(back.generator_id, back.version, str(decision.detail["replaces"]))
