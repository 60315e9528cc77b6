"""What is watched across nights and generations, and what an alarm does."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, StrictFloat, StrictInt

from headwater.spec.model import Model


class Watch(Model):
    """The watch over nights and generations."""

    on_alarm: Literal["retrain", "stop", "notify"] = Field(
        "retrain", description="Beside the notification: retrain once, stop releases until it is closed, or nothing."
    )
    nights: StrictInt = Field(30, ge=4, le=365, description="Released batches that are looked at together.")
    false_alarm: StrictFloat = Field(
        0.01, ge=0.005, le=0.1, description="Rate of false alarms in a year of nights, all charts together."
    )
