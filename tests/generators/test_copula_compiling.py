"""The compiled tables against SDV's own sampler: the same distribution, for every distribution that SDV offers."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from generator_tables import categorical, column, mixed, numerical, table
from scipy import stats

from headwater.generators.copula.generator import DISTRIBUTIONS, GaussianCopula
from headwater.tables.schema import TableSchema

Pair = tuple[pd.DataFrame, pd.DataFrame]


def _pair(distribution: str, fitted_rows: int, rows: int) -> Pair:
    """SDV's own rows and the compiled ones, as numbers; of the mixed table without what is never learned or varied."""
    frame, schema = mixed(fitted_rows)
    names = ["group", "price", "weight", "gain", "colour", "grade", "open", "born", "seen"]
    schema = TableSchema(columns=tuple(one for one in schema.columns if one.name in names))
    made = []
    for fast in (False, True):
        member = GaussianCopula(default_distribution=distribution, fast=fast).fit(frame[names], schema, 1)
        assert member.compiled == fast
        made.append(_numbers(member.sample(rows, 5 + fast), schema))
    return made[0], made[1]


def _numbers(rows: pd.DataFrame, schema: TableSchema) -> pd.DataFrame:
    plain: dict[str, Any] = {}
    for one in schema.columns:
        values = rows[one.name]
        if one.categories is not None:
            plain[one.name] = values.cat.codes.astype(float).where(values.notna())
        elif one.storage in ("date", "timestamp"):
            plain[one.name] = values.astype("int64").astype(float).where(values.notna())
        else:
            plain[one.name] = values.astype("Float64").astype(float)
    return pd.DataFrame(plain)


@pytest.mark.parametrize("distribution", [one for one in DISTRIBUTIONS if one != "gaussian_kde"])
def test_each_column_and_each_pair_is_distributed_as_sdvs(distribution: str) -> None:
    assert _unlike(*_pair(distribution, 400, 20_000)) == []


def test_kernel_densities_too() -> None:
    # SDV needs memory for every row it makes times every row it has learned.
    assert _unlike(*_pair("gaussian_kde", 80, 4_000)) == []


def _unlike(theirs: pd.DataFrame, ours: pd.DataFrame) -> list[str]:
    """What differs: a column's missing values or values (level .0005), or the rank correlation of a pair."""
    found = []
    for name in ours:
        counts = [[one[name].isna().sum(), one[name].notna().sum()] for one in (theirs, ours)]
        if np.sum(counts, axis=0)[0] and stats.chi2_contingency(counts).pvalue < 0.0005:
            found.append(f"missing values of {name}")
        if stats.ks_2samp(theirs[name].dropna(), ours[name].dropna()).pvalue < 0.0005:
            found.append(f"values of {name}")
    here, there = (one.rank().fillna(0).corr().to_numpy() for one in (ours, theirs))
    # The difference of two correlations has a standard error of at most sqrt(2 / rows); there are 36 pairs.
    if np.abs(here - there).max() > 4.5 * np.sqrt(2 / len(ours)):
        found.append("a pair")
    return found


@pytest.mark.slow
def test_a_classifier_cannot_tell_the_two_apart() -> None:
    """C2ST by gradient boosting, 5 folds. At 100,000 rows each the AUC of equals has a standard error of .0013."""
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.metrics import roc_auc_score
    from sklearn.model_selection import StratifiedKFold, cross_val_predict

    rows = 100_000
    theirs, ours = _pair("beta", 3_000, rows)
    both = pd.concat([theirs, ours], ignore_index=True)
    label = np.repeat([0, 1], rows)
    classifier = HistGradientBoostingClassifier(max_iter=60, random_state=0)
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    chance = cross_val_predict(classifier, both, label, cv=folds, method="predict_proba")[:, 1]
    assert roc_auc_score(label, chance) <= 0.505


def test_ten_thousand_categories_keep_their_shares_and_can_be_asked_for() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    names = tuple(f"k{number:05d}" for number in range(10_000))
    weights = 1 / np.arange(1, 10_001)
    drawn = np.concatenate((np.arange(10_000), rng.choice(10_000, 15_000, p=weights / weights.sum())))
    values = {"kind": np.array(names, dtype=object)[drawn], "x": rng.normal(size=25_000)}
    frame, schema = table([categorical("kind", names), numerical("x")], values)
    member = GaussianCopula().fit(frame, schema, 1)
    made = member.sample(100_000, 1)
    assert member.compiled
    for name in names[:5]:
        share = (frame["kind"] == name).mean()
        assert abs((made["kind"] == name).mean() - share) < 5 * np.sqrt(share / 100_000) + 0.002
    assert set(member.sample_where({"kind": "k09999"}, 50, 1).rows["kind"]) == {"k09999"}


def test_two_values_are_kept_exactly() -> None:
    rng = np.random.Generator(np.random.PCG64(1))
    values = {
        "yes": pd.array(rng.random(2_000) < 0.1, dtype="boolean"),
        "whole": np.where(rng.random(2_000) < 0.3, 5, 905),
        "cents": np.where(rng.random(2_000) < 0.5, 0.25, 1.75),
        "day": np.where(rng.random(2_000) < 0.5, "2020-01-01", "2020-01-02").astype("M8[us]"),
    }
    columns = [column("yes", "boolean", "boolean"), numerical("whole", "integer"), numerical("cents", decimals=2)]
    frame, schema = table([*columns, column("day", "datetime", "date")], values)
    member = GaussianCopula().fit(frame, schema, 1)
    made = member.sample(20_000, 3)
    assert member.compiled
    assert abs(made["yes"].mean() - frame["yes"].mean()) < 0.02
    assert set(made["day"]) == set(frame["day"])
    assert np.array_equal(made["cents"], np.round(made["cents"], 2))


@pytest.mark.slow
def test_rows_do_not_depend_on_threads_processes_or_the_order_of_sets() -> None:
    """Fit and sample here, and anew in a process with other threads and another hash seed."""
    program = "import sys\nsys.path.insert(0, sys.argv[1])\nfrom test_copula_compiling import digest\nprint(digest())\n"
    environment = os.environ | {"PYTHONHASHSEED": "77", "PYTHONPATH": os.pathsep.join(sys.path)}
    environment |= {"OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "2"}
    arguments = [sys.executable, "-c", program, str(Path(__file__).parent)]
    ran = subprocess.run(arguments, capture_output=True, text=True, env=environment, check=True, timeout=300)
    assert ran.stdout.split()[-1] == digest()


def digest() -> str:
    """Of rows of a copula that is fitted now."""
    rows = GaussianCopula().fit(*mixed(150), seed=3).sample(12_000, 8)
    return hashlib.sha256(rows.to_csv().encode()).hexdigest()
