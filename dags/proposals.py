"""Airflow DAGs for tables that nobody has described yet: ``propose`` looks at one and writes a first spec for it."""

from headwater.orchestration.propose import propose

dag = propose()
