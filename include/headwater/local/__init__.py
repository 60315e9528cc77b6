"""The embedded default: Postgres from a wheel and Airflow's processes, for one machine. Nothing of the chain lives here."""
