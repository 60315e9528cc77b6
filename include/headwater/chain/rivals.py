"""Whom a challenger must not be worse than: the champion, and the best generations that were ever champion.

Belongs here: who the rivals are, and what the comparisons come to in words. Does not: a comparison (``compare.py``).

Against the champion alone many small steps down, each within the margin, would end anywhere. The best generations so
far do not move down with them. They are several, since the highest score of all is the luckiest trial, too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from headwater.chain.compare import Arena, Comparison, NoComparisonError
from headwater.chain.house import House
from headwater.chain.trials import MisfitError
from headwater.checks.refusal import CannotJudgeError
from headwater.ledger.records import Generator

BEST = 3
"""Generations with the highest recorded scores, the champion among them where it is one (decision 17)."""
CHAMPION, EARLIER = "the champion", "one of the best generations so far"
CURE = (
    "They learned this very table, and most of what they make it cannot hold today; without them nobody says what a "
    "good generator makes of it. Cure: if the source changed by mistake, mend it and retrain; if on purpose, give the "
    "changed column another name in source and spec, and whoever learned the old one gives way"
)


@dataclass(frozen=True)
class Outcome:
    """Whether the challenger may take the champion's place, why, and all figures as JSON."""

    is_kept: bool
    reason: str
    detail: dict[str, Any]


@dataclass(frozen=True)
class _Passed:
    """A rival that could not be compared."""

    role: str
    rival: Generator
    error: NoComparisonError

    def told(self) -> dict[str, str]:
        return {"role": self.role, "generator_id": self.rival.generator_id, "reason": str(self.error)}


def stand(arena: Arena, champion: Generator) -> Outcome:
    """Hold the challenger against its rivals. Who cannot be compared holds no place, and the outcome says so.

    Where nobody can be compared, though some learned this very table, the champion stays: no verdict, no promotion.
    """
    passed_over: list[_Passed] = []
    detail: dict[str, Any] = {"challenger": arena.challenger.generator_id}
    try:
        held = _against(arena, CHAMPION, champion, passed_over)
        best = _best(arena, champion, held, passed_over)
    except (CannotJudgeError, MisfitError) as error:
        reason = f"{arena.challenger.label} cannot be compared with anybody: {error}"
        return Outcome(False, reason, {**detail, "passed_over": [each.told() for each in passed_over]})
    detail |= {"margin": arena.spec.promotion.margin, "passed_over": [each.told() for each in passed_over]}
    if held:
        detail["champion"] = held.told()
    if best:
        detail["best"] = [each.told() for each in best]
    found = [*([(CHAMPION, held)] if held else []), *((EARLIER, each) for each in best)]
    is_kept = all(comparison.is_kept for _, comparison in found)
    if not found:
        is_kept = not any(each.error.is_of_this_table for each in passed_over)
    return Outcome(is_kept, _reason(arena.challenger, found, passed_over, is_kept=is_kept), detail)


def best_first(house: House, dataset: str) -> list[Generator]:
    """All that ever were champion, by score. One that a person withdrew is no measure: its score may be its fault."""
    with house.ledger.transaction() as books:
        withdrawn = books.champions.withdrawn(dataset)
        return [each for each in books.generators.certified(dataset) if each.generator_id not in withdrawn]


def _best(arena: Arena, champion: Generator, held: Comparison | None, passed_over: list[_Passed]) -> list[Comparison]:
    """Comparisons with the highest recorded scores that can be compared; one fewer where the champion is of them."""
    found: list[Comparison] = []
    seats = BEST
    for rival in best_first(arena.house, arena.spec.dataset):
        if len(found) >= seats:
            break
        if rival.generator_id == champion.generator_id:
            seats -= held is not None
        elif rival.generator_id != arena.challenger.generator_id:
            comparison = _against(arena, EARLIER, rival, passed_over)
            found += [comparison] if comparison else []
    return found


def _against(arena: Arena, role: str, rival: Generator, passed_over: list[_Passed]) -> Comparison | None:
    try:
        return arena.against(rival)
    except NoComparisonError as error:
        passed_over.append(_Passed(role, rival, error))
        return None


def _reason(
    challenger: Generator, found: list[tuple[str, Comparison]], passed_over: list[_Passed], *, is_kept: bool
) -> str:
    """The figure that decided, or that came nearest to deciding; and who could not be compared."""
    missing = "".join(f" Not compared with {each.role}: {each.error}." for each in passed_over)
    if not found and is_kept:
        return f"{challenger.label} keeps the contract and nobody can be compared with it.{missing}"
    if not found:
        return f"{challenger.label} keeps the contract, and nobody can be compared with it.{missing} {CURE}."
    who, comparison = min(found, key=lambda each: (each[1].decisive.is_kept, each[1].decisive.room))
    loss, rival = comparison.decisive, f"{who} ({comparison.rival.label}, {comparison.rival.generator_id})"
    if is_kept:
        return (
            f"{challenger.label} is worse on no figure by more than the margin. Nearest to it, beside {rival}, "
            f"{loss.name}: {loss.words}.{missing}"
        )
    return f"{challenger.label} is worse than {rival}. {loss.name}: {loss.words}.{missing}"
