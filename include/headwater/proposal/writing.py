"""The proposal as YAML that a person reads: above each line why it is there, marked where it is unsure.

Belongs here: the order of the headings, and what is said beside each. Does not: quoting (``yaml_text.py``), any look
at rows.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from headwater.proposal.finding import VALUED, Finding
from headwater.proposal.keys import FoundKeys
from headwater.proposal.limits import Limits
from headwater.proposal.rules.rule import Found
from headwater.proposal.targets import FoundTargets
from headwater.proposal.yaml_text import comment, entry, flow, scalar
from headwater.spec import DatasetSpec

UNSURE = "unsure: "
_HEAD = (
    "Proposed by Headwater after a look at {rows:,} rows. Nothing is decided: read it, first of all each line that "
    "says unsure, and change what is wrong.",
    "No column is public: nothing of its values is shown anywhere until somebody writes public: true beside it.",
)
_HIDDEN = "Ranges, lists of values and names of categories are left out here."


@dataclass(frozen=True)
class Parts:
    """All that was found, as it is to be written.

    Attributes:
        spec: the whole spec.
        rows: real rows that were looked at.
        findings: of each column, in order.
        keys, rules, targets, limits: of the table.
        unsure: by heading what else a person should look at.
    """

    spec: DatasetSpec
    rows: int
    findings: tuple[Finding, ...]
    keys: FoundKeys
    rules: Found
    targets: FoundTargets
    limits: Limits
    unsure: dict[str, tuple[str, ...]]

    def questions(self) -> tuple[str, ...]:
        """What a person should look at, one line each, without any value of a row."""
        by_place = [(place, each) for place, texts in self.unsure.items() for each in texts]
        by_place += [("keys", each) for each in self.keys.unsure]
        by_place += [(f"column {found.name!r}", each) for found in self.findings for each in found.unsure]
        by_place += [("constraints", each) for each in self.rules.unsure]
        by_place += [("targets", each) for each in self.targets.unsure]
        return tuple(f"{place}: {each}" for place, each in by_place)


def write(parts: Parts, *, hidden: bool = False) -> str:
    """The YAML, which loads as ``parts.spec``.

    Args:
        parts: what was found.
        hidden: leave out what holds values of rows, for logs: the spec then allows more, and is valid too.
    """
    sections = (_head, _source, _keys, _columns, _constraints, _targets, _batch, _contract)
    return "\n".join(line for section in sections for line in section(parts, hidden)) + "\n"


def _head(parts: Parts, hidden: bool) -> Iterator[str]:
    yield "# yaml-language-server: $schema=../../docs/dataset.schema.json"
    for text in _HEAD:
        yield comment(text.format(rows=parts.rows), 0)
    if hidden:
        yield comment(_HIDDEN, 0)
    yield entry("dataset", scalar(parts.spec.dataset), 0)
    yield from _unsure(parts.unsure.get("owner", ()), 0)
    yield entry("owner", scalar(parts.spec.owner), 0)


def _source(parts: Parts, hidden: bool) -> Iterator[str]:
    yield from _unsure(parts.unsure.get("source", ()), 0)
    yield "source:"
    given = parts.spec.source.model_dump(by_alias=True, mode="json", exclude_defaults=True)
    for key, value in {"kind": parts.spec.source.kind, **given}.items():
        yield entry(key, flow(value), 2)


def _keys(parts: Parts, hidden: bool) -> Iterator[str]:
    keys = parts.keys
    yield from (comment(text, 0) for text in keys.told)
    yield from _unsure(keys.unsure, 0)
    if keys.primary or keys.entity:
        yield "keys:"
        yield from (entry(key, flow(names), 2) for key, names in vars(parts.spec.keys).items() if names)


def _columns(parts: Parts, hidden: bool) -> Iterator[str]:
    yield "columns:"
    for found in parts.findings:
        options = {key: value for key, value in found.options.items() if not (hidden and key in VALUED)}
        told = [*found.told, *([] if hidden else found.shown), *_about(options)]
        if told:
            yield comment("; ".join(told), 2)
        yield from _unsure(found.unsure, 2)
        yield entry(found.name, scalar(found.sdtype) if len(options) == 1 else flow(options), 2)


def _about(options: dict[str, Any]) -> Iterator[str]:
    """What a person should know of keys that stop a retraining, or watch it."""
    if "values" in options:
        yield "values: another one stops the retraining"
    bounds = [key for key in ("min", "max") if options.get(key)]
    if bounds:
        yield f"{' and '.join(bounds)} rounded outwards: rows beyond stop the retraining"
    if options.get("group"):
        yield "group: fairness between its values is watched"


def _constraints(parts: Parts, hidden: bool) -> Iterator[str]:
    rules = parts.rules
    if rules.rules:
        yield comment("Rules that every row keeps; synthetic rows will keep them too.", 0)
    yield from _unsure(rules.unsure, 0)
    if rules.rules:
        yield "constraints:"
    for rule in rules.rules:
        yield comment(rule.because, 2)
        yield f"  - {flow(rule.constraint)}"


def _targets(parts: Parts, hidden: bool) -> Iterator[str]:
    targets = parts.targets
    if targets.told:
        yield comment(f"What models must predict: {targets.told}.", 0)
    yield from _unsure(targets.unsure, 0)
    if targets.targets:
        yield entry("targets", flow(targets.targets), 0)


def _batch(parts: Parts, hidden: bool) -> Iterator[str]:
    batch = parts.spec.batch
    yield comment("About as many rows a night as the table has, at most 50,000.", 0)
    yield entry("batch", flow({"rows": batch.rows, "shards": batch.shards}), 0)


def _contract(parts: Parts, hidden: bool) -> Iterator[str]:
    limits = parts.limits
    what = (
        f"{limits.draws} samples of {limits.n:,} rows out of {limits.rows:,} were held against as many other real rows"
    )
    yield comment(
        f"Limits from the noise floor: {what}. Each limit lies half-way between what such honest rows do at worst and "
        "the default. In force none is tighter than the noise of the snapshot, which retraining draws more often.",
        0,
    )
    yield "contract:"
    yield comment("half of the rows there are: fewer stop the retraining", 2)
    yield entry("source_rows_min", scalar(parts.spec.contract.source_rows_min), 2)
    for limit in limits.limits:
        yield comment(limit.told, 2)
        if limit.value is not None:
            yield entry(limit.key, scalar(limit.value), 2)


def _unsure(texts: Iterable[str], indent: int) -> Iterator[str]:
    return (comment(UNSURE + text, indent) for text in texts)
