"""What a spec says of one column: its SDV sdtype, whether it may be empty, what it may hold."""

from __future__ import annotations

import math
from datetime import date, datetime
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import (
    BeforeValidator,
    Field,
    GetJsonSchemaHandler,
    StrictBool,
    StrictFloat,
    StrictInt,
    StrictStr,
    model_validator,
)

from headwater.spec.model import Model, or_bare_word

Sdtype = Literal["numerical", "categorical", "boolean", "datetime", "id", "pii"]
PiiKind = Literal["name", "email", "phone_number", "address", "city", "company", "iban", "ssn", "ipv4"]


def _as_value(given: Any) -> Any:
    """Refuse what no cell of a categorical column can be, in one sentence instead of one for each type."""
    if isinstance(given, float) and not math.isfinite(given):
        raise ValueError("a value must be finite; a missing value is declared by nullable: true")
    if not isinstance(given, bool | int | float | str):
        raise ValueError(f"a value must be text, a number, true or false, not a {_kind(given)}; quote it if it is text")
    return given


def _as_bound(given: Any) -> Any:
    """A number or a date; ISO text, as JSON has it, becomes a date."""
    if isinstance(given, str):
        try:
            return date.fromisoformat(given) if len(given) <= len("2024-01-31") else datetime.fromisoformat(given)
        except ValueError:
            raise ValueError(f"a bound must be a number or a date such as 2024-01-31, not the text {given!r}") from None
    if isinstance(given, bool) or not isinstance(given, int | float | date):
        raise ValueError(f"a bound must be a number or a date such as 2024-01-31, not a {_kind(given)}")
    if isinstance(given, float) and not math.isfinite(given):
        raise ValueError("a bound must be finite; leave it out when there is none")
    return given


def _kind(given: object) -> str:
    names = {"dict": "mapping", "NoneType": "missing value", "bool": "boolean"}
    return names.get(type(given).__name__, type(given).__name__)


Value = Annotated[StrictBool | StrictInt | StrictFloat | StrictStr, BeforeValidator(_as_value)]
Bound = Annotated[StrictInt | StrictFloat | date | datetime, BeforeValidator(_as_bound)]


class Column(Model):
    """One column of the table. In YAML a bare word is short for ``{sdtype: word}``."""

    sdtype: Sdtype = Field(description="SDV's sdtype; `pii` is made by Faker and never learned.")
    nullable: StrictBool = Field(False, description="Whether real and synthetic rows may be empty here.")
    sensitive: StrictBool = Field(
        False, description="Values never appear in logs, Data Docs or messages; categories become counts."
    )
    # Left out when false: the hash of a spec that says nothing of them, and so its batches' ids, stay what they were.
    public: StrictBool = Field(
        False,
        exclude_if=lambda given: not given,
        description="Whether real values of the column may be shown: its categories, where its bins lie.",
    )
    group: StrictBool = Field(
        False,
        exclude_if=lambda given: not given,
        description="Whether its values divide people into subgroups; fairness between them is watched.",
    )
    pii: PiiKind | None = Field(None, description="What kind of personal data a `pii` column holds.")
    min: Bound | None = Field(None, description="Smallest allowed value (number or date).")
    max: Bound | None = Field(None, description="Largest allowed value (number or date).")
    values: tuple[Value, ...] | None = Field(None, description="The allowed values of a categorical column.")
    decimals: StrictInt | None = Field(None, ge=0, le=15, description="Digits after the point; 0 means integer.")

    @model_validator(mode="before")
    @classmethod
    def _bare_word(cls, given: Any) -> Any:
        return {"sdtype": given} if isinstance(given, str) else given

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        words = [word for word in get_args(Sdtype) if word != "pii"]
        return or_bare_word(handler.resolve_ref_schema(handler(core)), {"enum": words})

    @model_validator(mode="after")
    def _options_fit_sdtype(self) -> Self:
        if (self.sdtype == "pii") != (self.pii is not None):
            raise ValueError("sdtype 'pii' and key 'pii' (the kind, such as email) go together; give both or neither")
        if self.public and (self.sensitive or self.sdtype in ("id", "pii")):
            raise ValueError("public and sensitive (or id, or pii) contradict each other; leave one of them out")
        if self.group and self.sdtype not in ("categorical", "boolean"):
            raise ValueError(f"group fits categorical and boolean columns; this one is {self.sdtype}")
        if self.sdtype not in ("numerical", "datetime") and (self.min is not None or self.max is not None):
            raise ValueError(f"min and max fit numerical and datetime columns; this one is {self.sdtype}")
        if self.decimals is not None and self.sdtype != "numerical":
            raise ValueError(f"decimals fits numerical columns; this one is {self.sdtype}")
        if self.values is not None and self.sdtype != "categorical":
            raise ValueError(f"values fits categorical columns; this one is {self.sdtype}")
        if self.values is not None and (not self.values or len(set(map(repr, self.values))) != len(self.values)):
            raise ValueError("values must name at least one value, each once")
        if self.values is not None and len({_family(value) for value in self.values}) > 1:
            raise ValueError(
                "values must be all text, all numbers or all booleans; "
                "YAML reads yes, no, on and off as booleans: quote them"
            )
        self._bounds_make_sense()
        return self

    def _bounds_make_sense(self) -> None:
        for bound in (self.min, self.max):
            is_number = isinstance(bound, int | float)
            if bound is not None and is_number != (self.sdtype == "numerical"):
                wanted = "a number" if self.sdtype == "numerical" else "a date such as 2024-01-31"
                raise ValueError(f"a bound of a {self.sdtype} column must be {wanted}, not {bound!r}")
        if self.min is not None and self.max is not None and _instant(self.min) > _instant(self.max):
            raise ValueError(f"min {self.min} is above max {self.max}; no value could pass")


def _family(value: Value) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "text" if isinstance(value, str) else "number"


def _instant(bound: Bound) -> float:
    """A bound as a number, so that dates and datetimes compare."""
    if isinstance(bound, datetime):
        return bound.replace(tzinfo=None).toordinal() + (bound.hour * 3600 + bound.minute * 60 + bound.second) / 86400
    return float(bound.toordinal()) if isinstance(bound, date) else float(bound)
