"""Airflow DAGs that keep the house in order: ``maintain__X`` retires batches that are older than the spec keeps them,
``deadline__X`` tells who waits for a batch that it is late.
"""

from headwater.orchestration.deadline import deadline, has_deadline
from headwater.orchestration.maintain import maintain
from headwater.orchestration.wanted import built, wanted

found = [(dag_of, spec) for dag_of, spec in wanted(maintain, deadline).dags if dag_of is maintain or has_deadline(spec)]

for dag in built(found):
    globals()[dag.dag_id] = dag
