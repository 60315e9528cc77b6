"""What can be wrong with a source, said without a password and without any row's value. Nothing here reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class SourceProblem:
    """One problem: what is wrong, and where, and what would cure it."""

    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.what} Cure: {self.cure}"


class SourceError(RuntimeError):
    """The real rows cannot be used as they are; trying again does not help.

    Attributes:
        dataset: the spec's name.
        problems: every reason found, each with its cure.
    """

    def __init__(self, dataset: str, problems: Sequence[SourceProblem]) -> None:
        # All arguments go to the base class, so that the error survives pickling between processes.
        super().__init__(dataset, tuple(problems))
        self.dataset = dataset
        self.problems = tuple(problems)

    def __str__(self) -> str:
        if len(self.problems) == 1:
            return f"Dataset {self.dataset!r}: {self.problems[0]}"
        listed = "\n".join(f"  - {problem}" for problem in self.problems)
        return f"Dataset {self.dataset!r} has {len(self.problems)} problems:\n{listed}"


class SourceUnavailable(SourceError):  # noqa: N818 - it is the name callers know; it says when, not what
    """The source does not answer at the moment; trying again may help."""


class Misfit(Exception):  # noqa: N818 - a step of conform, caught there and turned into a SourceError
    """A column whose values do not fit its sdtype at all, so that nothing more can be said of it."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(what, cure)
        self.problem = SourceProblem(what, cure)

    @classmethod
    def of(cls, problem: SourceProblem) -> Self:
        """The misfit that says ``problem``."""
        return cls(problem.what, problem.cure)
