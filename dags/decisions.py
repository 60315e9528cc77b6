"""Airflow DAGs that a person starts with a form: ``rollback`` to an earlier generator, ``recall`` of what one made,
``renew_anchor`` (other real rows judge from now on), ``close_alarm`` of the watch.
"""

from headwater.orchestration.close_alarm import close_alarm
from headwater.orchestration.recall import recall
from headwater.orchestration.renew_anchor import renew_anchor
from headwater.orchestration.rollback import rollback
from headwater.orchestration.settings import dataset_names

datasets = dataset_names()

if datasets:
    globals()["rollback"] = rollback(datasets)
    globals()["recall"] = recall(datasets)
    globals()["renew_anchor"] = renew_anchor(datasets)
    globals()["close_alarm"] = close_alarm(datasets)
