"""What a person decides, who may, and how long the question stands. Who decides changes no batch."""

from __future__ import annotations

import unicodedata
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import AfterValidator, Field, StrictBool, StrictInt, model_validator

from headwater.spec.cured import cured
from headwater.spec.model import Model

Matter: TypeAlias = Literal["release", "promotion"]
HOURS_MAX = 24 * 30


def _is_name(given: str) -> str:
    if given != given.strip() or any(unicodedata.category(character).startswith("C") for character in given):
        raise cured("a user's name has spaces around it, or control characters", "write it as Airflow shows it")
    return given


User = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_is_name)]
"""As Airflow's login knows it."""
Role = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")]


class Question(Model):
    """Who may answer, whether a second person has to confirm, and how long it waits."""

    by: tuple[Role, ...] = Field(
        (), max_length=20, description="Roles that may answer; left out: whoever Airflow lets answer in decide__X."
    )
    four_eyes: StrictBool = Field(
        False, description="Whether another of them has to confirm before a batch is released, a candidate promoted."
    )
    timeout_hours: StrictInt = Field(
        12, ge=1, le=HOURS_MAX, description="Unanswered for so long: the batch is discarded, the champion stays."
    )


class Approval(Question):
    """The same, for promotions; they are asked about only where ``required``."""

    required: StrictBool = Field(False, description="Whether a person has to approve a candidate that won.")
    timeout_hours: StrictInt = Field(72, ge=1, le=HOURS_MAX, description="Unanswered for so long: the champion stays.")


class Decisions(Model):
    """Roles by their members, and the two things that people decide."""

    roles: dict[Role, Annotated[tuple[User, ...], Field(min_length=1, max_length=200)]] = Field(
        {}, max_length=20, description="Members of each role: names of Airflow users."
    )
    release: Question = Field(Question(), description="Of a batch that is in quarantine.")
    promotion: Approval = Field(Approval(), description="Of a candidate that won its comparison.")

    def about(self, matter: Matter) -> Question:
        """What holds for one of the two."""
        return self.release if matter == "release" else self.promotion

    def allowed(self, matter: Matter) -> frozenset[str] | None:
        """Names of who may answer; None: whoever Airflow lets."""
        by = self.about(matter).by
        return frozenset(name for role in by for name in self.roles[role]) if by else None

    @model_validator(mode="after")
    def _somebody_can_answer(self) -> Self:
        matters: tuple[Matter, ...] = ("release", "promotion")
        for matter in matters:
            for role in self.about(matter).by:
                if role not in self.roles:
                    raise cured(f"{matter} is decided by {role!r}, which is no role", "name its members under roles")
            allowed = self.allowed(matter)
            if self.about(matter).four_eyes and allowed is not None and len(allowed) < 2:
                raise cured(f"{matter} needs four eyes, and its roles have one member", "name a second one")
        return self
