"""How far a batch that misses modes may be mended before a person has to look."""

from __future__ import annotations

from pydantic import Field, StrictFloat, StrictInt

from headwater.spec.model import Model


class Repair(Model):
    """Limits of mending a batch that misses modes. Every attempt is judged anew, by narrower limits."""

    attempts: StrictInt = Field(3, ge=0, le=3, description="Attempts for each batch date, whatever the run; 0: none.")
    rows_share: StrictFloat = Field(
        0.1, gt=0, le=0.5, description="Rows of the batch that may be exchanged, all attempts together."
    )
    previous_champion: bool = Field(
        True, description="Whether the last attempt makes the whole batch by the champion before."
    )
