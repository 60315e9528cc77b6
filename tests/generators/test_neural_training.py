"""Epochs as log lines, the time budget, seeds and global state of the neural members."""

from __future__ import annotations

import logging
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from generator_tables import mixed, numerical, table
from members import MEMBERS

from headwater.generators.errors import FitError
from headwater.generators.model_file import unpack
from headwater.generators.neural.storing import VERSION
from headwater.generators.neural.training import Training, watched
from headwater.generators.registry import create, load
from headwater.tables.frames import conform, to_arrow
from headwater.tables.hashing import block_hash

KINDS = ("ctgan", "tvae", "copula_gan")
LOGGER = "headwater.generators.neural"
REPOSITORY = Path(__file__).parents[2]


def clock(step: float) -> Any:
    """Seconds that pass by ``step`` each time somebody looks."""
    ticks = count()
    return lambda: next(ticks) * step


def losses_of(epochs: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"Epoch": epochs, "Batch": 0, "Loss": [float(epoch) for epoch in epochs]})


def walk(training: Training, epochs: int) -> int:
    done: list[int] = []
    for epoch in training.over(range(epochs), lambda: losses_of(done)):
        done.append(epoch)
    return len(done)


def test_the_first_and_last_epoch_are_shown_and_few_between(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    # Looked at once an epoch: 300 epochs in 60 s.
    assert walk(Training("tvae", 300, None, clock(0.2)), 300) == 300
    lines = [record.getMessage() for record in caplog.records]
    assert lines[0].startswith("tvae: epoch 1 of 300, loss 0.00, ")
    assert lines[-1].startswith("tvae: epoch 300 of 300, loss 299.00, ")
    assert lines[-1].endswith("about 0.0 s left")
    assert 10 <= len(lines) <= 14


def test_slow_epochs_are_all_shown(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, LOGGER)
    walk(Training("tvae", 4, None, clock(60.0)), 4)
    assert [record.getMessage() for record in caplog.records][1] == (
        "tvae: epoch 2 of 4, loss 1.00, 180.0 s so far, about 120.0 s left"
    )
    assert len(caplog.records) == 4


@pytest.mark.parametrize(
    ("budget", "expected"),
    # The clock is at 1 s before the first epoch and an epoch takes 1 s: epoch k ends at k + 1.
    [(0.001, 1), (2.9, 1), (3.0, 2), (5.5, 4), (10.9, 9), (11.0, 10), (None, 10)],
)
def test_an_epoch_begins_only_if_it_ends_within_the_budget(
    budget: float | None, expected: int, caplog: pytest.LogCaptureFixture
) -> None:
    training = Training("ctgan", 10, budget, clock(1.0))
    assert walk(training, 10) == expected
    assert training.trained == expected
    assert training.stopped_by_clock == (expected < 10)
    said = any(f"after {expected} of 10 epochs" in record.getMessage() for record in caplog.records)
    assert said == (expected < 10)


@pytest.mark.parametrize("loss", [float("nan"), float("inf")])
def test_a_training_that_diverges_is_an_error(loss: float) -> None:
    training = Training("ctgan", 5, None, clock(1.0))
    frame = pd.DataFrame({"Epoch": [0], "Generator Loss": [loss], "Discriminator Loss": [0.5]})
    with pytest.raises(FitError, match=r"diverged in epoch 1 .*lower the learning rates"):
        list(training.over(range(5), lambda: frame))


def test_ctgans_own_loop_is_always_put_back() -> None:
    import ctgan.synthesizers.ctgan as module

    before = module.tqdm
    inside: list[bool] = []

    def fit(error: Exception | None) -> None:
        with watched(module, Training("ctgan", 2, None), lambda: losses_of([0])):
            inside.append(module.tqdm is not before)
            if error:
                raise error

    with pytest.raises(KeyError):
        fit(KeyError())
    assert module.tqdm is before
    # And a ctgan that walks through no epochs by that name is noticed.
    with pytest.raises(FitError, match=r"in requirements\.txt"):
        fit(None)
    assert module.tqdm is before
    assert inside == [True, True]


@pytest.mark.parametrize("kind", KINDS)
def test_epochs_are_shown_while_a_member_is_fitted(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    create(kind, MEMBERS[kind]).fit(*mixed(60), seed=1)
    own = [record.getMessage() for record in caplog.records if record.name.startswith(LOGGER)]
    assert own[0].startswith(f"{kind}: learns 60 rows in ")
    loss = "loss" if kind == "tvae" else r"generator loss -?\d+\.\d\d, discriminator loss"
    shown = rf"{kind}: epoch 1 of 4, {loss} -?\d+\.\d\d, \d+\.\d s so far, about \d+\.\d s left"
    assert re.fullmatch(shown, own[1])
    assert own[-1].startswith(f"{kind}: epoch 4 of 4, ")
    assert not [record for record in caplog.records if record.name.startswith(("sdv", "rdt", "SingleTable"))]


@pytest.mark.parametrize("kind", KINDS)
def test_a_budget_of_nothing_trains_one_epoch_and_the_model_works(kind: str, caplog: pytest.LogCaptureFixture) -> None:
    frame, schema = mixed(300)
    settings = MEMBERS[kind] | {"epochs": 100_000, "time_budget_seconds": 0.001}
    member: Any = create(kind, settings).fit(frame, schema, 1)
    assert (member.epochs_trained, member.stopped_by_clock) == (1, True)
    assert "stopped by the time budget of 0.001 s after 1 of 100000 epochs" in caplog.text
    made = member.sample(200, 2)
    pd.testing.assert_frame_equal(conform(made, schema), made)
    data = member.save()
    assert unpack(data, kind, VERSION)[0]["training"] == {"epochs_trained": 1, "stopped_by_clock": True}
    again: Any = load(kind, data)
    assert (again.epochs_trained, again.stopped_by_clock, again.time_budget_seconds) == (1, True, 0.001)
    pd.testing.assert_frame_equal(again.sample(50, 3), member.sample(50, 3))


def test_a_budget_ends_a_long_training_in_time() -> None:
    member: Any = create("tvae", MEMBERS["tvae"] | {"epochs": 100_000, "time_budget_seconds": 6.0})
    training = member.fit(*mixed(60), seed=1)
    assert training.stopped_by_clock
    assert 1 <= training.epochs_trained < 100_000


def test_a_training_that_blows_up_names_the_cure() -> None:
    frame, schema = mixed(200)
    settings = MEMBERS["ctgan"] | {"epochs": 60, "generator_lr": 1e30, "discriminator_lr": 1e30}
    with pytest.raises(FitError, match=r"ctgan: the training diverged .*lower the learning rates"):
        create("ctgan", settings).fit(frame, schema, 1)


@pytest.fixture
def torch_seeded() -> Iterator[Any]:
    import torch

    state, threads = torch.get_rng_state(), torch.get_num_threads()
    torch.manual_seed(5)
    torch.set_num_threads(2)
    yield torch
    torch.set_rng_state(state)
    torch.set_num_threads(threads)


@pytest.mark.parametrize("kind", KINDS)
def test_all_global_random_states_are_left_alone(kind: str, torch_seeded: Any) -> None:
    random.seed(5)
    np.random.seed(5)
    before = random.getstate(), np.random.get_state()[1].tolist(), torch_seeded.get_rng_state()  # type: ignore[index]
    member = create(kind, MEMBERS[kind]).fit(*mixed(40), seed=1)
    member.sample(20, 1)
    member.sample_where({"group": "a"}, 5, 1)
    assert random.getstate() == before[0]
    assert np.random.get_state()[1].tolist() == before[1]  # type: ignore[index]
    assert torch_seeded.equal(torch_seeded.get_rng_state(), before[2])
    assert torch_seeded.get_num_threads() == 2


@pytest.mark.parametrize("kind", KINDS)
def test_the_model_does_not_depend_on_who_drew_before(kind: str) -> None:
    frame, schema = mixed(60)
    first = create(kind, MEMBERS[kind]).fit(frame, schema, 1)
    data = first.save()
    np.random.random(3)
    random.random()
    second = create(kind, MEMBERS[kind]).fit(frame, schema, 1)
    pd.testing.assert_frame_equal(first.sample(40, 2), second.sample(40, 2))
    other = create(kind, MEMBERS[kind]).fit(frame, schema, 2)
    assert not other.sample(40, 2)["weight"].equals(second.sample(40, 2)["weight"])
    # Drawing leaves no trace in the model.
    assert first.save() == data
    pd.testing.assert_frame_equal(load(kind, data).sample(40, 9), first.sample(40, 9))


def test_a_fit_of_more_rows_makes_the_same_rows_in_another_process() -> None:
    """From 500 rows on, SDV would share the work between processes."""
    program = (
        "import sys; sys.path.insert(0, sys.argv[1])\n"
        "from generator_tables import mixed\n"
        "from members import MEMBERS\n"
        "from headwater.generators.registry import create\n"
        "from headwater.tables.frames import to_arrow\n"
        "from headwater.tables.hashing import block_hash\n"
        "frame, schema = mixed(550)\n"
        "made = create('ctgan', MEMBERS['ctgan']).fit(frame, schema, 3).sample(90, 8)\n"
        "print(block_hash(to_arrow(made, schema)))\n"
    )
    threads = "1" if os.environ.get("OMP_NUM_THREADS") != "1" else "2"
    environment = os.environ | {
        "PYTHONHASHSEED": "77",
        "PYTHONPATH": str(REPOSITORY / "include"),
        "OMP_NUM_THREADS": threads,
        "OPENBLAS_NUM_THREADS": threads,
    }
    arguments = [sys.executable, "-c", program, str(Path(__file__).parent)]
    ran = subprocess.run(arguments, capture_output=True, text=True, env=environment, check=True, timeout=300)
    frame, schema = mixed(550)
    here = create("ctgan", MEMBERS["ctgan"]).fit(frame, schema, 3).sample(90, 8)
    assert ran.stdout.split()[-1] == block_hash(to_arrow(here, schema))


def test_columns_without_variety_need_no_training() -> None:
    frame, schema = table([numerical("x", decimals=1)], {"x": [2.5] * 9})
    member: Any = create("ctgan", MEMBERS["ctgan"]).fit(frame, schema, 1)
    assert member.epochs_trained == 0
    pd.testing.assert_frame_equal(load("ctgan", member.save()).sample(9, 1), frame)
