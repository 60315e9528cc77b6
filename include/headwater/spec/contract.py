"""What "good enough" means: the limits a batch must keep, whatever the noise floor says."""

from __future__ import annotations

from typing import Self

from pydantic import Field, StrictFloat, StrictInt, model_validator

from headwater.spec.model import Model


class Contract(Model):
    """Limits of the checks. Every limit is a floor or ceiling that calibration cannot tighten past noise."""

    source_rows_min: StrictInt = Field(100, ge=20, description="Fewer real rows than this stop the retraining.")
    category_share_min: StrictFloat = Field(
        0.005, gt=0, le=1, description="Categories at least this common must be present."
    )
    category_keep_min: StrictFloat = Field(
        1 / 3, gt=0, le=1, description="…with at least this part of their real share."
    )
    coverage_min: StrictFloat = Field(0.9, ge=0, le=1, description="k-NN coverage, as a part of real-against-real.")
    cell_coverage_min: StrictFloat = Field(
        0.95, ge=0, le=1, description="Share of real mass in cells that are covered."
    )
    cell_keep_min: StrictFloat = Field(
        1 / 3, gt=0, le=1, description="A cell is covered at this part of its real share."
    )
    c2st_auc_max: StrictFloat = Field(0.75, ge=0.5, le=1, description="Real-against-synthetic classifier; .5 is best.")
    utility_gap_max: StrictFloat = Field(
        0.05, ge=0, le=1, description="Loss of AUC or R2 when training on synthetic rows."
    )
    false_alarm: StrictFloat = Field(
        0.01, gt=0, le=0.2, description="Rate at which the verdict blames honest rows, all checks together."
    )

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.category_share_min * self.category_keep_min * 1e9 < 1:
            raise ValueError("category_share_min times category_keep_min is too small to be measured on any batch")
        return self
