"""Who makes a night: the champion of that day, the present one, or one that a person names.

Belongs here: the choice, and why nobody is chosen. Does not: opening the batch (``produce.py``), when a night is due
(``spec/nights.py``).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from headwater.chain import identity
from headwater.chain.asking import named
from headwater.chain.house import GateClosedError
from headwater.ledger import Books
from headwater.ledger.answers import ChampionVersion
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec

PRESENT = "present"
"""The word for the champion in use now."""


@dataclass(frozen=True)
class AsOf:
    """The champion of the day is asked for. The night is open from ``due`` until the next one is due, at ``closes``.

    Both with zone. They follow from the schedule and the date alone, so a late, repeated or backfilled run agrees with
    the one that came in time.
    """

    due: datetime
    closes: datetime


Asked = AsOf | str
"""The champion of the day, or :data:`PRESENT`, or a version as :func:`headwater.chain.asking.named` takes it."""


def maker(books: Books, spec: DatasetSpec, batch_date: date, asked: Asked) -> Generator:
    """The generator of the night's batch.

    As of the day it is the first champion in use while the night is open that no person has withdrawn; most often the
    one at the moment it is due. One that was withdrawn since keeps a night that readers have of it, and makes no other.

    Raises:
        GateClosedError: nobody reigned then, or a person withdrew whoever did.
        RequestRefusedError: there is no such version.
    """
    champion = books.generators.champion(spec.dataset)
    if champion is None:
        raise GateClosedError(f"{spec.dataset} has no champion to make rows; run retrain__{spec.dataset} first")
    if asked == PRESENT:
        return champion
    if isinstance(asked, AsOf):
        able = books.champions.between(spec.dataset, asked.due, asked.closes)
        if not able:
            raise GateClosedError(_too_early(books, spec, batch_date, asked))
    else:
        able = [named(books, spec.dataset, asked)]
    for version in able:
        if version.withdrawn_at is None or _is_with_readers(books, spec, batch_date, version):
            return books.generators.get(version.generator_id)
    raise GateClosedError(_withdrawn(spec, batch_date, able))


def _is_with_readers(books: Books, spec: DatasetSpec, batch_date: date, version: ChampionVersion) -> bool:
    """Whether the night that readers have is the one that this generator makes, as planned or mended."""
    released = books.batches.released_on(spec.dataset, batch_date)
    planned = identity.batch_id(spec.dataset, batch_date, version.generator_id, spec)
    if released is None or released.batch_id == planned:
        return released is not None
    attempt = books.repairs.that_made(released.batch_id)
    return attempt is not None and attempt.batch_id == planned


def _too_early(books: Books, spec: DatasetSpec, batch_date: date, asked: AsOf) -> str:
    first = books.champions.versions(spec.dataset)[0]
    day = first.promoted_at.astimezone(spec.schedule.zone).date()
    return (
        f"{spec.dataset} had no champion when the night of {batch_date} was due ({asked.due:%Y-%m-%d %H:%M} UTC) and "
        f"until the next one was: its first, {first.label}, was crowned on {first.promoted_at:%Y-%m-%d %H:%M} UTC. "
        f"Cure: begin at {day}, or run this day with the param champion: {PRESENT}, or a version's number."
    )


def _withdrawn(spec: DatasetSpec, batch_date: date, able: Sequence[ChampionVersion]) -> str:
    told = "; ".join(f"version {each.version} on {each.withdrawn_at:%Y-%m-%d %H:%M} UTC" for each in able)
    return (
        f"The night of {batch_date} is not made: a person has withdrawn the champion of {spec.dataset} that would make "
        f"it ({told}). Cure: run the day with the param champion: {PRESENT}, or another version's number; or trigger "
        f"rollback to version {able[0].version} if it is sound."
    )
