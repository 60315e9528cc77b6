"""What a spec says of one column: its SDV sdtype, whether it may be empty, what it may hold."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Any, Literal, Self

from pydantic import Field, StrictBool, StrictFloat, StrictInt, StrictStr, model_validator

from headwater.spec.model import Model

Sdtype = Literal["numerical", "categorical", "boolean", "datetime", "id", "pii"]
PiiKind = Literal["name", "email", "phone_number", "address", "city", "company", "iban", "ssn", "ipv4"]
Value = StrictBool | StrictInt | StrictFloat | StrictStr
Bound = StrictInt | StrictFloat | date | datetime


class Column(Model):
    """One column of the table. In YAML a bare word is short for ``{sdtype: word}``."""

    sdtype: Sdtype = Field(description="SDV's sdtype; `pii` is made by Faker and never learned.")
    nullable: bool = Field(False, description="Whether real and synthetic rows may be empty here.")
    sensitive: bool = Field(
        False, description="Values never appear in logs, Data Docs or messages; categories become counts."
    )
    pii: PiiKind | None = Field(None, description="What kind of personal data a `pii` column holds.")
    min: Bound | None = Field(None, description="Smallest allowed value (number or date).")
    max: Bound | None = Field(None, description="Largest allowed value (number or date).")
    values: tuple[Value, ...] | None = Field(None, description="The allowed values of a categorical column.")
    decimals: int | None = Field(None, ge=0, le=15, description="Digits after the point; 0 means integer.")

    @model_validator(mode="before")
    @classmethod
    def _bare_word(cls, given: Any) -> Any:
        return {"sdtype": given} if isinstance(given, str) else given

    @model_validator(mode="after")
    def _options_fit_sdtype(self) -> Self:
        if (self.sdtype == "pii") != (self.pii is not None):
            raise ValueError("sdtype 'pii' and key 'pii' (the kind, such as email) go together; give both or neither")
        if self.sdtype not in ("numerical", "datetime") and (self.min is not None or self.max is not None):
            raise ValueError(f"min and max fit numerical and datetime columns; this one is {self.sdtype}")
        if self.decimals is not None and self.sdtype != "numerical":
            raise ValueError(f"decimals fits numerical columns; this one is {self.sdtype}")
        if self.values is not None and self.sdtype != "categorical":
            raise ValueError(f"values fits categorical columns; this one is {self.sdtype}")
        if self.values is not None and (not self.values or len(set(map(repr, self.values))) != len(self.values)):
            raise ValueError("values must name at least one value, each once")
        self._bounds_make_sense()
        return self

    def _bounds_make_sense(self) -> None:
        for bound in (self.min, self.max):
            is_number = isinstance(bound, int | float)
            if bound is not None and is_number != (self.sdtype == "numerical"):
                wanted = "a number" if self.sdtype == "numerical" else "a date such as 2024-01-31"
                raise ValueError(f"a bound of a {self.sdtype} column must be {wanted}, not {bound!r}")
            if isinstance(bound, float) and not math.isfinite(bound):
                raise ValueError("a bound must be finite; leave it out when there is none")
        if self.min is not None and self.max is not None and _instant(self.min) > _instant(self.max):
            raise ValueError(f"min {self.min} is above max {self.max}; no value could pass")


def _instant(bound: Bound) -> float:
    """A bound as a number, so that dates and datetimes compare."""
    if isinstance(bound, datetime):
        return bound.replace(tzinfo=None).toordinal() + (bound.hour * 3600 + bound.minute * 60 + bound.second) / 86400
    return float(bound.toordinal()) if isinstance(bound, date) else float(bound)
