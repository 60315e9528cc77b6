"""What models are asked, and what they answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from townspeople import people

from headwater.checks import models, utility
from headwater.checks.models import CLASSES_MAX, FAMILIES, Task
from headwater.checks.prepared import Prepared
from headwater.checks.reference import Reference
from headwater.checks.yardstick import Yardstick
from headwater.tables.schema import ColumnSchema


def test_a_class_to_predict(prepared: Prepared) -> None:
    (task,), anchor = prepared.tasks, prepared.reference.anchor
    present = anchor["member"].notna().to_numpy()
    assert (task.target, task.is_class, task.classes) == ("member", True, 2)
    assert task.test.tolist() == np.flatnonzero(present).tolist()
    commonest = anchor["member"].mode()[0]
    assert task.goal.tolist() == (anchor["member"][present] != commonest).astype(float).tolist()
    points = prepared.yardstick.anchor.points[:, task.own]
    assert points.shape[1] == 3, "yes, no, missing"


def test_a_number_to_predict(prepared: Prepared) -> None:
    task = Task.of("weight", prepared.yardstick)
    weight = prepared.reference.anchor["weight"]
    assert (task.is_class, task.classes) == (False, 1)
    assert task.goal.tolist() == weight.dropna().astype(float).tolist()


def test_rare_classes_are_taken_together(make_reference: Callable[..., Reference]) -> None:
    names = tuple(f"k{index:02}" for index in range(40))
    columns = (
        ColumnSchema(name="k", sdtype="categorical", storage="text", nullable=False, categories=names),
        ColumnSchema(name="x", sdtype="numerical", storage="real", nullable=False),
    )
    rows: dict[str, Any] = {"k": [*names, *names[:10]], "x": np.arange(50.0)}
    reference = make_reference(columns, rows, rows)
    task = Task.of("k", Yardstick.fit(reference.anchor, reference.schema, (), 0))
    assert task.classes == CLASSES_MAX
    assert (task.goal == CLASSES_MAX - 1).sum() == 21
    assert utility.scored(task) == [CLASSES_MAX - 1], "the others have too few rows"
    assert utility.minorities(task) == [CLASSES_MAX - 1]
    yardstick = Yardstick.fit(reference.anchor, reference.schema, (), 0)
    found = models.predict(task, yardstick.anchor, yardstick, 0)
    assert found.shape == (len(FAMILIES), 50, CLASSES_MAX)
    assert found.sum(axis=2) == pytest.approx(1)


@pytest.mark.parametrize("target", ["member", "weight"])
def test_models_of_real_rows_predict_real_rows(prepared: Prepared, target: str) -> None:
    task = Task.of(target, prepared.yardstick)
    rows = prepared.yardstick.code(people(300, 5))
    found = models.predict(task, rows, prepared.yardstick, 0)
    assert found.shape == (len(FAMILIES), len(task.test), task.classes)
    assert all(utility.score(task, each) > 0.8 for each in found)
    again = models.predict(task, rows, prepared.yardstick, 0)
    assert np.array_equal(found, again)


def test_one_class_teaches_a_constant(prepared: Prepared) -> None:
    (task,) = prepared.tasks
    batch = people(300, 5)
    batch["member"] = True
    found = models.predict(task, prepared.yardstick.code(batch), prepared.yardstick, 0)
    assert (found == found[:, :1]).all()
    assert [utility.score(task, each) for each in found] == [0.5] * 3
    batch["member"] = None
    found = models.predict(task, prepared.yardstick.code(batch.astype({"member": "boolean"})), prepared.yardstick, 0)
    assert [utility.score(task, each) for each in found] == [0.5] * 3


def test_one_number_teaches_that_number(prepared: Prepared) -> None:
    task = Task.of("weight", prepared.yardstick)
    batch = people(300, 5).assign(weight=pd.array([70] * 300, dtype="Int64"))
    assert (models.predict(task, prepared.yardstick.code(batch), prepared.yardstick, 0) == 70).all()


def test_an_anchor_without_the_target_tests_nothing(prepared: Prepared) -> None:
    reference = dataclasses.replace(
        prepared.reference, anchor=prepared.reference.anchor.assign(weight=pd.array([None] * 400, dtype="Int64"))
    )
    yardstick = Yardstick.fit(reference.anchor, reference.schema, ("weight",), 0)
    task = Task.of("weight", yardstick)
    found = models.predict(task, yardstick.code(people(300, 5)), yardstick, 0)
    assert found.shape == (len(FAMILIES), 0, 1)
    assert [utility.score(task, each) for each in found] == [0.0] * 3
    assert np.isnan(yardstick.code(people(300, 5)).labels).all()
