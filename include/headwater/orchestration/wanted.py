"""Which DAGs this parse is for: all of them, or, where Airflow starts a task, that of the task alone.

The dag processor wants every DAG of a file. A task that starts parses the same file again and wants one: with hundreds
of datasets it would read hundreds of specs to throw them away. Belongs here: that choice. Does not: building DAGs.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import ParamSpec

from airflow.sdk import DAG, get_parsing_context

from headwater.orchestration.settings import datasets_folder, spec_file
from headwater.spec import DatasetSpec, SpecProblem, load_folder, load_spec

INVALID = "invalid_datasets"
Arguments = ParamSpec("Arguments")
Factory = Callable[[DatasetSpec], DAG]


@dataclass(frozen=True)
class Wanted:
    """What a file of ``dags/`` shall build: each factory with its spec, and the problems that it shall show."""

    dags: tuple[tuple[Factory, DatasetSpec], ...]
    problems: tuple[SpecProblem, ...]


def wanted(*factories: Factory) -> Wanted:
    """The DAGs ``verb__dataset`` that this parse is for; a factory is called as its verb.

    Raises:
        SpecError: a task of the dataset starts and its spec is broken, or gone, since it was scheduled. Airflow writes
            the error to the task's log and tries to start it again, so a spec that is mended soon harms no run.
    """
    asked = get_parsing_context().dag_id
    if asked in (None, INVALID):
        folder = load_folder(datasets_folder())
        specs = () if asked else folder.specs
        return Wanted(tuple((factory, spec) for spec in specs for factory in factories), folder.problems)
    verb, _, dataset = asked.partition("__")
    chosen = [factory for factory in factories if factory.__name__ == verb]
    return Wanted(tuple((factory, load_spec(spec_file(dataset))) for factory in chosen), ())


def built(pairs: Iterable[tuple[Factory, DatasetSpec]]) -> Iterator[DAG]:
    """Build them, one after the other, without looking for garbage meanwhile.

    What is built stays, now and later: with hundreds of datasets a tenth of the parse was spent on looking through it.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        for factory, spec in pairs:
            yield factory(spec)
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def wanted_forms(*factories: Callable[Arguments, DAG]) -> Sequence[Callable[Arguments, DAG]]:
    """Those of the DAGs that serve all datasets that this parse is for; a factory is called as its DAG."""
    asked = get_parsing_context().dag_id
    return [factory for factory in factories if asked in (None, factory.__name__)]
