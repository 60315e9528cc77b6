"""Who is told beside the red task: the receivers of the spec (``notify``), and for alarms a hook of one function.

Both are callbacks: Airflow calls them in the task's process when the task's state is settled, and writes what they
raise to its log. So a message that cannot be sent changes no run.

``HEADWATER_ON_ALARM=package.module:function`` names the hook; it is called as ``function(dataset, sentence)``. What it
sends where is its own matter. Without it nothing is called.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from airflow.sdk.bases.notifier import BaseNotifier

from headwater.spec import DatasetSpec

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


class FactNotifier(BaseNotifier):
    """Tells the receivers of the dataset what they have not been told yet, as the ledger knows it."""

    def notify(self, context: Context) -> None:
        """Tell all of it: a fact that another task left behind, or a receiver that could not be reached, is not lost.

        The dataset is that of the DAG, or the one that a person named in a form.
        """
        dataset = context["dag"].dag_id.partition("__")[2] or str(context["params"]["dataset"])
        tell_receivers(dataset, str(context["run_id"]))


def tell_receivers(dataset: str, run_id: str) -> None:
    """Tell the receivers that the dataset's file names now.

    Raises:
        SpecError: the file is broken, or gone.
        LedgerError: the ledger cannot be read or written.
    """
    from headwater.orchestration.settings import open_house, spec_file
    from headwater.spec import load_spec

    spec = load_spec(spec_file(dataset))
    if not spec.notify:
        return
    from headwater.chain.telling import tell
    from headwater.orchestration.receivers import load_hooks, send

    tell(open_house(run_id), spec, send, ready=lambda: load_hooks(spec.notify))


def told(spec: DatasetSpec) -> dict[str, Any]:
    """Arguments of a task after which there may be something to tell: none where nobody is to be told."""
    return told_always() if spec.notify else {}


def told_always() -> dict[str, Any]:
    """The same for a DAG that serves all datasets."""
    return {"on_success_callback": FactNotifier(), "on_failure_callback": FactNotifier()}
