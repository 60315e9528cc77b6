"""The DAGs as a page: ``python -m headwater.orchestration.describe > docs/dags.md``.

Belongs here: reading built DAGs (their words, schedule, params, tasks, assets), for a dataset called X. Does not: any
word about one of them; those stand where it is built.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from airflow.sdk import DAG

from headwater.orchestration.close_alarm import close_alarm
from headwater.orchestration.deadline import deadline
from headwater.orchestration.decide import decide
from headwater.orchestration.drift import drift
from headwater.orchestration.invalid import invalid_datasets
from headwater.orchestration.maintain import maintain
from headwater.orchestration.nightly import nightly
from headwater.orchestration.propose import propose
from headwater.orchestration.recall import recall
from headwater.orchestration.renew_anchor import renew_anchor
from headwater.orchestration.retrain import retrain
from headwater.orchestration.rollback import rollback
from headwater.orchestration.watch import watch
from headwater.spec import CsvSource, DatasetSpec, SpecProblem

NAME = "X"
_HEAD = f"""# The DAGs

Made by `make docs` from the DAGs themselves; a test compares it. The words are those that Airflow shows beside each
DAG. `{NAME}` stands for the name of a dataset; times and figures are the defaults of a spec. New DAGs are paused:
nothing runs before somebody switches it on.
"""
_OF_A_DATASET = (retrain, nightly, decide, drift, watch, deadline, maintain)
_DECISIONS = (rollback, recall, renew_anchor, close_alarm)
_PROBLEM = SpecProblem(file=f"{NAME}.yaml", line=7, field="columns.age", message="what is wrong", cure="the cure")


def describe() -> str:
    """The page: what each DAG is for, when it runs, its params, its tasks in order, the assets it needs and makes."""
    parts = [
        ("## DAGs of one dataset", (build(_example()) for build in _OF_A_DATASET)),
        ("## DAGs that a person starts, for all datasets", (build([NAME]) for build in _DECISIONS)),
        ("## DAGs for what is no dataset yet", (propose(), invalid_datasets([_PROBLEM]))),
    ]
    return _HEAD + "".join(f"\n{title}\n{''.join(map(_dag, dags))}" for title, dags in parts)


def _example() -> DatasetSpec:
    """A spec that says no more than it must, called by a name that no dataset can have."""
    columns = {"id": "id", "word": "categorical"}
    source = CsvSource(kind="csv", path=f"{NAME}.csv")
    made = DatasetSpec.model_validate({"dataset": "x", "owner": "owner", "source": source, "columns": columns})
    return made.model_copy(update={"dataset": NAME, "description": "(Here stands the spec's `description`.)"})


def _dag(dag: DAG) -> str:
    words = (dag.doc_md or "").strip().replace("### ", "**", 1).replace("\n", "**\n", 1)
    facts = [f"- **Runs** {_when(dag)}.", *_assets(dag)]
    return "\n".join(["", f"### `{dag.dag_id}`", "", words, "", *facts, "", *_params(dag), *_tasks(dag), ""])


def _when(dag: DAG) -> str:
    """When it runs, and which key of the spec says so."""
    schedule: Any = dag.schedule
    waits_for = sorted(asset.name for asset in getattr(schedule, "objects", [schedule]) if hasattr(asset, "name"))
    if waits_for:
        return f"whenever {' or '.join(f'`{name}`' for name in waits_for)} is updated"
    timetable: Any = dag.timetable
    if not timetable.can_be_scheduled:
        return "when a person triggers it"
    verb = dag.dag_id.partition("__")[0]
    fields = type(_example().schedule).model_fields
    key = f"; the spec's `schedule.{verb}` says when" if verb in fields else ""
    zone = timetable.serialize()["timezone"]
    return f"by the clock, `{timetable.summary}` ({_lowered(timetable.description)}, {zone}){key}"


def _lowered(text: str) -> str:
    return text[:1].lower() + text[1:]


def _assets(dag: DAG) -> Iterable[str]:
    """Assets of its tasks."""
    for word, kind in (("Needs", "inlets"), ("Updates", "outlets")):
        names = sorted({asset.name for task in dag.tasks for asset in getattr(task, kind)})
        if names:
            yield f"- **{word}** {', '.join(f'`{name}`' for name in names)}."


def _params(dag: DAG) -> Sequence[str]:
    if not dag.params:
        return []
    rows = [_param(name, dag.params.get_param(name)) for name in dag.params]
    return ["| param | type | default | |", "|---|---|---|---|", *rows, ""]


def _param(name: str, param: Any) -> str:
    kinds = param.schema.get("type", "any")
    kinds = [kinds] if isinstance(kinds, str) else kinds
    words = [kind for kind in kinds if kind != "null"]
    kind = " or ".join("date" if param.schema.get("format") == "date" else word for word in words)
    default = f"`{param.value}`" if param.has_value else "empty" if "null" in kinds else "must be given"
    return f"| `{name}` | {kind} | {default} | {param.description or ''} |"


def _tasks(dag: DAG) -> Sequence[str]:
    return ["| task | after | |", "|---|---|---|", *map(_task, _of_group(dag.task_group))]


def _of_group(group: Any) -> Iterable[Any]:
    """Its tasks in their order, those of groups within it too."""
    for each in group.topological_sort():
        yield from _of_group(each) if hasattr(each, "topological_sort") else (each,)


def _task(task: Any) -> str:
    after = ", ".join(f"`{name}`" for name in sorted(task.upstream_task_ids))
    is_mapped = task.is_mapped or next(task.iter_mapped_task_groups(), None) is not None
    several = " (one or several)" if is_mapped else ""
    return f"| `{task.task_id}`{several} | {after} | {_words(task)} |"


def _words(task: Any) -> str:
    """The first sentence of the docstring; where a DAG is triggered, which."""
    if "trigger_dag_id" in getattr(task, "partial_kwargs", {}):
        return f"Trigger `{task.partial_kwargs['trigger_dag_id']}`."
    told = getattr(task, "python_callable", None) or type(task)
    return " ".join((told.__doc__ or "").strip().split("\n\n")[0].split()).replace("``", "`")


if __name__ == "__main__":
    sys.stdout.write(describe())
