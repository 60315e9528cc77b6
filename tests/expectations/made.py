"""Check results made by hand, for what the page tells of them."""

from __future__ import annotations

from typing import Any

from headwater.checks.result import CheckResult


def result(detail: dict[str, Any] | None = None, **changed: Any) -> CheckResult:
    """A passed check of the family ``cell``."""
    return CheckResult(
        **{
            "name": "cell.mass",
            "family": "cell",
            "severity": "critical",
            "value": 0.5,
            "limit": 0.4,
            "direction": "at_least",
            "limit_origin": "certificate",
            "n": 100,
            "passed": True,
            "sentence": "It is so.",
            "detail": detail or {},
            **changed,
        }
    )
