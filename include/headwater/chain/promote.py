"""Promote: the best candidate that keeps the contract and is not worse than the champion takes its place."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from headwater.chain.anchor_state import objection
from headwater.chain.compare import Arena
from headwater.chain.crowning import ask_approval, crown, crowned, rejected
from headwater.chain.decisions import decided
from headwater.chain.house import GateClosedError, House
from headwater.chain.rivals import Outcome, stand
from headwater.chain.trial_nights import broken_nights
from headwater.checks.verdict import score, verdict
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec

log = logging.getLogger(__name__)

WITHDRAWN = (
    "Every candidate is a generator that a person withdrew or rejected. A withdrawn one comes back by rollback alone; "
    "other rows, settings or another seed make another generator."
)
UNTRAINED = "No candidate could be trained; the red tasks train say why, and the cure."


@dataclass(frozen=True)
class Promotion:
    """Who is champion now (empty: nobody yet), whether that changed, why; which candidate waits for approval, if one
    does.
    """

    champion_id: str
    is_promoted: bool
    reason: str
    waiting_id: str | None = None


def promote(
    house: House, spec: DatasetSpec, snapshot_id: str, generator_ids: Sequence[str], *, is_asked: bool = False
) -> Promotion:
    """Choose the champion among the candidates and the one in use, all judged on the same anchor.

    A candidate takes the champion's place when it keeps the contract, in its trial and night after night, and is worse
    on no figure by more than the margin: neither than the champion nor than the best that were ever champion. With
    ``is_asked`` a person has to approve it first (``crowning.py``).

    Raises:
        GateClosedError: no candidate could be trained; the anchor is too small or too old to judge; or no candidate
            keeps the contract and there is no champion yet. The champion in use stays.
    """
    with house.ledger.transaction() as books:
        champion = books.generators.champion(spec.dataset)
        withdrawn = books.champions.withdrawn(spec.dataset) | rejected(books, spec.dataset)
        candidates = [books.generators.get(each) for each in generator_ids if each not in withdrawn]
        results = {each.generator_id: books.validations.checks("generator", each.generator_id) for each in candidates}
    refused = objection(house, spec, snapshot_id, datetime.now(UTC)) if generator_ids else UNTRAINED
    if refused:
        _keep(house, spec, champion, refused)
        raise GateClosedError(f"Nobody is promoted for {spec.dataset}; a champion in use stays. {refused}")
    if not candidates:
        return _keep(house, spec, champion, WITHDRAWN)
    good = [each for each in candidates if verdict(results[each.generator_id]).passed]
    if not good:
        failures = "; ".join(f"{each.label}: {verdict(results[each.generator_id]).sentence}" for each in candidates)
        return _keep(house, spec, champion, f"No candidate keeps the contract. {failures}")
    scores = {each.generator_id: score(results[each.generator_id]) for each in good}
    ranked = sorted(good, key=lambda each: (scores[each.generator_id], each.generator_id), reverse=True)
    best, passed_over = _steady(house, spec, champion, ranked)
    if best is None:
        return _keep(house, spec, champion, f"No candidate keeps the contract night after night.{passed_over}")
    outcome = _outcome(Arena(house, spec, snapshot_id, best), champion, scores[best.generator_id])
    outcome = replace(outcome, reason=outcome.reason + passed_over)
    if not outcome.is_kept:
        return _keep(house, spec, champion, outcome.reason, outcome.detail)
    if is_asked:
        return _ask(house, spec, best, champion, outcome)
    return _crown(house, spec, best, champion, outcome) or promote(house, spec, snapshot_id, generator_ids)


def _outcome(arena: Arena, champion: Generator | None, reached: float) -> Outcome:
    """The best candidate, which scores ``reached``, against the champion, where there is one."""
    best = arena.challenger
    if champion is None:
        return Outcome(True, f"{best.label} scores {reached:.3f} and is the first to keep the contract.", {})
    if champion.generator_id == best.generator_id:
        return Outcome(False, f"{best.label} is champion already and the best of this retraining.", {})
    return stand(arena, champion)


def _steady(
    house: House, spec: DatasetSpec, champion: Generator | None, ranked: Sequence[Generator]
) -> tuple[Generator | None, str]:
    """The first whose nights keep the contract, and why those before it are passed over. A champion's nights are known.

    A trial is one night: among several candidates the luckiest one would win.
    """
    passed_over = ""
    for each in ranked:
        unsteady = None if champion and champion.generator_id == each.generator_id else broken_nights(house, spec, each)
        if unsteady is None:
            return each, passed_over
        passed_over += f" {each.label} is passed over: {unsteady}."
    return None, passed_over


def _crown(
    house: House, spec: DatasetSpec, best: Generator, champion: Generator | None, outcome: Outcome
) -> Promotion | None:
    """None where a person has changed the champion, or withdrawn the candidate, since the comparison began: it is not
    about these two any more.
    """
    decision = crowned(house, spec.dataset, best, outcome)
    if not crown(house, spec, best, champion.generator_id if champion else None, decision):
        log.warning("the champion of %s changed meanwhile; promotion begins anew", spec.dataset)
        return None
    log.info("%s has a new champion, %s. %s", spec.dataset, best.label, outcome.reason)
    return Promotion(best.generator_id, True, outcome.reason)


def _ask(house: House, spec: DatasetSpec, best: Generator, champion: Generator | None, outcome: Outcome) -> Promotion:
    """The candidate won, and a person has to approve it: the champion stays so long."""
    held_against = champion.generator_id if champion else None
    ask_approval(house, spec, best, held_against, outcome)
    log.info("%s waits for a person's approval to be champion of %s.", best.label, spec.dataset)
    return Promotion(held_against or "", False, f"{outcome.reason} A person has to approve it.", best.generator_id)


def _keep(
    house: House, spec: DatasetSpec, champion: Generator | None, reason: str, detail: Mapping[str, Any] | None = None
) -> Promotion:
    subject = ("generator", champion.generator_id if champion else "")
    with house.ledger.transaction() as books:
        books.decisions.record(
            decided(house, spec.dataset, "keep", subject, reason=reason, at=datetime.now(UTC), detail=detail)
        )
    if champion is None:
        raise GateClosedError(f"{spec.dataset} has no champion. {reason}")
    log.info("%s keeps its champion, %s. %s", spec.dataset, champion.label, reason)
    return Promotion(champion.generator_id, False, reason)
