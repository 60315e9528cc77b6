"""The assets that join the DAGs: a generator in use, a batch released, something that a person has to decide."""

from __future__ import annotations

from airflow.sdk import Asset, AssetAlias

GENERATOR_BACK = AssetAlias(name="generator/rolled back", group="headwater")
"""Stands for the ``generator/X`` of whichever dataset a run of the shared DAG ``rollback`` is about."""

ASKED = AssetAlias(name="decision/asked", group="headwater")
"""Stands for ``decision/X`` where a task finds that a person has to decide; most nights none does."""
DECIDED = AssetAlias(name="decision/carried out", group="headwater")
"""Stands for what a person's answer has changed: ``batch/X``, ``generator/X``, or ``decision/X`` to be asked anew."""


def generator_asset(dataset: str) -> Asset:
    """Updated when retraining has settled who is champion, or a person rolled back."""
    return Asset(name=f"generator/{dataset}", uri=f"headwater://generator/{dataset}", group="headwater")


def batch_asset(dataset: str) -> Asset:
    """Updated when a batch was released to its readers."""
    return Asset(name=f"batch/{dataset}", uri=f"headwater://batch/{dataset}", group="headwater")


def decision_asset(dataset: str) -> Asset:
    """Updated when a batch is put in quarantine, or a candidate has to be approved."""
    return Asset(name=f"decision/{dataset}", uri=f"headwater://decision/{dataset}", group="headwater")
