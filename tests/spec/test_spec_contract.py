"""Impossible limits of a contract."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from headwater.spec import Contract


@pytest.mark.parametrize(
    "parts",
    [
        {"source_rows_min": 19},
        {"category_share_min": 0},
        {"category_share_min": 1.1},
        {"coverage_min": 1.5},
        {"coverage_min": -0.1},
        {"cell_coverage_min": 2},
        {"c2st_auc_max": 0.4},
        {"utility_gap_max": -1},
        {"false_alarm": 0},
        {"false_alarm": 0.5},
        {"coverage_min": "0.9"},
        {"coverage_min": True},
        {"coverage_min": float("nan")},
        {"coverage_mni": 0.9},
        {"category_share_min": 1e-9, "category_keep_min": 0.1},
    ],
)
def test_impossible_limits(parts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Contract.model_validate(parts)


def test_whole_numbers_are_fine_for_limits() -> None:
    assert Contract(coverage_min=1).coverage_min == 1.0
