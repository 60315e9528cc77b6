"""Headwater: a supply chain for synthetic tables on Apache Airflow.

Read ``chain/`` first: one file for each stage, in the order in which rows flow.
"""

__version__ = "0.1.0"
