"""The embedded default: Postgres from a wheel and Airflow's processes, on one machine. Nothing of the chain is here."""
