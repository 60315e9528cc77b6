"""Where each artifact lies below the store's URL. The layout of docs/architecture.md, and nothing else."""

from __future__ import annotations

from datetime import date


def snapshot(dataset: str, snapshot_id: str, part: str) -> str:
    """Rows of a snapshot; ``part`` is ``train`` or ``anchor``."""
    return f"{dataset}/snapshots/{snapshot_id}/{part}.parquet"


def model(dataset: str, generator_id: str) -> str:
    """A generator's model file."""
    return f"{dataset}/generators/{generator_id}/model.bin"


def work(dataset: str, batch_id: str) -> str:
    """The folder of a batch that is not finished."""
    return f"{dataset}/work/{batch_id}"


def part(folder: str, index: int) -> str:
    """The Parquet file of one shard in a batch's folder."""
    return f"{folder}/part-{index:05d}.parquet"


def manifest(folder: str) -> str:
    """The manifest of a batch's folder; written last."""
    return f"{folder}/manifest.json"


def released(dataset: str, batch_date: date, batch_id: str) -> str:
    """The public folder of a released batch."""
    return f"{dataset}/batches/{batch_date.isoformat()}/{batch_id}"


def quarantined(dataset: str, batch_date: date, batch_id: str) -> str:
    """The folder of a batch that failed its gate."""
    return f"{dataset}/quarantine/{batch_date.isoformat()}/{batch_id}"


def fingerprints(dataset: str, batch_id: str) -> str:
    """What a released batch's rows are known by when they come back; kept when the batch itself has gone."""
    return f"{dataset}/fingerprints/{batch_id}.parquet"


def recalled(dataset: str, batch_date: date, batch_id: str) -> str:
    """The folder of a batch that was taken back from its readers."""
    return f"{dataset}/recalled/{batch_date.isoformat()}/{batch_id}"


def docs(dataset: str, validation_id: str) -> str:
    """The Data Docs page of a validation."""
    return f"{dataset}/docs/{validation_id}/index.html"


def failing_rows(dataset: str, validation_id: str) -> str:
    """The rows that break rules of the table, beside the page of a validation."""
    return f"{dataset}/docs/{validation_id}/failing_rows.csv"


def baseline(dataset: str, baseline_id: str) -> str:
    """A null that was drawn."""
    return f"{dataset}/baselines/{baseline_id}.npz"


def side(dataset: str, side_id: str) -> str:
    """What a generator shows on an anchor, for comparisons; made again where it is lost."""
    return f"{dataset}/sides/{side_id}.npz"


def proposal(dataset: str, sha256: str) -> str:
    """A spec that was proposed; the same text lies at the same place."""
    return f"{dataset}/proposals/{sha256[:16]}/{dataset}.yaml"
