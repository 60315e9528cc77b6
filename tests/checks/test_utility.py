"""Train on the batch, test on the anchor."""

from __future__ import annotations

import dataclasses

import numpy as np
from townspeople import people, sampled

from headwater.checks import utility
from headwater.checks.models import Task
from headwater.checks.prepared import Prepared
from headwater.checks.telling import Bound

BOUND = Bound(0.7, 0.95, 0.01, 0.9, False, 3.0)


def test_scores_by_hand(prepared: Prepared) -> None:
    (task,) = prepared.tasks
    by_hand = dataclasses.replace(task, test=np.arange(40), goal=np.repeat([0.0, 1.0], [25, 15]))
    perfect = np.eye(2)[by_hand.goal.astype(int)]
    assert utility.score(by_hand, perfect) == 1.0
    assert utility.score(by_hand, 1 - perfect) == 0.0
    assert utility.scored(by_hand) == [0, 1]
    assert utility.minorities(by_hand) == [1]
    few = dataclasses.replace(by_hand, goal=np.repeat([0.0, 1.0], [31, 9]))
    assert utility.scored(few) == []
    assert utility.score(few, perfect) == 0.5


def test_a_number_is_scored_by_r2(prepared: Prepared) -> None:
    task = Task.of("weight", prepared.yardstick)
    assert utility.score(task, task.goal[:, None]) == 1.0
    assert utility.scored(task) == utility.minorities(task) == []


def test_flipped_labels_are_unlikely(prepared: Prepared) -> None:
    batch = people(300, 5)
    flipped = batch.assign(member=batch["member"] ^ (np.arange(300) < 60))
    honest, bad = (utility.measure(sampled(prepared, rows)) for rows in (batch, flipped))
    assert [len(value) for value in honest.values()] == [3, 3, 2]
    assert bad["utility.labels"][0] < honest["utility.labels"][0] - 0.2
    assert bad["utility.labels"][1] > honest["utility.labels"][1] + 0.2, "and a surprise"
    assert np.abs(honest["utility.labels"]).max() < 0.1
    assert (honest["utility.score"] > 0.9).all()


def test_words(prepared: Prepared) -> None:
    sample = sampled(prepared, people(300, 5))
    told = utility.tell("utility.score", sample, 1, BOUND)
    assert told.words == (
        "Predicting member on the anchor (linear): AUC 0.700 when trained on synthetic rows, 0.950 when on honest rows."
    )
    assert "one value of member (not shown)" in utility.tell("utility.minority", sample, 0, BOUND).words
    assert utility.tell("utility.labels", sample, 0, BOUND).words == (
        "Values of member are less likely under a model of real rows, by 0.25 nats a row."
    )
    assert utility.tell("utility.labels", sample, 1, BOUND).words == (
        "Values of member are more likely under a model of real rows, by 0.25 in the mean of one over the root of the "
        "likelihood."
    )


def test_without_targets_nothing_is_measured(prepared: Prepared) -> None:
    reference = dataclasses.replace(prepared.reference, targets=(), groups=())
    bare = Prepared.of(reference, 300)
    assert [len(value) for value in utility.measure(sampled(bare, people(300, 5))).values()] == [0, 0, 0]
    assert bare.tasks == ()
