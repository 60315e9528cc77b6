"""Airflow DAGs that keep the house tidy: ``maintain__X`` retires batches that are older than the spec keeps them."""

from headwater.orchestration.maintain import maintain
from headwater.orchestration.wanted import wanted

for dag_of, spec in wanted(maintain).dags:
    globals()[f"{dag_of.__name__}__{spec.dataset}"] = dag_of(spec)
