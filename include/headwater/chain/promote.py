"""Promote: the best candidate that keeps the contract and is not worse than the champion takes its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from headwater.chain.baselines import certificate
from headwater.chain.decisions import decided
from headwater.chain.house import GateClosedError, House
from headwater.chain.judge import MisfitError, judge
from headwater.chain.profile import reference_of
from headwater.checks.prepared import Prepared
from headwater.checks.verdict import score, verdict
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec


@dataclass(frozen=True)
class Promotion:
    """Who is champion now, whether that changed, and why."""

    champion_id: str
    is_promoted: bool
    reason: str


def promote(house: House, spec: DatasetSpec, snapshot_id: str, generator_ids: Sequence[str]) -> Promotion:
    """Choose the champion among the candidates and the one in use, all judged on the same anchor.

    Raises:
        GateClosedError: no candidate keeps the contract and there is no champion yet.
    """
    with house.ledger.transaction() as books:
        champion = books.generators.champion(spec.dataset)
        candidates = [books.generators.get(generator_id) for generator_id in generator_ids]
        results = {each.generator_id: books.validations.checks("generator", each.generator_id) for each in candidates}
    good = [each for each in candidates if verdict(results[each.generator_id]).passed]
    if not good:
        failures = "; ".join(f"{each.label}: {verdict(results[each.generator_id]).sentence}" for each in candidates)
        return _keep(house, spec, champion, f"No candidate keeps the contract. {failures}")
    best = max(good, key=lambda each: (score(results[each.generator_id]), each.generator_id))
    reached = score(results[best.generator_id])
    if champion is None:
        return _crown(house, spec, best, f"{best.label} scores {reached:.3f} and is the first to keep the contract.")
    if champion.generator_id == best.generator_id:
        return _keep(house, spec, champion, f"{best.label} is champion already and the best of this retraining.")
    try:
        held = score(judge(house, spec, champion, snapshot_id))
    except MisfitError as misfit:
        return _crown(house, spec, best, f"{best.label} scores {reached:.3f}; of the former champion, {misfit}.")
    if reached < held - spec.promotion.margin:
        reason = f"{best.label} scores {reached:.3f}, the champion {held:.3f} on the same anchor."
        return _keep(house, spec, champion, reason)
    return _crown(house, spec, best, f"{best.label} scores {reached:.3f}, the former champion {held:.3f}.")


def _crown(house: House, spec: DatasetSpec, best: Generator, reason: str) -> Promotion:
    """The certificate is drawn first: a champion without one could not be held to it."""
    _, reference = reference_of(house, spec, best.snapshot_id)
    certificate(house, spec, best, Prepared.of(reference, reference.judge_rows(spec.batch.rows)))
    now = datetime.now(UTC)
    with house.ledger.transaction() as books:
        books.generators.promote(spec.dataset, best.generator_id, now)
        books.decisions.record(
            decided(house, spec.dataset, "promote", ("generator", best.generator_id), reason=reason, at=now)
        )
    return Promotion(best.generator_id, True, reason)


def _keep(house: House, spec: DatasetSpec, champion: Generator | None, reason: str) -> Promotion:
    subject = champion.generator_id if champion else ""
    with house.ledger.transaction() as books:
        books.decisions.record(
            decided(house, spec.dataset, "keep", ("generator", subject), reason=reason, at=datetime.now(UTC))
        )
    if champion is None:
        raise GateClosedError(f"{spec.dataset} has no champion. {reason}")
    return Promotion(champion.generator_id, False, reason)
