"""Airflow: DAG factories, task wrappers, assets, params, links. The only package that imports airflow.

Parsing must stay free: heavy imports stand inside task bodies.
"""
