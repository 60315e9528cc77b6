"""The watch's charts over the ledger's figures: nights of the champion, and generation after generation.

Belongs here: which figures a chart is handed, and its finding in words. Does not: the statistics (``checks``), the
union of nights (``union.py``), alarms (``alarms.py``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np

from headwater.chain.house import House
from headwater.checks import change_point, generations
from headwater.checks.change_point import Change
from headwater.checks.indicators import GENERATIONS_PART, NAMES, NIGHTS_PART, WORDS
from headwater.checks.seeds import rng
from headwater.ledger.answers import Figure, Reign
from headwater.ledger.records import Chart, Generator
from headwater.spec import DatasetSpec

SPREAD_FIGURES_MIN = 12
"""Figures of generations from which the spread within one is estimated."""


@dataclass(frozen=True)
class Look:
    """What one chart says of one statistic now; see :class:`headwater.ledger.records.WatchPoint`."""

    chart: Chart
    name: str
    subject_id: str
    score: float
    limit: float
    since: date | None
    shift: float | None
    size: int
    sentence: str

    @property
    def is_alarm(self) -> bool:
        """Whether honest rows hardly ever look like this."""
        return self.score > self.limit


def nights(house: House, spec: DatasetSpec, champion: Generator) -> list[Look]:
    """Later nights of the champion beside its earlier ones, for each lead indicator.

    Nights of another size than the last one's are left out, and those before a person closed an alarm of this figure.
    """
    with house.ledger.transaction() as books:
        figures = books.watch.nights(champion.generator_id, NAMES)
    closed = closings(house, spec, "nights")
    limit = change_point.limit(spec.watch.false_alarm * NIGHTS_PART / len(NAMES))
    looks = []
    for name, known in _by_name(figures).items():
        kept = [
            figure
            for figure in known
            if figure.rows == known[-1].rows and (name not in closed or figure.finished_at > closed[name])
        ]
        values = np.array([_bad(figure) for figure in kept])
        ties = np.array([rng(spec.seed, "watch", name, figure.batch_id).random() for figure in kept])
        found = change_point.change(values, ties)
        if found is not None:
            looks.append(_night_look(name, kept, found, limit))
    return looks


def generation_levels(house: House, spec: DatasetSpec, champion: Generator) -> list[Look]:
    """The champion and those before it, each by its trial and nights against the real anchor, for each indicator."""
    with house.ledger.transaction() as books:
        reigns = books.watch.reigns(spec.dataset)[-generations.HISTORY :]
        known = {
            reign.generator_id: (
                {check.name: check.effect for check in books.validations.checks("generator", reign.generator_id)},
                _by_name(books.watch.nights(reign.generator_id, NAMES)),
            )
            for reign in reigns
        }
    closed = closings(house, spec, "generations")
    limit = generations.limit(spec.watch.false_alarm * GENERATIONS_PART / len(NAMES))
    looks = []
    for name in NAMES:
        told: list[tuple[Reign, list[float]]] = []
        for reign in reigns:
            trial, figures = known[reign.generator_id]
            effects = [trial.get(name), *(figure.effect for figure in figures.get(name, []))]
            finite = [effect for effect in effects if effect is not None]
            if finite and (name not in closed or reign.promoted_at > closed[name]):
                told.append((reign, finite))
        if len(told) < 2 or told[-1][0].generator_id != champion.generator_id:
            continue
        levels = np.array([np.mean(effects) for _, effects in told])
        counts = np.array([float(len(effects)) for _, effects in told])
        found = generations.slide(levels, counts, _spread([effects for _, effects in told]))
        if found is not None:
            looks.append(_generation_look(name, [reign for reign, _ in told], found, limit))
    return looks


def closings(house: House, spec: DatasetSpec, chart: Chart) -> dict[str, datetime]:
    """By statistic, when a person last closed an alarm of this chart: it begins anew there."""
    with house.ledger.transaction() as books:
        alarms = books.watch.alarms(spec.dataset, is_open=False)
    return {
        alarm.name: alarm.closed_at
        for alarm in sorted(alarms, key=lambda each: each.closed_at or each.raised_at)
        if alarm.chart == chart and alarm.closed_at is not None and alarm.closed_by != "headwater"
    }


def _night_look(name: str, kept: Sequence[Figure], found: Change, limit: float) -> Look:
    since = kept[found.at].batch_date
    how_far = "far" if found.shift is None else f"{found.shift:.1f} standard deviations of a night"
    what = f"{WORDS[name].capitalize()} ({name})"
    if found.score > limit:
        sentence = (
            f"{what} is worse since the night of {since}: the {found.after} nights since then lie {how_far} beyond the "
            f"{found.before} before them (score {found.score:.1f}, limit {limit:.1f})."
        )
    else:
        sentence = f"{what} shows no slide in {len(kept)} nights (score {found.score:.1f}, limit {limit:.1f})."
    size = len(kept)
    return Look("nights", name, kept[-1].batch_id, found.score, limit, since, found.shift, size, sentence)


def _generation_look(name: str, reigns: Sequence[Reign], found: Change, limit: float) -> Look:
    since = reigns[found.at].promoted_at.date()
    what = f"{WORDS[name].capitalize()} ({name})"
    if found.score > limit:
        sentence = (
            f"{what} is worse since the generation of {since}: the last {found.after} generations lie "
            f"{found.shift:.1f} standard deviations of honest rows beyond {found.before} before them, against the real "
            f"anchor (score {found.score:.1f}, limit {limit:.1f})."
        )
    else:
        sentence = f"{what} shows no slide in {len(reigns)} generations (score {found.score:.1f}, limit {limit:.1f})."
    newest, size = reigns[-1].generator_id, len(reigns)
    return Look("generations", name, newest, found.score, limit, since, found.shift, size, sentence)


def _by_name(figures: Sequence[Figure]) -> dict[str, list[Figure]]:
    found: defaultdict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        found[figure.name].append(figure)
    return found


def _bad(figure: Figure) -> float:
    """The ratio; one that the ledger cannot hold is beyond every limit."""
    return float("inf") if figure.ratio is None else figure.ratio


def _spread(groups: Sequence[Sequence[float]]) -> float:
    """Standard deviation of one figure within its generation, pooled; a safe guess where there are few."""
    freedom = sum(len(group) - 1 for group in groups)
    if freedom < SPREAD_FIGURES_MIN:
        return generations.SPREAD
    return float(np.sqrt(sum(((np.array(group) - np.mean(group)) ** 2).sum() for group in groups) / freedom))
