"""Airflow DAGs that keep the house tidy: ``maintain__X`` retires batches that are older than the spec keeps them."""

from headwater.orchestration.maintain import maintain
from headwater.orchestration.settings import datasets_folder
from headwater.spec import load_folder

for spec in load_folder(datasets_folder()).specs:
    globals()[f"maintain__{spec.dataset}"] = maintain(spec)
