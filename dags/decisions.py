"""Airflow DAGs that a person starts with a form: ``rollback`` to an earlier generator, ``recall`` of what one made,
``renew_anchor`` (other real rows judge from now on), ``close_alarm`` of the watch.
"""

from headwater.orchestration.close_alarm import close_alarm
from headwater.orchestration.recall import recall
from headwater.orchestration.renew_anchor import renew_anchor
from headwater.orchestration.rollback import rollback
from headwater.orchestration.settings import dataset_names
from headwater.orchestration.wanted import wanted_forms

datasets = dataset_names()

if datasets:
    for dag_of in wanted_forms(rollback, recall, renew_anchor, close_alarm):
        globals()[dag_of.__name__] = dag_of(datasets)
