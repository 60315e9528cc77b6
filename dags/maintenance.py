"""Airflow DAGs that keep the house in order: ``maintain__X`` retires batches that are older than the spec keeps them,
``deadline__X`` tells who waits for a batch that it is late.
"""

from headwater.orchestration.deadline import deadline, has_deadline
from headwater.orchestration.maintain import maintain
from headwater.orchestration.wanted import wanted

for dag_of, spec in wanted(maintain, deadline).dags:
    if dag_of is deadline and not has_deadline(spec):
        continue
    globals()[f"{dag_of.__name__}__{spec.dataset}"] = dag_of(spec)
