"""Rare categories of long columns: joined for learning, parted by their real frequencies."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from generator_tables import categorical, numerical, table
from members import MEMBERS

from headwater.generators.neural.rare import OTHER, joined, learn_rare, parted
from headwater.generators.registry import create, load

PLAIN = pd.DataFrame({"c0": [*"55533214", "-1"], "c1": [*"112211221"]}, dtype=object)


def test_only_the_rarest_of_a_long_column_are_joined() -> None:
    (found,) = learn_rare(PLAIN, ["c0", "c1"], most=3)
    # 5 three times and 3 twice stay; -1 (missing), 1, 2 and 4 share one.
    assert found.name == "c0"
    assert found.codes.tolist() == [-1, 1, 2, 4]
    assert found.counts.tolist() == [1, 1, 1, 1]
    assert joined(PLAIN, [found])["c0"].tolist() == ["5", "5", "5", "3", "3", *[OTHER] * 4]
    assert joined(PLAIN, [found])["c1"].equals(PLAIN["c1"])


def test_as_many_as_allowed_are_left_alone() -> None:
    assert learn_rare(PLAIN, ["c0", "c1"], most=6) == []
    assert learn_rare(PLAIN, ["c0"], most=5)[0].codes.tolist() == [2, 4]


def test_they_are_parted_by_their_real_frequencies() -> None:
    codes = np.repeat([7, 8, 9, 1000], [500, 60, 30, 10]).astype(str).astype(object)
    (found,) = learn_rare(pd.DataFrame({"c0": codes}), ["c0"], most=2)
    drawn = parted(pd.DataFrame({"c0": [OTHER] * 20_000 + ["7"] * 5}, dtype=object), [found], seed=4)["c0"]
    shares = drawn.iloc[:20_000].value_counts(normalize=True)
    # Four standard errors of a share of .6 in 20,000 draws are .014.
    assert abs(shares["8"] - 0.6) < 0.014
    assert abs(shares["9"] - 0.3) < 0.014
    assert abs(shares["1000"] - 0.1) < 0.014
    assert drawn.iloc[20_000:].tolist() == ["7"] * 5


def test_the_seed_decides_the_parts() -> None:
    (found,) = learn_rare(PLAIN, ["c0"], most=2)
    plain = pd.DataFrame({"c0": [OTHER] * 50}, dtype=object)
    assert parted(plain, [found], 1).equals(parted(plain, [found], 1))
    assert not parted(plain, [found], 1).equals(parted(plain, [found], 2))


@pytest.mark.parametrize("kind", ["ctgan", "tvae", "copula_gan"])
def test_ten_thousand_categories_come_out_in_their_shares(kind: str) -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    names = tuple(f"town {number:05d}" for number in range(10_000))
    weights = np.arange(1, 10_001) ** -0.9
    towns = rng.choice(np.array(names, dtype=object), 12_000, p=weights / weights.sum())
    towns[:10_000] = np.where(rng.random(10_000) < 0.6, towns[:10_000], np.array(names, dtype=object))
    columns = [categorical("town", names, nullable=True), numerical("x")]
    towns[rng.random(12_000) < 0.1] = None
    frame, schema = table(columns, {"town": towns, "x": rng.random(12_000)})
    settings = MEMBERS[kind] | {"epochs": 1, "batch_size": 500, "max_categories": 50}
    member = create(kind, settings).fit(frame, schema, 1)
    made = load(kind, member.save()).sample(60_000, 2)
    assert abs(made["town"].isna().mean() - frame["town"].isna().mean()) < 0.02
    real, synthetic = frame["town"].value_counts(normalize=True), made["town"].value_counts(normalize=True)
    assert set(synthetic[synthetic > 0].index) <= set(real[real > 0].index)
    often = real.index[real * 60_000 >= 30]
    assert (synthetic[often] > 0).all()
    top = real.index[:20]
    assert (synthetic[top] - real[top]).abs().max() < 0.015
    # Of those joined, each keeps its share of all that were joined.
    rare = real.index[(real > 0) & (np.arange(len(real)) >= 49)]
    assert abs(synthetic[rare].sum() - real[rare].sum()) < 0.03
    upper, lower = rare[: len(rare) // 2], rare[len(rare) // 2 :]
    assert synthetic[upper].sum() / synthetic[lower].sum() == pytest.approx(
        real[upper].sum() / real[lower].sum(), rel=0.1
    )
    made_where = member.sample_where({"town": rare[0]}, 3, 1)
    assert (made_where.rows["town"] == rare[0]).all()
