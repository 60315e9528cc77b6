"""All rules of a table: every kind looked for, the best kept. One kind of rule is one file beside this."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from headwater.proposal.finding import Finding
from headwater.proposal.rules import combined, order, pattern, sums
from headwater.proposal.rules.rule import COLUMNS_MAX, Found

RULES_MAX = 20


def look(frame: pd.DataFrame, findings: Sequence[Finding]) -> Found:
    """At most :data:`RULES_MAX` rules that hold in every row, those with most evidence, and what is only told.

    Args:
        frame: conforming rows.
        findings: of its columns, in order.
    """
    fixed = combined.look(frame, findings)
    together = [set(rule.constraint["columns"]) for rule in fixed.rules]
    found = [fixed, order.look(frame, findings), pattern.look(frame, findings, together), sums.look(frame, findings)]
    rules = sorted((rule for each in found for rule in each.rules), key=lambda rule: -rule.evidence)
    unsure = [text for each in found for text in each.unsure]
    if len(rules) > RULES_MAX:
        unsure.append(f"{len(rules):,} rules hold; the {RULES_MAX} with most evidence are written down")
    if len(findings) > COLUMNS_MAX:
        unsure.append(f"rules were looked for among the first {COLUMNS_MAX} columns of each kind")
    kept = sorted(rules[:RULES_MAX], key=lambda rule: (rule.constraint["kind"], -rule.evidence))
    return Found(tuple(kept), tuple(unsure))
