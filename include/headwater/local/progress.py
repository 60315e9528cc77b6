"""Showing a DAG run: a live table on a terminal, one line for each change elsewhere. It decides nothing."""

from __future__ import annotations

import time
from types import TracebackType

from rich.console import Console
from rich.live import Live
from rich.table import Table

from headwater.local.airflow_api import Run, TaskRun

# The order of the chain, which the API does not know.
STAGES = ("acquire", "profile", "train", "promote", "plan", "produce", "validate", "repair", "release")
_MARKS = {"success": "[green]✓[/]", "failed": "[red]✗[/]", "running": "[yellow]▶[/]", "upstream_failed": "[red]-[/]"}


def in_order(run: Run) -> list[TaskRun]:
    """Return the task instances in the order of the chain."""
    place = {stage: index for index, stage in enumerate(STAGES)}
    return sorted(run.tasks, key=lambda task: (place.get(task.task_id, len(STAGES)), task.map_index))


class Progress:
    """A context in which `show` may be called with each look at a run."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=4, transient=False) if console.is_terminal else None
        self._begin = time.monotonic()
        self._told: dict[tuple[str, str], str | None] = {}

    def __enter__(self) -> Progress:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def show(self, run: Run) -> None:
        """Show the run as it is now."""
        if self._live:
            self._live.update(_table(run))
            return
        for task in in_order(run):
            self._tell(run, task)

    def _tell(self, run: Run, task: TaskRun) -> None:
        key = (run.run_id, task.label)
        if task.state is None or self._told.get(key) == task.state:
            return
        self._told[key] = task.state
        took = f" after {task.seconds:.1f} s" if task.ended_at and task.seconds is not None else ""
        passed = time.monotonic() - self._begin
        self._console.print(
            f"{passed:6.1f} s  {run.dag_id}  {task.label}: {task.state}{took}", highlight=False, markup=False
        )


def _table(run: Run) -> Table:
    table = Table(title=f"{run.dag_id}: {run.state}", title_justify="left", box=None, show_header=False, padding=(0, 1))
    for task in in_order(run):
        took = f"{task.seconds:.1f} s" if task.seconds is not None else ""
        table.add_row(_MARKS.get(task.state or "", " "), task.label.replace("[", r"\["), task.state or "waiting", took)
    return table
