"""Imported by the process that tasks are forked from, where Headwater's code stays as it is: in the image, in tests.

Libraries, then the stages and the members that are candidates by default, then what freezes all that is there. A task
that finds them starts for a third of the CPU time. Where people edit the code beside a running Airflow (`make up`), the
libraries alone are listed, and a task reads the stages from the disk.
"""

from __future__ import annotations

import importlib
import pkgutil

from headwater.local.environment import PRELOADED

PACKAGES = (
    "headwater.chain",
    "headwater.orchestration",
    "headwater.generators.constraints",
    "headwater.generators.logit_trees",
    "headwater.generators.trees",
)
"""Other members bring SDV, of which few tasks have use."""


def _own() -> list[str]:
    found = [pkgutil.iter_modules(importlib.import_module(package).__path__, f"{package}.") for package in PACKAGES]
    return [each.name for modules in found for each in modules]


*_libraries, _frozen_heap = PRELOADED
for _name in (*_libraries, *_own(), _frozen_heap):
    importlib.import_module(_name)
