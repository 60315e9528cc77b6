"""Airflow DAGs of the supply chain: for each dataset X, ``retrain__X`` makes the generator, ``nightly__X`` the batch;
``decide__X`` asks people, ``drift__X`` and ``watch__X`` look for what changes slowly.

This file only tells the story. What a DAG does is in ``headwater/orchestration``, what a stage
does in ``headwater/chain``.
"""

from headwater.orchestration.decide import decide
from headwater.orchestration.drift import drift
from headwater.orchestration.invalid import invalid_datasets
from headwater.orchestration.nightly import nightly
from headwater.orchestration.retrain import retrain
from headwater.orchestration.wanted import built, wanted
from headwater.orchestration.watch import watch

found = wanted(retrain, nightly, decide, drift, watch)

for dag in built(found.dags):
    globals()[dag.dag_id] = dag

if found.problems:
    globals()["invalid_datasets"] = invalid_datasets(found.problems)
