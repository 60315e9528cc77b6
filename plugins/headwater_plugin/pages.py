"""The app as Airflow mounts it: made at the first request, since only the API server serves any.

Airflow imports plugins in every process, in each task too. There FastAPI and the login would cost a second each time,
and put warnings of theirs into the task's log.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import Receive, Scope, Send


class Pages:
    """An ASGI application that hands everything to the app of ``app.py``."""

    @cached_property
    def app(self) -> FastAPI:
        """The app itself."""
        from headwater_plugin.app import create_app

        return create_app()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, as any ASGI application takes it."""
        await self.app(scope, receive, send)
