"""Airflow DAGs that a person starts with a form: ``rollback`` to an earlier generator, ``recall`` of what one made,
``renew_anchor`` (other real rows judge from now on), ``close_alarm`` of the watch.
"""

from headwater.orchestration.close_alarm import close_alarm
from headwater.orchestration.recall import recall
from headwater.orchestration.renew_anchor import renew_anchor
from headwater.orchestration.rollback import rollback
from headwater.orchestration.settings import datasets_folder
from headwater.spec import load_folder

specs = load_folder(datasets_folder()).specs

if specs:
    globals()["rollback"] = rollback(specs)
    globals()["recall"] = recall(specs)
    globals()["renew_anchor"] = renew_anchor(specs)
    globals()["close_alarm"] = close_alarm(specs)
