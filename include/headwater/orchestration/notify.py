"""Who is told of an alarm beside the red task: a hook of one function.

``HEADWATER_ON_ALARM=package.module:function`` names it; it is called as ``function(dataset, sentence)`` on the worker,
after the task has failed. What it sends where is its own matter. Without it nothing is called.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from airflow.sdk.bases.notifier import BaseNotifier

if TYPE_CHECKING:
    from airflow.sdk import Context

HOOK = "HEADWATER_ON_ALARM"


class AlarmNotifier(BaseNotifier):
    """Calls the function that ``HEADWATER_ON_ALARM`` names."""

    def notify(self, context: Context) -> None:
        """Tell the hook, if there is one; what it raises goes to the task's log."""
        from importlib import import_module

        place = os.environ.get(HOOK)
        if not place:
            return
        module, _, name = place.partition(":")
        dataset = context["dag"].dag_id.partition("__")[2]
        getattr(import_module(module), name)(dataset, str(context.get("exception", "")))
