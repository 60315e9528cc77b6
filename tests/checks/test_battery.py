"""The battery as a whole: honest rows pass, each planted fault is found by the family made for it."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from benchmarks.detection.faults import FAULTS, Honest
from townspeople import SCHEMA, beyond, people

from headwater.checks import battery
from headwater.checks.baseline import Baseline
from headwater.checks.battery import FAMILIES, STATISTICS
from headwater.checks.prepared import Prepared
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.sample import Seen

N = 300
YESTERDAY = people(N, 90)
MADE_FOR = [
    ("cluster_dropped", 0.1, ("cell", "neighbours")),
    ("rare_categories_dropped", 0.05, ("category",)),
    ("variance_reduced", 0.2, ("column",)),
    ("tail_clipped", 0.02, ("tail",)),
    ("rows_duplicated", 0.05, ("duplicates",)),
    ("exact_copies", 0.05, ("copies",)),
    ("near_copies", 0.2, ("copies",)),
    ("column_shuffled", 1.0, ("pair", "dependence")),
    ("labels_flipped", 0.1, ("utility",)),
    ("independent_columns", 1.0, ("pair", "dependence")),
    ("unit_changed", 1.1, ("pair", "column")),
    ("unit_changed", 1000.0, ("column",)),
    ("dates_shifted", 365.0, ("tail", "column")),
    ("class_collapsed", 0.6, ("cell", "pair")),
    ("nulls_redistributed", 1.0, ("pair", "utility")),
    ("yesterday_repeated", 0.5, ("duplicates",)),
]
SEEDS = {"column_shuffled": 2, "variance_reduced": 1}
"""Shuffling a column that hangs together with nothing is hardly a fault; heights are shuffled here."""


def ratios(prepared: Prepared, floor: Baseline, batch: pd.DataFrame) -> dict[str, float]:
    """How far each statistic is on its way to the limit; all families ran."""
    last = prepared.yardstick.coder.code(YESTERDAY).identity
    found, broken = battery.measure(floor.sample(Seen(prepared.yardstick.code(batch), prepared, last)))
    assert broken == {}
    assert all(np.isfinite(value).all() for value in found.values())
    return beyond(floor, found)


def planted(prepared: Prepared, name: str, dose: float, seed: int) -> pd.DataFrame:
    honest = Honest(people(N, 200 + seed), people(N, 300 + seed), prepared.reference.train, YESTERDAY, SCHEMA, "member")
    fault = next(fault for fault in FAULTS if fault.name == name)
    rows = fault.plant(honest, dose, np.random.default_rng(seed))
    assert rows is not None
    return rows


@pytest.mark.parametrize(("name", "dose", "families"), MADE_FOR, ids=str)
def test_planted_faults_are_found_by_the_family_made_for_them(
    prepared: Prepared, floor: Baseline, name: str, dose: float, families: tuple[str, ...]
) -> None:
    found = ratios(prepared, floor, planted(prepared, name, dose, SEEDS.get(name, 0)))
    blamed = {battery.FAMILY_OF[statistic].NAME for statistic, ratio in found.items() if ratio > 1}
    assert blamed & set(families), {name: round(ratio, 2) for name, ratio in found.items() if ratio > 0.5}


def test_honest_batches_are_hardly_ever_blamed(prepared: Prepared, floor: Baseline) -> None:
    """At a rate of 1 % three or more of sixty have a probability of 2 %; the rows are always the same."""
    blamed = sum(max(ratios(prepared, floor, people(N, 1_000 + index)).values()) > 1 for index in range(60))
    assert blamed <= 3


def test_names_are_unique_and_belong_to_their_family() -> None:
    names = [statistic.name for statistic in STATISTICS]
    assert len(set(names)) == len(names)
    assert all(name.split(".")[0] == battery.FAMILY_OF[name].NAME for name in names)
    assert [family.NAME for family in FAMILIES] == list(dict.fromkeys(name.split(".")[0] for name in names))


def test_demands_are_one_plain_sentence() -> None:
    assert all(statistic.demand.endswith(".") and "\n" not in statistic.demand for statistic in STATISTICS)


def test_every_drawn_statistic_is_drawn(prepared: Prepared, floor: Baseline) -> None:
    drawn = battery.drawn(floor.sample(Seen(prepared.yardstick.code(people(N, 5)), prepared)))
    unknown = {"copies.exact", "copies.near", "copies.authentic", "duplicates.whole", "duplicates.repeated"}
    unknown |= {"duplicates.rare", "foreign.numbers"}
    assert set(drawn) == {statistic.name for statistic in battery.watched(prepared)} - unknown
    assert {statistic.name for statistic in STATISTICS} - set(drawn) - unknown == {
        "replay.identifying",
        "replay.shared",
    }
    assert {name: len(value) for name, value in drawn.items()} == {
        name: len(floor.null.statistics[name].mean) for name in drawn
    }
    assert set(battery.grains(prepared)) <= set(drawn)


def raised(error: Exception) -> Exception:
    """The error with a traceback."""
    try:
        SimpleNamespace(go=lambda: _raise(error)).go()
    except Exception as found:  # noqa: BLE001  any error is what is wanted
        return found
    raise AssertionError("nothing was raised")


def _raise(error: Exception) -> None:
    raise error


def test_errors_are_explained_without_the_values_in_them() -> None:
    told = battery.explain(raised(KeyError("the secret of row 7")))
    assert "secret" not in told.reason + told.error
    assert told.error.startswith("KeyError at test_battery.py:")
    assert battery.explain(KeyError("secret")).error == "KeyError", "one that was never raised"


def test_our_own_refusals_are_told_in_full() -> None:
    told = battery.explain(raised(CannotJudgeError("the batch has 3 rows")))
    assert (told.reason, told.error) == ("the batch has 3 rows", "CannotJudgeError: the batch has 3 rows")
