"""The whole spec of one dataset. Each model here is one heading of the YAML file."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import (
    Field,
    GetJsonSchemaHandler,
    StrictFloat,
    StrictInt,
    ValidationInfo,
    field_validator,
    model_validator,
)

from headwater.spec.columns import Column
from headwater.spec.constraint_columns import check_constraints
from headwater.spec.constraints import Constraint
from headwater.spec.contract import Contract
from headwater.spec.cron import check_cron
from headwater.spec.decisions import Decisions
from headwater.spec.model import Model, or_bare_word
from headwater.spec.notify import Receiver, check_receivers
from headwater.spec.repair import Repair
from headwater.spec.source import Source
from headwater.spec.training import Training
from headwater.spec.watch import Watch

DatasetName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class Keys(Model):
    """Which columns identify a row (primary) and whom it speaks of (entity: all rows of one stay together)."""

    primary: tuple[str, ...] = ()
    entity: tuple[str, ...] = ()


class Candidate(Model):
    """One generator that retraining fits: its kind and its settings."""

    kind: str = Field(min_length=1, description="trees, logit_trees, mixture, …, or package.module:Class.")
    name: str = Field("", description="Shown in runs and the ledger; the kind when left out.")
    settings: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _bare_word(cls, given: Any) -> Any:
        return {"kind": given} if isinstance(given, str) else given

    @classmethod
    def __get_pydantic_json_schema__(cls, core: Any, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return or_bare_word(handler.resolve_ref_schema(handler(core)), {"minLength": 1})

    @property
    def label(self) -> str:
        """The name a person reads."""
        return self.name or self.kind


class BatchPlan(Model):
    """How many rows a night, in how many mapped tasks."""

    rows: StrictInt = Field(10_000, ge=1, le=100_000_000)
    shards: StrictInt = Field(1, ge=1, le=256, description="Parallel tasks; the rows do not depend on it.")


DRIFT = "45 1 * * *"
"""The source is looked at shortly before the night's batch."""
DEADLINE = "06:00"
CLOCK = r"^([01]\d|2[0-3]):[0-5]\d$"


class Schedule(Model):
    """When Airflow runs the DAGs, as five-field cron in the named time zone."""

    retrain: str = "0 3 * * 0"
    nightly: str = "0 2 * * *"
    # Left out when default, as constraints are: a new key changes no batch's id.
    drift: str | None = Field(
        DRIFT,
        exclude_if=lambda given: given == DRIFT,
        description="When the source is looked at for drift; null or empty: never.",
    )
    deadline: str | None = Field(
        DEADLINE,
        pattern=CLOCK,
        exclude_if=lambda given: given == DEADLINE,
        description="Time of day, as HH:MM in the schedule's zone, by which the night's batch should be released; "
        "null: none.",
    )
    timezone: str = "UTC"
    start_date: date = date(2026, 1, 1)

    @field_validator("retrain", "nightly")
    @classmethod
    def _is_cron(cls, cron: str) -> str:
        return check_cron(cron)

    @field_validator("drift")
    @classmethod
    def _is_cron_or_off(cls, cron: str | None) -> str | None:
        return check_cron(cron) if cron and cron.strip() else None

    @field_validator("deadline", mode="before")
    @classmethod
    def _is_clock(cls, given: Any) -> Any:
        """YAML 1.1 reads an unquoted 14:30 as a number of base sixty: 870, the minutes since midnight."""
        is_minutes = isinstance(given, int) and not isinstance(given, bool) and 0 <= given < 24 * 60
        return f"{given // 60:02}:{given % 60:02}" if is_minutes else given

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, name: str) -> str:
        if name not in available_timezones():
            raise ValueError(f"no time zone is called {name!r}; use a name such as UTC or Europe/Vienna")
        return name

    @property
    def zone(self) -> ZoneInfo:
        """The time zone in which batch dates are counted."""
        return ZoneInfo(self.timezone)


class Promotion(Model):
    """When a challenger replaces the champion."""

    margin: StrictFloat = Field(
        0.01, ge=0, le=0.5, description="How much worse (share, AUC or R2) it may be on any figure; never below noise."
    )


class Anchor(Model):
    """What the rows set aside must be before promotion is judged by them."""

    rows_min: StrictInt = Field(20, ge=20, description="Fewer anchor rows stop promotion.")
    age_max_days: StrictInt = Field(
        30, ge=1, description="Days since the anchor's rows were found in the source; older ones stop promotion."
    )


class Retention(Model):
    """How long batches, and real rows that no generator learned from, are kept; ledger rows stay for ever."""

    released_days: StrictInt = Field(365, ge=1)
    quarantined_days: StrictInt = Field(30, ge=1)
    # Left out at its default, so that the hash of a spec from before it stays what it was.
    unused_snapshots_days: StrictInt = Field(
        7,
        ge=1,
        exclude_if=lambda given: given == 7,
        description="Days that real rows which no generator learned from are kept after the source showed them last.",
    )


class DatasetSpec(Model):
    """One dataset: where its real rows are, which columns matter, what good enough means."""

    dataset: DatasetName
    owner: str = Field(min_length=1)
    description: str = ""
    source: Source
    keys: Keys = Keys()
    columns: dict[str, Column] = Field(min_length=1)
    # Left out when empty: the hash of a spec without constraints, and so its batches' ids, stay what they were.
    constraints: tuple[Constraint, ...] = Field(
        (), exclude_if=lambda given: not given, description="Rules between columns; see docs/constraints.md."
    )
    targets: tuple[str, ...] = Field((), description="Columns that models trained on the rows must predict.")
    candidates: tuple[Candidate, ...] = Field(
        (Candidate(kind="trees"), Candidate(kind="logit_trees"), Candidate(kind="gaussian_copula")), min_length=1
    )
    batch: BatchPlan = BatchPlan()
    schedule: Schedule = Schedule()
    contract: Contract = Contract()
    # Left out of the hash where nothing was changed, as constraints are.
    training: Training = Field(Training(), exclude_if=lambda given: given == Training())
    promotion: Promotion = Promotion()
    # Left out when default, as constraints are: a new heading changes no batch's id.
    anchor: Anchor = Field(Anchor(), exclude_if=lambda given: given == Anchor(), description=Anchor.__doc__)
    repair: Repair = Field(Repair(), exclude_if=lambda given: given == Repair(), description=Repair.__doc__)
    retention: Retention = Retention()
    # Left out when it is the default: so the ids of batches made before there was a watch stay what they were.
    watch: Watch = Field(Watch(), exclude_if=lambda given: given == Watch())
    # Never part of the hash: who is told changes no batch. So a run asks the file, not the spec that it began with.
    notify: tuple[Receiver, ...] = Field(
        (), max_length=20, exclude=True, description="Who is told of quarantines, alarms and the like: docs/notify.md."
    )
    # Nor is who decides: a question is put to those whom the file names now.
    decisions: Decisions = Field(
        Decisions(), exclude=True, description="What people decide, and who may: docs/decide.md."
    )
    seed: StrictInt = Field(0, ge=0, lt=2**32)

    @field_validator("columns")
    @classmethod
    def _names_can_be_kept(cls, columns: dict[str, Column]) -> dict[str, Column]:
        for name in columns:
            if not name or "\x00" in name or name.startswith("_headwater") or name in ("_batch_id", "batch_date"):
                raise ValueError(f"column name {name!r} is empty, holds a NUL, or is one Headwater itself adds")
        return columns

    @field_validator("constraints")
    @classmethod
    def _constraints_fit_columns(
        cls, constraints: tuple[Constraint, ...], info: ValidationInfo
    ) -> tuple[Constraint, ...]:
        if "columns" in info.data:  # else they are wrong themselves, and said to be
            check_constraints(constraints, info.data["columns"])
        return constraints

    @field_validator("notify")
    @classmethod
    def _nobody_is_told_twice(cls, receivers: tuple[Receiver, ...]) -> tuple[Receiver, ...]:
        return check_receivers(receivers)

    @property
    def groups(self) -> tuple[str, ...]:
        """Columns whose values divide people into subgroups."""
        return tuple(name for name, column in self.columns.items() if column.group)

    @model_validator(mode="after")
    def _parts_agree(self) -> Self:
        named = {"keys.primary": self.keys.primary, "keys.entity": self.keys.entity, "targets": self.targets}
        for place, names in named.items():
            for name in names:
                if names.count(name) > 1:
                    raise ValueError(f"{place} names {name!r} twice")
                if name not in self.columns:
                    raise ValueError(f"{place} names {name!r}, which is not among columns")
        for name in self.targets:
            if self.columns[name].sdtype not in ("numerical", "categorical", "boolean"):
                raise ValueError(
                    f"target {name!r} is {self.columns[name].sdtype}; a model predicts numbers or categories"
                )
        labels = Counter(candidate.label for candidate in self.candidates)
        twice = [label for label, count in labels.items() if count > 1]
        if twice:
            raise ValueError(f"two candidates are called {twice[0]!r}; give each its own name")
        if all(column.sdtype in ("id", "pii") for column in self.columns.values()):
            raise ValueError("every column is an id or pii; there is nothing to learn")
        return self
