"""Airflow DAGs of the supply chain: for each dataset X, ``retrain__X`` makes the generator, ``nightly__X`` the batch.

This file only tells the story. What a DAG does is in ``headwater/orchestration``, what a stage
does in ``headwater/chain``.
"""

from headwater.orchestration.drift import drift
from headwater.orchestration.invalid import invalid_datasets
from headwater.orchestration.nightly import nightly
from headwater.orchestration.retrain import retrain
from headwater.orchestration.settings import datasets_folder
from headwater.orchestration.watch import watch
from headwater.spec import load_folder

datasets = load_folder(datasets_folder())

for spec in datasets.specs:
    globals()[f"retrain__{spec.dataset}"] = retrain(spec)
    globals()[f"nightly__{spec.dataset}"] = nightly(spec)
    globals()[f"drift__{spec.dataset}"] = drift(spec)
    globals()[f"watch__{spec.dataset}"] = watch(spec)

if datasets.problems:
    globals()["invalid_datasets"] = invalid_datasets(datasets.problems)
