"""The manifest that lies beside a batch's Parquet files: what they are, where from, what was found."""

from __future__ import annotations

from importlib import metadata
from typing import Any

from headwater.ledger import Books
from headwater.ledger.records import Batch, Validation

LIBRARIES = ("great-expectations", "numpy", "pandas", "pyarrow", "scikit-learn", "sdv")
"""What can change the rows or what is found about them."""

_REPAIR = {"batch_id", "step", "look", "touched_rows", "before", "after"}


def manifest(books: Books, batch: Batch, validation: Validation) -> dict[str, Any]:
    """A JSON-safe document: ids, hashes, versions, checks, depth. It holds no rows."""
    generator = books.generators.get(batch.generator_id)
    snapshot = books.snapshots.get(generator.snapshot_id)
    attempt = books.repairs.that_made(batch.batch_id)
    checks = books.validations.checks("validation", validation.validation_id)
    return {
        "synthetic": True,
        "dataset": batch.dataset,
        "batch_date": batch.batch_date.isoformat(),
        "batch_id": batch.batch_id,
        "rows": batch.rows,
        "content_hash": batch.content_hash,
        "depth": batch.depth,
        "depth_max": batch.depth_max,
        "real_share": batch.real_share,
        "seed": batch.seed,
        "spec_sha256": batch.spec_sha256,
        "versions": {"headwater": batch.code_version, **_versions()},
        "generator": {
            "generator_id": generator.generator_id,
            "kind": generator.kind,
            "settings": generator.settings,
            "model_sha256": generator.model_sha256,
        },
        "snapshot": {"snapshot_id": snapshot.snapshot_id, "content_hash": snapshot.content_hash, "rows": snapshot.rows},
        "repair": attempt and attempt.model_dump(mode="json", include=_REPAIR),
        "files": [
            {"name": f"part-{shard.index:05d}.parquet", "rows": shard.rows, "sha256": shard.sha256}
            for shard in books.batches.shards(batch.batch_id)
        ],
        "validation": {
            "validation_id": validation.validation_id,
            "passed": validation.passed,
            "sentence": validation.sentence,
        },
        "checks": [
            {"name": check.name, "value": check.value, "limit": check.limit, "passed": check.passed} for check in checks
        ],
    }


def _versions() -> dict[str, str]:
    """XGBoost has two names: on Linux it is installed without its half for graphics cards."""
    found = {name: metadata.version(name) for name in LIBRARIES}
    installed = next(
        (one for one in ("xgboost-cpu", "xgboost") if list(metadata.Distribution.discover(name=one))), None
    )
    return found if installed is None else found | {"xgboost": metadata.version(installed)}
