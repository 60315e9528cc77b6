"""What a person asks of the chain (a version, why, who): checked before anything is done, and done once a run.

Belongs here: the words of a request, and finding that this run has carried it out. Does not: carrying it out.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from headwater.chain import identity
from headwater.chain.decisions import decided
from headwater.chain.house import House
from headwater.ledger import Books
from headwater.ledger.answers import ChampionVersion
from headwater.ledger.records import Decision

PREVIOUS = "previous"
"""The word for the generator that reigned last before the present champion."""
REASON_MAX, NAME_MAX, VERSION_MAX = 2_000, 200, 64
"""Characters of a reason, of the name of who decides, of a version."""
Kind = Literal["rollback", "recall"]


class RequestRefusedError(ValueError):
    """What a person asked for cannot be done: an outcome, not a fault. Nothing was changed; asking again will not help.

    The message names the thing, the place and the cure.
    """


@dataclass(frozen=True)
class Request:
    """A checked request. ``version`` is as it was typed, without spaces around it."""

    version: str
    reason: str
    decided_by: str

    @classmethod
    def of(cls, version: str, reason: str, decided_by: str) -> Request:
        """The request in these words.

        Raises:
            RequestRefusedError: a text is empty, says nothing, is too long, or holds characters that are no text.
        """
        return cls(
            said("version", version, VERSION_MAX),
            said("reason", reason, REASON_MAX),
            said("name of who decides", decided_by, NAME_MAX),
        )


def named(books: Books, dataset: str, text: str) -> ChampionVersion:
    """The version that ``text`` names: its number, its generator's id, or ``previous``.

    Raises:
        RequestRefusedError: it names none of the dataset's; what can be named stands in the message.
    """
    versions = books.champions.versions(dataset)
    if not versions:
        raise RequestRefusedError(f"{dataset} has never had a champion. Cure: run retrain__{dataset}.")
    for version in versions:
        if text == str(version.version) or _id(text) == version.generator_id:
            return version
        if text.lower() == PREVIOUS and version.is_previous:
            return version
    known = _known(dataset, versions)
    if text.lower() == PREVIOUS:
        raise RequestRefusedError(f"{dataset} has had one champion only, so there is no previous one. {known}")
    if _id(text) is not None:
        raise RequestRefusedError(f"Generator {_id(text)} was never champion of {dataset}. {known}")
    raise RequestRefusedError(f"{dataset} has no version {text!r}. {known}")


def decision_of(
    house: House, dataset: str, kind: Kind, generator_id: str, request: Request, *, at: datetime, detail: dict[str, Any]
) -> Decision:
    """The decision about a generator that answers the request. There is one of a kind for each run and dataset."""
    decision = decided(
        house,
        dataset,
        kind,
        ("generator", generator_id),
        reason=request.reason,
        at=at,
        decided_by=request.decided_by,
        detail={**detail, "asked": request.version},
    )
    return decision.model_copy(update={"decision_id": _id_of(house, dataset, kind)})


def earlier(house: House, books: Books, dataset: str, kind: Kind, request: Request) -> Decision | None:
    """The decision by which this run has answered the request already: it is tried again, and does nothing twice.

    By then ``previous`` would mean another version, so the request is known by its run.

    Raises:
        RequestRefusedError: the run was asked for something else before.
    """
    found = books.decisions.find(_id_of(house, dataset, kind))
    if found is not None and (found.detail.get("asked"), found.reason) != (request.version, request.reason):
        raise RequestRefusedError(
            f"Run {house.run_id} was asked for another {kind} of {dataset} before, with version "
            f"{found.detail.get('asked')!r}. Cure: trigger a new run of {kind}."
        )
    return found


def _id_of(house: House, dataset: str, kind: Kind) -> str:
    return identity.decision_id(dataset, kind, house.run_id)


def said(what: str, given: str, longest: int) -> str:
    """``given`` without spaces around it, if it says something. The message quotes nothing: it may be anything.

    Raises:
        RequestRefusedError: it says nothing, is longer than ``longest``, or holds characters that are no text.
    """
    text = given.strip() if isinstance(given, str) else ""
    if not any(character.isalnum() for character in text):
        raise RequestRefusedError(f"The {what} is empty. Cure: write it in letters or digits.")
    if len(text) > longest:
        raise RequestRefusedError(f"The {what} has {len(text):,} characters. Cure: at most {longest:,}.")
    if any(unicodedata.category(character) in ("Cc", "Cs") and character not in "\n\r\t" for character in text):
        raise RequestRefusedError(f"The {what} holds control characters. Cure: write plain text.")
    return text


def _id(text: str) -> str | None:
    try:
        return str(UUID(text))
    except ValueError:
        return None


def _known(dataset: str, versions: Sequence[ChampionVersion]) -> str:
    """The cure: what can be typed. Of many versions the last ones are listed."""
    listed = "; ".join(
        f"{each.version} = {each.label}, champion since {each.promoted_at:%Y-%m-%d}"
        + (" and now" if each.is_current else f" to {each.retired_at:%Y-%m-%d}")
        for each in versions[-10:]
    )
    more = "; older ones in headwater.champion_versions" if len(versions) > 10 else ""
    return f"Cure: name one of the versions of {dataset} ({listed}{more}), its generator id, or {PREVIOUS}."
