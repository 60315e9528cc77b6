"""What the bench measures: one line an entry. To measure another setting, add a line.

Belongs here: kinds, settings, how many seeds. Does not: how they are run.
"""

from __future__ import annotations

import inspect
from dataclasses import dataclass, field
from typing import Any

REAL, INDEPENDENT = "real", "independent"
"""Not generators: the best and the worst row of every table."""
NEURAL_SECONDS = 300
"""A guard, not a goal: the epochs of the label end long before it on two cores."""


@dataclass(frozen=True)
class Entry:
    """One row of each table.

    Attributes:
        kind: of the registry, a reference, or the name of a peer.
        label: what is special about the settings; ``kind`` and ``label`` name the entry.
        settings: of the generator's constructor.
        seeds: at most so many; slow members get few.
        optional: leave it out, and say so, where the generator does not know one of the settings.
        python: of a peer, the interpreter that has its package.
        tables: the only tables it is measured on; empty for all.
    """

    kind: str
    label: str = "default"
    settings: dict[str, Any] = field(default_factory=dict)
    seeds: int = 100
    optional: bool = False
    python: str = ""
    tables: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """Kind and label, as a reader sees them."""
        return self.kind if self.label == "default" else f"{self.kind}, {self.label}"

    @property
    def is_reference(self) -> bool:
        """Real rows or independent columns."""
        return self.kind in (REAL, INDEPENDENT)

    def lacks(self) -> str:
        """The first setting that the generator does not take, else empty. References and peers lack nothing.

        Raises:
            SettingsError: the generator cannot be imported.
        """
        if self.is_reference or self.python or not self.settings:
            return ""
        from headwater.generators.registry import find

        known = inspect.signature(find(self.kind)).parameters.values()
        if any(parameter.kind is parameter.VAR_KEYWORD for parameter in known):
            return ""
        return next((name for name in self.settings if name not in {parameter.name for parameter in known}), "")


ONE = {"trees": 1, "pruning": 0.0}
"""One tree a column, as CART grows it."""

FRONTIER: dict[str, dict[str, Any]] = {
    "one, leaf 20": ONE,
    "one, leaf 50": ONE | {"leaf": 50},
    "one, leaf 200": ONE | {"leaf": 200},
    "one, leaf 50, shrinkage 50": ONE | {"leaf": 50, "shrinkage": 50.0},
    "one, pruning 6": {"trees": 1, "pruning": 6.0},
    "pruning 0": {"pruning": 0.0},
    "pruning 6": {"pruning": 6.0},
    "pruning 9": {"pruning": 9.0},
}
"""Settings of trees for the picture of fidelity against nearness; the default stands beside them."""

TAUGHT: dict[str, dict[str, Any]] = {
    "one teacher": {"teachers": 1},
    "pruning 3": {"pruning": 3.0},
    "degree 3": {"degree": 3},
    "ridge 8": {"ridge": 8.0},
}
"""The same of ``logit_trees``."""

FRONTIER_SEEDS = 3

ENTRIES = (
    Entry(REAL),
    Entry(INDEPENDENT, seeds=1),
    Entry("trees"),
    *(Entry("trees", label, settings, FRONTIER_SEEDS, tables=("census",)) for label, settings in FRONTIER.items()),
    Entry("logit_trees"),
    *(Entry("logit_trees", label, settings, FRONTIER_SEEDS, tables=("census",)) for label, settings in TAUGHT.items()),
    Entry("mixture"),
    Entry("ensemble", seeds=3),
    Entry("gaussian_copula", seeds=3),
    Entry("gaussian_copula", "SDV's sampler", {"fast": False}, seeds=1, optional=True),
    Entry("ctgan", "10 epochs", {"epochs": 10, "time_budget_seconds": NEURAL_SECONDS}, seeds=1),
    Entry("tvae", "15 epochs", {"epochs": 15, "time_budget_seconds": NEURAL_SECONDS}, seeds=1),
    Entry("copula_gan", "10 epochs", {"epochs": 10, "time_budget_seconds": NEURAL_SECONDS}, seeds=1),
)


def chosen(names: list[str] | None, peers: list[Entry]) -> list[Entry]:
    """The entries whose kind, label or title is among ``names``; all where there are none. Peers come last.

    Raises:
        ValueError: a name fits no entry.
    """
    every = [*ENTRIES, *peers]
    for name in names or ():
        if not any(name in (entry.kind, entry.label, entry.title) for entry in every):
            known = "; ".join(entry.title for entry in every)
            raise ValueError(f"--generators names {name!r}, which is no entry; known: {known}")
    return [entry for entry in every if not names or {entry.kind, entry.label, entry.title} & set(names)]


def peer(argument: str) -> Entry:
    """The entry of ``NAME=PYTHON``.

    Raises:
        ValueError: the argument has another form.
    """
    name, equals, python = argument.partition("=")
    if not (name and equals and python):
        raise ValueError(f"--peer is NAME=PYTHON, such as arfpy=/opt/arf/bin/python, not {argument!r}")
    return Entry(name, seeds=1, python=python)
