"""What a generator may learn from: real rows, and how many synthetic ones beside them."""

from __future__ import annotations

from typing import Self

from pydantic import Field, StrictBool, StrictFloat, StrictInt, model_validator

from headwater.spec.model import Model


class Training(Model):
    """The policy by which training rows are put together. Real rows are always kept, and none is ever replaced.

    The floor is the inverse of the golden ratio, by *Golden Ratio Weighting Prevents Model Collapse* (arXiv 2502.18049,
    2025).
    """

    real_share_min: StrictFloat = Field(
        0.618, gt=0, le=1, description="Floor of the share of real rows among those a generator learns from."
    )
    synthetic_share: StrictFloat = Field(
        0.0, ge=0, lt=1, description="Share of released synthetic rows asked for; 0 trains on real rows only."
    )
    accumulate: StrictBool = Field(
        True, description="Draw synthetic rows evenly from all released batches; false: from the latest alone."
    )
    max_depth: StrictInt = Field(
        1, ge=1, description="Synthetic rows further than this from real ones are not learned from."
    )
    leak_share_max: StrictFloat = Field(
        0.05,
        ge=0,
        le=1,
        description="Where more of the source than this was made by Headwater itself, retraining stops for a person.",
    )

    @model_validator(mode="after")
    def _keeps_the_floor(self) -> Self:
        if 1 - self.synthetic_share < self.real_share_min:
            raise ValueError(
                f"synthetic_share {self.synthetic_share:g} leaves {1 - self.synthetic_share:.3g} for real rows, below "
                f"real_share_min {self.real_share_min:g}; ask for at most {1 - self.real_share_min:.3g}"
            )
        return self
