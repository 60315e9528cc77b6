"""Every member keeps every kind of constraint in every row, with exact dtypes, the same rows for the same seed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from constrained_tables import ALL, DECLARED, broken, constraints, wards
from members import MEMBERS

from headwater.generators.base import Generator
from headwater.generators.errors import ModelFileError
from headwater.generators.registry import create, load
from headwater.tables.frames import conform, to_arrow
from headwater.tables.hashing import block_hash

ROWS = 5_000
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def real() -> tuple[pd.DataFrame, Any]:
    return wards()


@pytest.fixture(scope="module", params=tuple(MEMBERS))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def member(kind: str, real: tuple[pd.DataFrame, Any]) -> Generator:
    return create(kind, MEMBERS[kind], ALL).fit(*real, seed=3)


@pytest.fixture(scope="module")
def made(member: Generator) -> pd.DataFrame:
    return member.sample(ROWS, seed=11)


def test_the_real_rows_keep_them(real: tuple[pd.DataFrame, Any]) -> None:
    assert broken(real[0]) == {}


def test_every_row_keeps_every_constraint(made: pd.DataFrame) -> None:
    assert len(made) == ROWS
    assert broken(made) == {}


def test_types_ranges_and_precision_are_those_of_the_real_rows(
    made: pd.DataFrame, real: tuple[pd.DataFrame, Any]
) -> None:
    frame, schema = real
    assert made.dtypes.equals(frame.dtypes)
    pd.testing.assert_frame_equal(conform(made, schema), made)
    for name in ("admitted", "discharged", "first", "second", "third", "years", "price", "debt", "slot"):
        assert made[name].min() >= frame[name].min()
        assert made[name].max() <= frame[name].max()
    assert (made["discharged"].dropna() == made["discharged"].dropna().dt.normalize()).all()
    assert (made["price"] == made["price"].round(2)).all()
    assert made["visit"].is_unique


def test_missing_values_keep_their_share(made: pd.DataFrame, real: tuple[pd.DataFrame, Any]) -> None:
    for name in made.columns:
        assert abs(made[name].isna().mean() - real[0][name].isna().mean()) < 0.06
    both = made["admitted"].isna() & made["discharged"].notna()
    assert both.any()


def test_the_seed_decides_the_rows(member: Generator, made: pd.DataFrame) -> None:
    member.sample(30, seed=5)
    pd.testing.assert_frame_equal(member.sample(ROWS, seed=11), made)
    assert not member.sample(200, seed=12)["price"].equals(made["price"].iloc[:200])


def test_a_stored_model_makes_the_same_rows(kind: str, member: Generator) -> None:
    pd.testing.assert_frame_equal(load(kind, member.save()).sample(120, 8), member.sample(120, 8))


def test_a_stored_model_makes_the_same_rows_in_a_new_process(real: tuple[pd.DataFrame, Any], tmp_path: Path) -> None:
    # Members are loaded in a new process by test_members_elsewhere.py; here the wrapper is, around a quick one.
    member = create("trees", {}, ALL).fit(*real, seed=3)
    model = tmp_path / "model.bin"
    model.write_bytes(member.save())
    program = (
        "import sys, pathlib\n"
        "sys.path.insert(0, sys.argv[2])\n"
        "from constrained_tables import wards\n"
        "from headwater.generators.registry import load\n"
        "from headwater.tables.frames import to_arrow\n"
        "from headwater.tables.hashing import block_hash\n"
        "frame = load('trees', pathlib.Path(sys.argv[1]).read_bytes()).sample(3_000, 8)\n"
        "print(block_hash(to_arrow(frame, wards()[1])))\n"
    )
    environment = os.environ | {"PYTHONHASHSEED": "77", "PYTHONPATH": str(REPOSITORY / "include")}
    arguments = [sys.executable, "-c", program, str(model), str(Path(__file__).parent)]
    ran = subprocess.run(arguments, capture_output=True, text=True, check=True, timeout=300, env=environment)
    assert ran.stdout.split()[-1] == block_hash(to_arrow(member.sample(3_000, 8), real[1]))


def test_an_altered_or_short_model_file_is_refused(kind: str, member: Generator) -> None:
    data = member.save()
    places = (40, len(data) // 3, len(data) - 300)
    flipped = [data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :] for place in places]
    for damaged in (b"", data[:40], data[:90], data[: len(data) // 2], data[:-1], data + b"x", *flipped):
        with pytest.raises(ModelFileError, match="retrain"):
            load(kind, damaged)
    other = next(one for one in ("trees", "gaussian_copula") if one != kind)
    with pytest.raises(ModelFileError, match=f"of kind '{member.kind}', not '{other}'"):
        load(other, data)


def test_it_keeps_the_protocol(kind: str, member: Generator) -> None:
    plain = create(kind, MEMBERS[kind])
    assert isinstance(member, Generator)
    assert (member.kind, member.capabilities.pickled) == (plain.kind, plain.capabilities.pickled)
    assert not member.capabilities.exact_conditions
    unfitted = create(kind, MEMBERS[kind], ALL)
    for ask in (lambda m: m.sample(1, 1), lambda m: m.sample_where({}, 1, 1), lambda m: m.save()):
        with pytest.raises(ValueError, match="call fit or load first"):
            ask(unfitted)
    nothing = member.sample(0, 1)
    assert len(nothing) == 0
    with pytest.raises(ValueError, match="-1 rows"):
        member.sample(-1, 1)


def test_without_constraints_there_is_no_wrapper(kind: str) -> None:
    assert type(create(kind, MEMBERS[kind], ())) is type(create(kind, MEMBERS[kind]))


@pytest.mark.parametrize(
    ("conditions", "holds"),
    [
        ({"education": "college"}, lambda f: f["education"] == "college"),
        ({"education": "college", "years": 12}, lambda f: (f["education"] == "college") & (f["years"] == 12)),
        ({"years": (8, 12)}, lambda f: f["years"].between(8, 12)),
        ({"is blue": True}, lambda f: f["is blue"] & (f["is red"] == 0)),
        ({"smoker": False}, lambda f: f["cigarettes"] == 0),
        ({"discharged": ("2023-06-01", "2023-08-31")}, lambda f: f["discharged"].dt.month.isin([6, 7, 8])),
        ({"discharged": None}, lambda f: f["discharged"].isna()),
        ({"third": (30, None), "first": (None, 40)}, lambda f: (f["third"] >= 30) & (f["first"] <= 40)),
        ({"ward": ["n", "s"], "price": (5.0, 40.0)}, lambda f: f["ward"].isin(["n", "s"])),
    ],
)
def test_conditions_are_met_under_constraints(member: Generator, conditions: dict[str, Any], holds: Any) -> None:
    found = member.sample_where(conditions, 40, seed=2)
    assert (len(found.rows), found.missing) == (40, 0)
    assert holds(found.rows).all()
    assert broken(found.rows) == {}
    pd.testing.assert_frame_equal(member.sample_where(conditions, 40, seed=2).rows, found.rows)


CONTRADICTIONS = [
    (
        {"admitted": "2024-01-10", "discharged": "2024-01-09"},
        "'admitted', 'discharged' contradict .*inequality admitted",
    ),
    ({"first": (40, None), "third": (None, 30)}, "'first', 'third' contradict the constraint range first <= second"),
    ({"education": "none", "years": 12}, "'education', 'years' contradict their fixed_combinations"),
    ({"is red": 1, "is green": 1}, "'is red', 'is green' contradict their fixed_combinations or one_hot"),
    ({"price": (None, 0)}, "'price' contradict the constraint strictly positive price"),
    ({"debt": (1, 2)}, "'debt' contradict the constraint negative debt"),
    ({"smoker": False, "cigarettes": 3}, "contradict the constraint expression 'smoker or cigarettes == 0'"),
]


@pytest.mark.parametrize(("conditions", "message"), CONTRADICTIONS)
def test_conditions_that_contradict_a_constraint_are_refused(
    member: Generator, conditions: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        member.sample_where(conditions, 3, seed=1)


def test_what_cannot_be_met_is_counted(member: Generator) -> None:
    found = member.sample_where({"discharged": ("1990-01-01", "1990-12-31")}, 5, seed=1)
    assert (len(found.rows), found.missing) == (0, 5)
    assert found.rows.dtypes.equals(member.sample(0, 1).dtypes)


def test_conditions_stay_exact_where_nothing_is_drawn_again(kind: str) -> None:
    kept = constraints(*[one for one in DECLARED if one["kind"] in ("fixed_combinations", "one_hot", "positive")])
    plain = create(kind, MEMBERS[kind]).capabilities
    assert create(kind, MEMBERS[kind], kept).capabilities == plain
