"""Airflow DAGs for tables that nobody has described yet: ``propose`` looks at one and writes a first spec for it."""

from headwater.orchestration.propose import propose
from headwater.orchestration.wanted import wanted_forms

for dag_of in wanted_forms(propose):
    globals()[dag_of.__name__] = dag_of()
