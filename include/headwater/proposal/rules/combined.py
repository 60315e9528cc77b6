"""Columns of which one says the other: fixed combinations, and groups of flags of which exactly one is set."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from headwater.proposal.finding import Finding
from headwater.proposal.rules.rule import COLUMNS_MAX, EVIDENCE_MIN, Found, Rule
from headwater.proposal.wording import words

CATEGORIES_MAX, NUMBERS_MAX = 1_000, 50
"""Values of a column that may say another: categories, and whole numbers."""
FLAGS_MIN, SAMPLE = 3, 2_000


def look(frame: pd.DataFrame, findings: Sequence[Finding]) -> Found:
    """One-hot groups, then fixed combinations of the other columns."""
    flags = _one_hot(frame, [found.name for found in findings if found.sdtype == "boolean"])
    taken = {name for rule in flags for name in rule.constraint["columns"]}
    return Found((*flags, *_fixed(frame, [found for found in findings if found.name not in taken])))


def _one_hot(frame: pd.DataFrame, names: list[str]) -> list[Rule]:
    """Flags that share the first word of their names (or all flags), of which exactly one is set in every row."""
    groups: dict[str, list[str]] = defaultdict(list)
    for name in names:
        groups[(words(name) or ("",))[0]].append(name)
    found: list[Rule] = []
    for group in [*groups.values(), names] if len(groups) > 1 else [names]:
        if len(group) < FLAGS_MIN or any(set(group) & set(rule.constraint["columns"]) for rule in found):
            continue
        if frame[group].isna().any(axis=None):
            continue
        held = frame[group].to_numpy(dtype=bool)
        share = held.mean(axis=0)
        if (held.sum(axis=1) != 1).any() or not ((share > 0) & (share < 1)).all():
            continue
        evidence = float(len(held) * (1 - (np.prod(1 - share) * (share / (1 - share)).sum())))
        if evidence >= EVIDENCE_MIN:
            found.append(Rule({"kind": "one_hot", "columns": group}, evidence))
    return found


def _fixed(frame: pd.DataFrame, findings: Sequence[Finding]) -> list[Rule]:
    """Columns that say others, each joined with the one of fewest values that says it."""
    codes = {name: held for name, held in _codes(frame, findings).items() if held.max() >= 1}
    sizes = {name: int(held.max()) + 1 for name, held in codes.items()}
    says: dict[str, tuple[int, str, float]] = {}
    for name, other in permutations(codes, 2):
        evidence = _evidence(codes[name], codes[other], sizes[other])
        if evidence is not None:
            says[other] = min(says.get(other, (sizes[name], name, evidence)), (sizes[name], name, evidence))
    groups: dict[str, set[str]] = {}
    for other, (_, name, _) in says.items():
        joined = groups.get(name, {name}) | groups.get(other, {other})
        groups.update(dict.fromkeys(joined, joined))
    found = []
    for group in {tuple(name for name in codes if name in joined): joined for joined in groups.values()}:
        held = [says[name][2] for name in group if name in says]
        told = ", ".join(f"{says[name][1]!r} says {name!r}" for name in group if name in says)
        found.append(Rule({"kind": "fixed_combinations", "columns": list(group)}, min(held), told))
    return found


def _codes(frame: pd.DataFrame, findings: Sequence[Finding]) -> dict[str, NDArray[np.int64]]:
    """The columns that can be combined, as codes from 0; a missing value has a code of its own."""
    found: dict[str, NDArray[np.int64]] = {}
    for each in findings:
        values = frame[each.name]
        if each.sdtype == "numerical" and str(values.dtype) != "Int64":
            continue
        most = {"categorical": CATEGORIES_MAX, "boolean": 2, "numerical": NUMBERS_MAX}.get(each.sdtype, 0)
        if most and values.nunique() <= most and len(found) < COLUMNS_MAX:
            found[each.name] = pd.factorize(values, use_na_sentinel=False)[0].astype(np.int64)
    return found


def _evidence(codes: NDArray[np.int64], other: NDArray[np.int64], size: int) -> float | None:
    """Rows whose ``other`` would differ from that of their group by chance; None where ``codes`` do not say it."""
    pairs = codes[:SAMPLE] * size + other[:SAMPLE]
    if len(np.unique(pairs)) > len(np.unique(codes[:SAMPLE])):
        return None
    groups = np.unique(codes)
    if len(np.unique(codes * size + other)) > len(groups):
        return None
    share = np.bincount(other) / len(other)
    evidence = float((len(codes) - len(groups)) * (1 - (share**2).sum()))
    return evidence if evidence >= EVIDENCE_MIN else None
