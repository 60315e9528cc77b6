"""What is wrong with a spec, in a form that people and pages can show."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SpecProblem:
    """One problem: the file and line, the field, what is wrong and what would cure it."""

    file: str
    line: int
    field: str
    message: str
    cure: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.field}: {self.message} Cure: {self.cure}"


class SpecError(ValueError):
    """A spec that cannot be used; ``problems`` holds every reason found."""

    def __init__(self, problems: list[SpecProblem]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems
