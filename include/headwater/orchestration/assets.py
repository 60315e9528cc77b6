"""The assets that join the DAGs: a generator in use and a batch released."""

from __future__ import annotations

from airflow.sdk import Asset, AssetAlias

GENERATOR_BACK = AssetAlias(name="generator/rolled back", group="headwater")
"""Stands for the ``generator/X`` of whichever dataset a run of the shared DAG ``rollback`` is about."""


def generator_asset(dataset: str) -> Asset:
    """Updated when retraining has settled who is champion, or a person rolled back."""
    return Asset(name=f"generator/{dataset}", uri=f"headwater://generator/{dataset}", group="headwater")


def batch_asset(dataset: str) -> Asset:
    """Updated when a batch was released to its readers."""
    return Asset(name=f"batch/{dataset}", uri=f"headwater://batch/{dataset}", group="headwater")
