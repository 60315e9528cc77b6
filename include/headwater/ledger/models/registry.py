"""All tables: importing this fills the metadata that migrations, descriptions and tests compare with."""

from __future__ import annotations

from headwater.ledger.models import (
    baselines,
    batches,
    datasets,
    generators,
    history,
    notices,
    repairs,
    snapshots,
    validations,
    watch,
)
from headwater.ledger.models.base import Base

MODULES = (datasets, snapshots, generators, baselines, batches, validations, repairs, watch, history, notices)
"""In the order of the data."""

METADATA = Base.metadata
