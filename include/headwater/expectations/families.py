"""Which custom expectation belongs to which family of checks. Importing this registers all of them.

Belongs here: the list. Does not: any expectation (one ``expect_*.py`` a family).
"""

from __future__ import annotations

from collections.abc import Sequence

import great_expectations.expectations as gxe
from great_expectations.expectations.metadata_types import FailureSeverity

from headwater.checks.battery import FAMILY_OF
from headwater.expectations.expect_category import ExpectCategory
from headwater.expectations.expect_cell import ExpectCell
from headwater.expectations.expect_column import ExpectColumn
from headwater.expectations.expect_copies import ExpectCopies
from headwater.expectations.expect_dependence import ExpectDependence
from headwater.expectations.expect_duplicates import ExpectDuplicates
from headwater.expectations.expect_fairness import ExpectFairness
from headwater.expectations.expect_foreign import ExpectForeign
from headwater.expectations.expect_joint import ExpectJoint
from headwater.expectations.expect_neighbours import ExpectNeighbours
from headwater.expectations.expect_pair import ExpectPair
from headwater.expectations.expect_replay import ExpectReplay
from headwater.expectations.expect_tail import ExpectTail
from headwater.expectations.expect_utility import ExpectUtility
from headwater.expectations.mode import FamilyExpectation

FAMILIES: dict[str, type[FamilyExpectation]] = {
    "column": ExpectColumn,
    "pair": ExpectPair,
    "category": ExpectCategory,
    "tail": ExpectTail,
    "cell": ExpectCell,
    "dependence": ExpectDependence,
    "neighbours": ExpectNeighbours,
    "duplicates": ExpectDuplicates,
    "copies": ExpectCopies,
    "replay": ExpectReplay,
    "foreign": ExpectForeign,
    "joint": ExpectJoint,
    "utility": ExpectUtility,
    "fairness": ExpectFairness,
}


def expectations(checks: Sequence[str], reference_key: str) -> list[gxe.Expectation]:
    """One expectation a check, in the order of the checks."""
    return [
        FAMILIES[FAMILY_OF[name].NAME](reference_key=reference_key, statistic=name, severity=FailureSeverity.CRITICAL)
        for name in checks
    ]
