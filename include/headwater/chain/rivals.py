"""Whom a challenger must not be worse than: the champion, and the best generation that was ever champion.

Belongs here: who the rivals are, and what the comparisons come to in words. Does not: a comparison (``compare.py``).

Against the champion alone many small steps down, each within the margin, would end anywhere. The best generation so
far does not move down with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from headwater.chain.compare import Arena, Comparison, NoComparisonError
from headwater.chain.house import House
from headwater.chain.judge import MisfitError
from headwater.checks.refusal import CannotJudgeError
from headwater.ledger.records import Generator


@dataclass(frozen=True)
class Outcome:
    """Whether the challenger may take the champion's place, why, and all figures as JSON."""

    is_kept: bool
    reason: str
    detail: dict[str, Any]


def stand(arena: Arena, champion: Generator) -> Outcome:
    """Hold the challenger against its rivals. Who cannot be compared holds no place, and the outcome says so."""
    passed_over: list[dict[str, str]] = []
    try:
        held = _against(arena, "the champion", champion, passed_over)
        best = _best(arena, champion, held, passed_over)
    except (CannotJudgeError, MisfitError) as error:
        reason = f"{arena.challenger.label} cannot be compared with anybody: {error}"
        return Outcome(False, reason, {"challenger": arena.challenger.generator_id, "passed_over": passed_over})
    found = {who: comparison for who, comparison in (("champion", held), ("best", best)) if comparison}
    detail = {
        "challenger": arena.challenger.generator_id,
        "margin": arena.spec.promotion.margin,
        "passed_over": passed_over,
        **{who: comparison.told() for who, comparison in found.items()},
    }
    is_kept = all(comparison.is_kept for comparison in found.values())
    return Outcome(is_kept, _reason(arena.challenger, found, passed_over, is_kept=is_kept), detail)


def best_first(house: House, dataset: str) -> list[Generator]:
    """All that ever were champion, by score. One that a person withdrew is no measure: its score may be its fault."""
    with house.ledger.transaction() as books:
        withdrawn = books.champions.withdrawn(dataset)
        return [each for each in books.generators.certified(dataset) if each.generator_id not in withdrawn]


def _best(
    arena: Arena, champion: Generator, held: Comparison | None, passed_over: list[dict[str, str]]
) -> Comparison | None:
    """The comparison with the highest recorded score that can be compared; none where it is one of the two already."""
    for rival in best_first(arena.house, arena.spec.dataset):
        if rival.generator_id == arena.challenger.generator_id:
            return None
        if rival.generator_id == champion.generator_id:
            if held is not None:
                return None
            continue
        found = _against(arena, "the best generation so far", rival, passed_over)
        if found is not None:
            return found
    return None


def _against(arena: Arena, role: str, rival: Generator, passed_over: list[dict[str, str]]) -> Comparison | None:
    try:
        return arena.against(rival)
    except NoComparisonError as error:
        passed_over.append({"role": role, "generator_id": rival.generator_id, "reason": str(error)})
        return None


def _reason(
    challenger: Generator, found: dict[str, Comparison], passed_over: list[dict[str, str]], *, is_kept: bool
) -> str:
    """The figure that decided, or that came nearest to deciding; and who could not be compared."""
    named = {"champion": "the champion", "best": "the best generation so far"}
    missing = "".join(f" Not compared with {each['role']}: {each['reason']}." for each in passed_over)
    if not found:
        return f"{challenger.label} keeps the contract and nobody can be compared with it.{missing}"
    who, comparison = min(found.items(), key=lambda item: (item[1].decisive.is_kept, item[1].decisive.room))
    loss, rival = comparison.decisive, f"{named[who]} ({comparison.rival.label}, {comparison.rival.generator_id})"
    if is_kept:
        return (
            f"{challenger.label} is worse on no figure by more than the margin. Nearest to it, beside {rival}, "
            f"{loss.name}: {loss.words}.{missing}"
        )
    return f"{challenger.label} is worse than {rival}. {loss.name}: {loss.words}.{missing}"
