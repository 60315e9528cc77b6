"""Succession: each champion is held once against the best generations before it, on the same anchor rows.

Belongs here: whom a champion is compared with, and the finding as a look of the watch. Does not: the comparison
(``compare.py``), alarms (``alarms.py``).

A champion that the machine crowned was compared before it was crowned. One that a person or a fault put there was not.
The rivals are several, as a promotion's: the highest score of all is the luckiest trial, too.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping

from headwater.chain.charts import Look, closings
from headwater.chain.compare import Arena, Comparison, NoComparisonError
from headwater.chain.house import House
from headwater.chain.rivals import BEST, best_first
from headwater.chain.trials import MisfitError
from headwater.checks import succession as statistic
from headwater.checks.indicators import SUCCESSION_PART
from headwater.checks.refusal import CannotJudgeError
from headwater.ledger.answers import ChampionVersion
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec

log = logging.getLogger(__name__)


def succession(house: House, spec: DatasetSpec, champion: Generator) -> list[Look]:
    """One look at a champion; none where it was looked at before, or nobody is there to compare it with."""
    with house.ledger.transaction() as books:
        points = books.watch.points(spec.dataset, "generations", statistic.NAME)
        reigns = {each.generator_id: each for each in books.champions.versions(spec.dataset)}
    if any(point.subject_id == champion.generator_id for point in points):
        return []
    begin = closings(house, spec, "generations").get(statistic.NAME)
    own = reigns[champion.generator_id]
    rivals = [
        each
        for each in best_first(house, spec.dataset)
        if reigns[each.generator_id].promoted_at < own.promoted_at
        and (begin is None or reigns[each.generator_id].promoted_at > begin)
    ]
    return _looks(spec, reigns, own, _comparisons(Arena(house, spec, champion.snapshot_id, champion), rivals))


def _comparisons(arena: Arena, rivals: list[Generator]) -> list[Comparison]:
    """With the best rivals that can be compared."""
    found: list[Comparison] = []
    for rival in rivals:
        if len(found) == BEST:
            break
        try:
            found.append(arena.against(rival))
        except NoComparisonError as error:
            log.info("the watch compares with another generation: %s", error)
        except (CannotJudgeError, MisfitError) as error:
            log.warning("%s cannot be compared with anybody: %s", arena.challenger.label, error)
            return []
    return found


def _looks(
    spec: DatasetSpec, reigns: Mapping[str, ChampionVersion], own: ChampionVersion, found: list[Comparison]
) -> list[Look]:
    """The look at the rival that the champion falls behind most; none where no figure can tell."""
    margin = spec.promotion.margin
    told = [(each.rival, worst) for each in found if (worst := statistic.worst(each.losses, margin)) is not None]
    if not told:
        return []
    rival, (loss, score) = max(told, key=lambda each: each[1][1])
    figures = sum(loss.interval is not None for each in found for loss in each.losses)
    limit = statistic.limit(spec.watch.false_alarm * SUCCESSION_PART, figures)
    verdict = "is worse than" if score > limit else "is held against"
    sentence = (
        f"The champion of {own.promoted_at:%Y-%m-%d} {verdict} one of the best generations before it, that of "
        f"{reigns[rival.generator_id].promoted_at:%Y-%m-%d}: {loss.words} (score {score:.1f}, limit {limit:.1f})."
    )
    since = own.promoted_at.date()
    return [Look("generations", statistic.NAME, own.generator_id, score, limit, since, loss.loss, 2, sentence)]
