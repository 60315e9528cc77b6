"""Worlds of the detection bench: honest rows that never run out, or the real ones, cut into disjoint parts."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from benchmarks.detection.worlds import World, world, world_names
from benchmarks.fidelity.tables import data_folder
from planting import keys

from headwater.checks.arrays import category_names, is_discrete
from headwater.tables.frames import conform

CSVS = {"census": "census_adult.csv", "cardio": "cardio.csv"}


def opened(name: str, kind: str) -> World:
    if name in CSVS and not (data_folder() / CSVS[name]).exists():
        pytest.skip(f"{CSVS[name]} is not in HEADWATER_BENCH_DATA")
    return world(name, "real" if kind == "real" else "modelled")


@pytest.mark.parametrize("kind", ["modelled", "real"])
@pytest.mark.parametrize("name", world_names())
def test_rows_conform_and_parts_are_disjoint(name: str, kind: str) -> None:
    given = opened(name, kind)
    parts = given.split((100, 200, 50), 3)
    assert [len(part) for part in parts] == [100, 200, 50]
    for part, again in zip(parts, given.split((100, 200, 50), 3), strict=True):
        pd.testing.assert_frame_equal(part, conform(part, given.schema))
        pd.testing.assert_frame_equal(part, again)
    other = given.split((100, 200, 50), 4)
    assert not np.array_equal(keys(parts[0]), keys(other[0]))


@pytest.mark.parametrize("name", world_names())
def test_targets_and_groups_are_columns(name: str) -> None:
    given = opened(name, "real")
    assert given.targets
    assert set(given.targets) | set(given.groups) <= {column.name for column in given.schema.learned}
    assert all(len(category_names(given.schema[name])) == 2 for name in given.groups)


def test_a_modelled_world_never_runs_out() -> None:
    given = world("fair")
    assert given is world("fair", "modelled") is world("fair", kind="modelled")
    assert len(given.draw(20_000, 1)) == 20_000
    pd.testing.assert_frame_equal(given.draw(50, 1), given.draw(50, 1))
    assert not given.draw(50, 1).equals(given.draw(50, 2))


def test_a_real_world_runs_out_and_says_so() -> None:
    given = world("fair", "real")
    everything = pd.concat(given.split((6_000, 366), 1))
    assert not everything.index.empty
    assert np.array_equal(np.sort(keys(everything)), np.sort(keys(given.split((6_366,), 9)[0])))
    with pytest.raises(ValueError, match="has 6,366 real ones"):
        given.split((6_000, 367), 1)
    with pytest.raises(ValueError, match="cut them by split"):
        given.draw(10, 1)


def test_an_unknown_world_is_refused() -> None:
    with pytest.raises(ValueError, match="known: census, cardio, health, fair, breast_cancer"):
        world("nowhere")


def test_the_census_has_missing_values_and_cardio_a_date() -> None:
    census = opened("census", "real").split((32_561,), 1)[0]
    assert census.isna().sum()[lambda count: count > 0].to_dict() == {
        "workclass": 1_836,
        "occupation": 1_843,
        "native-country": 583,
    }
    cardio = opened("cardio", "real")
    assert "age" not in cardio.schema.names
    assert cardio.schema["born_on"].storage == "date"
    assert cardio.split((70_000,), 1)[0]["born_on"].dt.year.between(1948, 1984).all()


def test_health_is_the_experiment_with_its_own_columns() -> None:
    given = world("health", "real")
    rows = given.split((20_190,), 1)[0]
    assert rows.shape == (20_190, 10)
    assert [c.name for c in given.schema.columns if is_discrete(c)] == ["lncoins", "idp", "hlthg", "hlthf", "hlthp"]
