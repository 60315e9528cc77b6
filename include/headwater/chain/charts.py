"""The watch's charts over the ledger's figures: nights of the champion, and generation after generation.

Belongs here: which figures a chart is handed, and its finding in words. Does not: the statistics (``checks``), the
union of nights (``union.py``), alarms (``alarms.py``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from headwater.chain.house import House
from headwater.checks import change_point, generations
from headwater.checks.change_point import HISTORY, Change
from headwater.checks.indicators import GENERATIONS_PART, NAMES, NIGHTS_PART, STEADY, TOGETHER, WORDS
from headwater.checks.seeds import rng
from headwater.ledger.answers import ChampionVersion, Figure
from headwater.ledger.guard_records import Chart
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec


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
    """Later nights of the champion beside its earlier ones, for each lead indicator and all of them together.

    Nights of another size than the last one's are left out, those that were held to an earlier certificate, which had
    another offset, and those before a person closed an alarm of this figure.
    """
    with house.ledger.transaction() as books:
        figures = books.watch.nights(champion.generator_id, NAMES)
        drawn = books.baselines.certified_at(champion.generator_id, figures[-1].n) if figures else None
    closed = closings(house, spec, "nights")
    limit = change_point.limit(spec.watch.false_alarm * NIGHTS_PART / (len(NAMES) + 1))
    by_night: dict[str, dict[str, Figure]] = {}
    for figure in figures:
        if figure.rows == figures[-1].rows and (drawn is None or figure.finished_at > drawn):
            by_night.setdefault(figure.batch_id, {})[figure.name] = figure
    looks = []
    for name in (*NAMES, TOGETHER):
        begin = closed.get(name)
        kept = [
            night
            for night in by_night.values()
            if (name in night or (name == TOGETHER and len(night) == len(next(reversed(by_night.values())))))
            and (begin is None or next(iter(night.values())).finished_at > begin)
        ][-HISTORY:]
        found = change_point.change(*_night_figures(spec, name, kept))
        if found is not None:
            looks.append(_night_look(name, [next(iter(night.values())) for night in kept], found, limit))
    return looks


def generation_levels(house: House, spec: DatasetSpec, champion: Generator) -> list[Look]:
    """The champion and those before it, each by its trial and nights against the real anchor, for each indicator.

    Generations that a person withdrew are left out: what is good again after them is no slide. So are judgements of
    other sizes than the champion's last one.
    """
    reigns, known = _judgements(house, spec, champion)
    closed = closings(house, spec, "generations")
    limit = generations.limit(spec.watch.false_alarm * GENERATIONS_PART / (len(STEADY) + 1))
    looks = []
    for name in (*STEADY, TOGETHER):
        told = [
            (reign, [_effect(each, name) for each in known[reign.generator_id] if name == TOGETHER or name in each])
            for reign in reigns
            if name not in closed or reign.promoted_at > closed[name]
        ]
        told = [(reign, effects) for reign, effects in told if effects]
        if not told or told[-1][0].generator_id != champion.generator_id:
            continue  # nothing to compare, or an earlier champion is back
        levels = np.array([np.mean(effects) for _, effects in told])
        counts = np.array([float(len(effects)) for _, effects in told])
        found = generations.slide(levels, counts, generations.spread([effects for _, effects in told]))
        if found is not None:
            looks.append(_generation_look(name, [reign for reign, _ in told], found, limit))
    return looks


def closings(house: House, spec: DatasetSpec, chart: Chart) -> dict[str, datetime]:
    """By statistic, when a person last closed an alarm of this chart: it begins anew there."""
    with house.ledger.transaction() as books:
        alarms = books.watch.alarms(spec.dataset, is_open=False)
    found: dict[str, datetime] = {}
    for alarm in alarms:
        if alarm.chart == chart and alarm.closed_at is not None and alarm.closed_by != "headwater":
            found[alarm.name] = max(alarm.closed_at, found.get(alarm.name, alarm.closed_at))
    return found


def _night_figures(
    spec: DatasetSpec, name: str, kept: Sequence[Mapping[str, Figure]]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The figure of each night, and what breaks its ties."""

    def of(one: str) -> tuple[list[float], list[float]]:
        chosen = [night[one] for night in kept]
        ties = [float(rng(spec.seed, "watch", one, figure.batch_id).random()) for figure in chosen]
        return [_bad(figure) for figure in chosen], ties

    if name != TOGETHER:
        values, ties = of(name)
        return np.array(values), np.array(ties)
    if not kept:
        return np.zeros(0), np.zeros(0)
    parts = [of(one) for one in kept[-1]]
    every = np.array([ties for _, ties in parts])
    return change_point.together(np.array([values for values, _ in parts]), every), every[0]


_Effects = dict[str, float | None]


def _judgements(
    house: House, spec: DatasetSpec, champion: Generator
) -> tuple[list[ChampionVersion], dict[str, list[_Effects]]]:
    """Generations in the order of coronations, and for each of them the effects of its trial and nights."""
    with house.ledger.transaction() as books:
        withdrawn = books.champions.withdrawn(spec.dataset)
        every = [each for each in books.champions.versions(spec.dataset) if each.generator_id not in withdrawn]
        reigns = every[-generations.HISTORY :]
        known: dict[str, list[tuple[int, _Effects]]] = {}
        for reign in reigns:
            trial = [each for each in books.validations.checks("generator", reign.generator_id) if each.name in STEADY]
            told = _effects(books.watch.nights(reign.generator_id, STEADY))
            told = [*([(trial[0].n, {each.name: each.effect for each in trial})] if trial else []), *told]
            known[reign.generator_id] = [(n, effects) for n, effects in told if _is_whole(effects)]
    now = known.get(champion.generator_id, [])
    size = now[-1][0] if now else 0
    return reigns, {
        reign: [effects for n, effects in told if generations.are_of_one_size(n, size)] for reign, told in known.items()
    }


def _effects(figures: Sequence[Figure]) -> list[tuple[int, _Effects]]:
    """Of each night how many rows were judged, and the effects."""
    found: dict[str, tuple[int, _Effects]] = {}
    for figure in figures:
        found.setdefault(figure.batch_id, (figure.n, {}))[1][figure.name] = figure.effect
    return list(found.values())


def _is_whole(effects: Mapping[str, float | None]) -> bool:
    """Whether every check could be measured: a mean over some of them would not compare with one over all."""
    steady = [effects[name] for name in STEADY if name in effects]
    return bool(steady) and None not in steady


def _effect(effects: Mapping[str, float | None], name: str) -> float:
    """One effect, or the sum of all over the root of their number: so it varies as one does."""
    chosen = [effects[each] or 0.0 for each in STEADY if each in effects and name in (each, TOGETHER)]
    return float(np.sum(chosen) / np.sqrt(len(chosen)))


def _night_look(name: str, kept: Sequence[Figure], found: Change, limit: float) -> Look:
    since = kept[found.at].batch_date
    if found.score > limit:
        how_far = "far" if found.shift is None else f"{found.shift:.1f} standard deviations of a night"
        sentence = (
            f"{_subject(name)} slid: since the night of {since}, {found.after} nights lie {how_far} on the bad side of "
            f"the {found.before} before them (score {found.score:.1f}, limit {limit:.1f})."
        )
    else:
        sentence = f"{_subject(name)}: no slide in {len(kept)} nights (score {found.score:.1f}, limit {limit:.1f})."
    last, size = kept[-1].batch_id, len(kept)
    return Look("nights", name, last, found.score, limit, since, found.shift, size, sentence)


def _generation_look(name: str, reigns: Sequence[ChampionVersion], found: Change, limit: float) -> Look:
    since, size = reigns[found.at].promoted_at.date(), len(reigns)
    if found.score > limit:
        sentence = (
            f"{_subject(name)} slid: since the champion of {since}, {found.after} generations lie {found.shift:.1f} "
            f"standard deviations of honest rows on the bad side of {found.before} before them, judged by the real "
            f"anchor (score {found.score:.1f}, limit {limit:.1f})."
        )
    else:
        sentence = f"{_subject(name)}: no slide in {size} generations (score {found.score:.1f}, limit {limit:.1f})."
    newest = reigns[-1].generator_id
    return Look("generations", name, newest, found.score, limit, since, found.shift, size, sentence)


def _subject(name: str) -> str:
    words = "the lead indicators" if name == TOGETHER else WORDS[name]
    return f"{words[0].upper()}{words[1:]} ({name})"


def _bad(figure: Figure) -> float:
    """The ratio; one that the ledger cannot hold is beyond every limit."""
    return float("inf") if figure.ratio is None else figure.ratio
