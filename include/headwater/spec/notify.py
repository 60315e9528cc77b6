"""Who is told of what: receivers by the id of an Airflow connection. No address of a server, no secret stands here."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from pydantic import Field, field_validator

from headwater.spec.cured import cured
from headwater.spec.model import Model

FactKind: TypeAlias = Literal["quarantined", "approval", "alarm", "drift", "champion", "late"]
FACTS: tuple[FactKind, ...] = ("quarantined", "approval", "alarm", "drift", "champion", "late")
_CONNECTION = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.")
Address = Annotated[str, Field(pattern=r"^[^@\s<>,;\"]{1,64}@[^@\s<>,;\"]{1,200}$")]


class _Receiver(Model):
    connection: str = Field(description="The id of an Airflow connection, which holds address and secret.")
    about: tuple[FactKind, ...] = Field(FACTS, min_length=1, description="What it is told of; left out: every fact.")

    @field_validator("connection")
    @classmethod
    def _is_an_id(cls, given: str) -> str:
        """Never shows what was given: a web hook's URL is a secret."""
        if not 0 < len(given) <= 200 or not set(given) <= _CONNECTION:
            raise cured(
                "a connection is named by its id: letters, digits, _, - and .",
                "store address and token as a connection of Airflow and write its id here; a URL is a secret",
            )
        return given


class Slack(_Receiver):
    """A channel of Slack. With ``channel`` the connection is of type Slack API, without one an incoming web hook."""

    kind: Literal["slack"]
    channel: str | None = Field(
        None, pattern=r"^[#@]?[A-Za-z0-9._-]{1,80}$", description='In quotes, as "#data"; a web hook has its own.'
    )

    @property
    def name(self) -> str:
        """How the ledger calls it."""
        return " ".join(filter(None, ("slack", self.connection, self.channel)))


class Email(_Receiver):
    """A letter to each address; the connection's extra names the sender (``from_email``)."""

    kind: Literal["email"]
    to: tuple[Address, ...] = Field(min_length=1, max_length=20)

    @property
    def name(self) -> str:
        """How the ledger calls it."""
        return " ".join(("email", self.connection, *self.to))


class Webhook(_Receiver):
    """A POST of JSON to the URL of the connection."""

    kind: Literal["webhook"]

    @property
    def name(self) -> str:
        """How the ledger calls it."""
        return f"webhook {self.connection}"


Receiver: TypeAlias = Annotated[Slack | Email | Webhook, Field(discriminator="kind")]


def check_receivers(receivers: tuple[Slack | Email | Webhook, ...]) -> tuple[Slack | Email | Webhook, ...]:
    """The receivers, none of them twice.

    Raises:
        PydanticCustomError: two are the same; it would be told everything twice.
    """
    names = [each.name for each in receivers]
    for name in names:
        if names.count(name) > 1:
            raise cured(f"the receiver {name} stands twice", "name it once, and all that it is told of under 'about'")
    return receivers
