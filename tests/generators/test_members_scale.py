"""Many categories, many rows, joint missing values, settings: for every member."""

from __future__ import annotations

import inspect
import itertools
import json
import subprocess
import sys
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from generator_tables import categorical, mixed, numerical, table
from members import MEMBERS

from headwater.generators import registry
from headwater.generators.errors import SettingsError
from headwater.generators.registry import create
from headwater.generators.seeding import block_seed, blocks, sample_blocks
from headwater.tables.frames import conform
from headwater.tables.schema import TableSchema

KINDS = tuple(MEMBERS)
FAST = tuple(kind for kind in ("trees", "mixture", "gaussian_copula", "ensemble") if kind in MEMBERS)
"""Members that are meant for a million rows; the neural ones sample at their network's pace."""

NEURAL = ("ctgan", "tvae", "copula_gan")
LEVELS = 10_000


def many_categories(rows: int) -> tuple[pd.DataFrame, TableSchema]:
    """A column of 10,000 categories, each in the table, some a hundred times as frequent as others."""
    rng = np.random.Generator(np.random.PCG64(6))
    shares = 1.0 / (np.arange(LEVELS) + 100.0)
    codes = np.concatenate([np.arange(LEVELS), rng.choice(LEVELS, rows - LEVELS, p=shares / shares.sum())])
    names = np.array([f"code {number:05d}" for number in range(LEVELS)], dtype=object)
    size = rng.normal(codes % 7, 1.0)
    columns = [categorical("code", tuple(names)), numerical("size")]
    return table(columns, {"code": names[codes], "size": size})


@pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.slow if kind in NEURAL else ()) for kind in KINDS]
)
def test_ten_thousand_categories_keep_their_shares(kind: str) -> None:
    # An epoch of a network is a step for every hundred rows; the shares hold whatever it has learned.
    rows = 15_000 if kind in NEURAL else 30_000
    frame, schema = many_categories(rows)
    # The 20,000 taught rows of the quick settings would be fewer than the real ones: their own noise would show.
    settings = MEMBERS[kind] | ({"rows": 200_000} if kind == "logit_trees" else {})
    if kind in NEURAL:
        settings |= {"epochs": 1}
    made = create(kind, settings).fit(frame, schema, seed=1).sample(rows, seed=2)
    assert made["code"].dtype == frame["code"].dtype
    real, found = (np.bincount(one["code"].cat.codes, minlength=LEVELS) for one in (frame, made))
    # What two samples of the same shares differ by, and a tenth more.
    again = np.random.Generator(np.random.PCG64(1)).multinomial(rows, real / rows)
    assert abs(found - real).sum() <= 1.1 * abs(again - real).sum()
    assert (found > 0).sum() >= 0.9 * (again > 0).sum()
    common = slice(0, 500)
    assert found[common].sum() / rows == pytest.approx(real[common].sum() / rows, abs=0.02)


def missing_together(rows: int = 2_000) -> tuple[pd.DataFrame, TableSchema]:
    """``x`` and ``y`` are missing together or not at all, ``z`` never where ``x`` is, ``c`` only in the group ``b``."""
    rng = np.random.Generator(np.random.PCG64(8))
    both, group = rng.random(rows) < 0.3, rng.choice(np.array(["a", "b"], dtype=object), rows)
    alone = ~both & (rng.random(rows) < 0.4)
    reals = {name: np.round(rng.normal(size=rows), 3) for name in ("x", "y", "z")}
    values = {
        "group": group,
        "x": np.where(both, np.nan, reals["x"]),
        "y": np.where(both, np.nan, reals["y"]),
        "z": np.where(alone, np.nan, reals["z"]),
        "c": np.where((group == "b") & (rng.random(rows) < 0.6), None, np.where(rng.random(rows) < 0.5, "u", "v")),
    }
    columns = [categorical("group", ("a", "b")), *(numerical(name, "real", 3, nullable=True) for name in "xyz")]
    return table([*columns, categorical("c", ("u", "v"), nullable=True)], values)


@cache
def with_missing(kind: str) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The table of missing values, and what the member makes of it; fitted once for all tests."""
    frame, schema = missing_together()
    return frame, create(kind, MEMBERS[kind]).fit(frame, schema, seed=1).sample(6_000, seed=2)


@pytest.mark.parametrize("kind", KINDS)
def test_missing_values_keep_their_shares(kind: str) -> None:
    frame, made = with_missing(kind)
    for name in frame.columns:
        assert made[name].isna().mean() == pytest.approx(frame[name].isna().mean(), abs=0.05)


# A user's own generator may be as simple as it likes.
@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind in registry.BUILT_IN])
def test_missing_values_keep_their_pattern_over_columns(kind: str) -> None:
    frame, made = with_missing(kind)
    real, found = frame.isna(), made.isna()
    for one, other in itertools.combinations(["x", "y", "z", "c"], 2):
        assert (found[one] & found[other]).mean() == pytest.approx((real[one] & real[other]).mean(), abs=0.05)
    in_b, made_in_b = frame["group"] == "b", made["group"] == "b"
    assert found["c"][made_in_b].mean() == pytest.approx(real["c"][in_b].mean(), abs=0.05)
    assert found["c"][~made_in_b].mean() == pytest.approx(0.0, abs=0.05)


@pytest.mark.parametrize("kind", KINDS)
def test_another_batch_date_makes_other_rows_and_the_same_date_the_same(kind: str) -> None:
    frame, schema = mixed(200)
    member = create(kind, MEMBERS[kind]).fit(frame, schema, seed=1)

    def night(day: int) -> pd.DataFrame:
        seed_of = partial(block_seed, "t", date(2026, 3, day), "g", 0)
        ((_, rows),) = sample_blocks(member, schema, blocks(300), seed_of)
        return rows.to_pandas()

    first, again, other = night(1), night(1), night(2)
    assert first.equals(again)
    for name in ("row", "weight", "price", "gain", "born", "group", "mail"):
        assert not first[name].equals(other[name]), name
    shared = set(first["weight"]) & set(other["weight"])
    assert len(shared) < 0.2 * len(first)


MILLION = """
import json, resource, sys, time
sys.path.insert(0, sys.argv[1])
from generator_tables import mixed
from headwater.generators.registry import create
from headwater.generators.seeding import blocks, sample_blocks
learned, asked = map(int, sys.argv[4:])
frame, schema = mixed(learned)
began = time.process_time()
member = create(sys.argv[2], json.loads(sys.argv[3])).fit(frame, schema, seed=1)
fitted = time.process_time()
made = sum(table.num_rows for _, table in sample_blocks(member, schema, blocks(asked), lambda block: block))
sampled = time.process_time()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)
if sys.platform == "linux":  # there ru_maxrss begins with what the parent had
    peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) / 1024
print(json.dumps({"rows": made, "fit": fitted - began, "sample": sampled - fitted, "peak_mb": peak}))
"""


def million(kind: str, learned: int, asked: int) -> dict[str, float]:
    """Fit on so many rows of 16 columns and sample so many, in a process of its own."""
    sizes = [str(learned), str(asked)]
    arguments = [sys.executable, "-c", MILLION, str(Path(__file__).parent), kind, json.dumps(MEMBERS[kind]), *sizes]
    ran = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=580)
    found: dict[str, float] = json.loads(ran.stdout.splitlines()[-1])
    print(kind, sizes, found)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", FAST)
def test_a_million_rows_are_sampled_block_by_block_in_little_memory(kind: str) -> None:
    found = million(kind, 5_000, 1_000_000)
    assert found["rows"] == 1_000_000
    assert found["peak_mb"] < 1_000


@pytest.mark.slow
@pytest.mark.parametrize("kind", [kind for kind in FAST if kind in ("trees", "mixture")])
def test_a_million_rows_are_learned_in_reasonable_memory(kind: str) -> None:
    found = million(kind, 1_000_000, 10_000)
    assert found["rows"] == 10_000
    assert found["peak_mb"] < 3_000


@pytest.mark.parametrize("kind", FAST)
def test_a_large_sample_keeps_dtypes_categories_ranges_and_precision(kind: str) -> None:
    frame, schema = mixed(2_000)
    made = create(kind, MEMBERS[kind]).fit(frame, schema, seed=1).sample(100_000, seed=5)
    pd.testing.assert_frame_equal(conform(made, schema), made)
    assert made.dtypes.equals(frame.dtypes)
    for name in ("price", "weight", "gain", "born", "seen"):
        assert made[name].min() >= frame[name].min()
        assert made[name].max() <= frame[name].max()
    assert np.array_equal(made["price"].dropna(), made["price"].dropna().round(2))
    assert made["row"].is_unique
    assert made["ref"].is_unique
    assert set(made["colour"].dropna()) == set(frame["colour"].dropna())


class Nothing:
    """A value that no setting takes."""


def settings_of(kind: str) -> list[str]:
    return list(inspect.signature(registry.find(kind)).parameters)


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind in KINDS for name in settings_of(kind)])
def test_a_setting_of_the_wrong_type_is_refused_by_name(kind: str, name: str) -> None:
    needed: dict[str, Any] = {} if name in MEMBERS[kind] else MEMBERS[kind]
    for wrong in (Nothing(), [Nothing()], {"a": Nothing()}):
        with pytest.raises(SettingsError, match=name):
            create(kind, needed | {name: wrong})


@pytest.mark.parametrize("kind", KINDS)
def test_an_unknown_setting_is_refused_with_the_one_that_was_meant(kind: str) -> None:
    for name in settings_of(kind):
        with pytest.raises(SettingsError, match=f"no setting '{name}_'; did you mean '{name}'"):
            create(kind, MEMBERS[kind] | {f"{name}_": 1})
    with pytest.raises(SettingsError, match="it takes: "):
        create(kind, {"zzz": 1})
