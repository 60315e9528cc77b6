"""What a check says: a number with its meaning. Nothing here computes."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from headwater.spec.model import Model

Severity = Literal["critical", "warning", "info"]
Direction = Literal["at_least", "at_most"]
LimitOrigin = Literal["spec", "noise_floor", "exact", "certificate"]


class CheckResult(Model):
    """One number and what it means.

    Attributes:
        name: the check's name, unique in a battery: ``family.statistic``, or ``rule:kind:column``.
        severity: ``critical`` blocks release, ``warning`` is shown, ``info`` is shown without judgement.
        value: the statistic; None when the check could not run.
        limit: what the value is held against; None for info.
        direction: ``at_least`` passes when value >= limit, ``at_most`` when value <= limit.
        limit_origin: where the limit comes from: the spec's contract, real rows against real rows (noise floor),
            an exact distribution, or what the generator showed when it was promoted (certificate).
        interval: 95 % interval of the value, where one is known.
        n: rows of the smaller side that the value rests on.
        passed: False also when the check could not run.
        sentence: the finding in plain words; no value of a sensitive column appears in it.
        detail: JSON-safe figures for pictures; the same rule holds.
        error: why the check could not run, else None.
        family: which question the check belongs to, such as ``cell``; empty for a rule of the table.
        noise: what honest real rows show here on average; of an exact test the count that is expected, given the rows
            it was held against. None where that was not measured.
        effect: how far the value lies beyond ``noise`` in the bad direction, in standard deviations of honest rows.
        ratio: how much of the way from honest rows to the limit of noise or certificate the value has gone; 1 is that
            limit, the largest ratio of a battery decides. A looser limit of the spec may allow more than 1. None
            where nothing is judged by noise.
        detection_limit: the smallest part of the real rows whose loss would have been seen here, a share; None
            where losing rows is not what the check looks for.
    """

    name: str
    severity: Severity
    value: float | None
    limit: float | None
    direction: Direction
    limit_origin: LimitOrigin
    interval: tuple[float, float] | None = None
    n: int
    passed: bool
    sentence: str
    detail: dict[str, Any] = Field(default_factory=dict)
    error: str | None = None
    family: str = ""
    noise: float | None = None
    effect: float | None = None
    ratio: float | None = None
    detection_limit: float | None = None
