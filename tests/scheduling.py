"""How several processes share the tests: a file's tests stay together, and all that start servers.

Fixtures of a module are then made once, and only one process starts an Airflow: two that start at the same moment may
want the same port.
"""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

SERVERS = ("tests/integration", "tests/local", "tests/plugins")
"""Folders whose tests start servers."""
AIRFLOW = ("tests/integration", "tests/local")
"""Those of them whose tests share an Airflow; the others come behind them and start what they need."""
APART = ("tests/chain/test_proposals.py", "tests/chain/test_real_tables.py")
"""Files of long tests that share nothing."""
FIRST = (*SERVERS, *APART, "tests/chain", "tests/generators", "tests/checks", "tests/expectations")
"""What takes longest. What is begun last keeps one process at work while the others have ended."""


class Scheduling(LoadScopeScheduling):
    """Sends what belongs together to one process."""

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith(SERVERS):
            return "servers"
        return nodeid if nodeid.startswith(APART) else nodeid.partition("::")[0]


def needs_airflow(item: pytest.Item) -> bool:
    """Whether the test is one of those that share an Airflow."""
    return item.nodeid.startswith(AIRFLOW)


def longest_first(nodeid: str) -> int:
    """A key to sort tests by."""
    return next((at for at, first in enumerate(FIRST) if nodeid.startswith(first)), len(FIRST))
