"""``make dataset``: a spec proposed for a table, written into the datasets folder. What it says is ``proposal``'s."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

TOLD_EVERY = 20


class DatasetError(Exception):
    """No spec was written; the message names the thing, the place and the cure."""


def propose_dataset(
    folder: Path, source: str, name: str, *, owner: str = "", is_forced: bool = False, say: Callable[[str], None]
) -> Path:
    """Look at a table and write ``NAME.yaml``; returns its path. Nothing is written where anything fails.

    Args:
        folder: of the datasets; made where it is missing.
        source, name, owner: as in :func:`headwater.proposal.propose.propose`.
        is_forced: replace a file that is there.
        say: told a line now and then; no line holds a value of a row.

    Raises:
        DatasetError: there is such a dataset already, or the table cannot be read or judged by.
    """
    from headwater.checks.refusal import CannotJudgeError
    from headwater.proposal.finding import ProposalError
    from headwater.proposal.propose import OWNER, check_name, propose
    from headwater.sources.errors import SourceError

    def progress(done: int, total: int) -> None:
        if done % TOLD_EVERY == 0 or done == total:
            say(f"noise floor: {done} of {total} samples drawn")

    try:
        check_name(name)
        path = _free(folder, name, is_forced=is_forced)
        say("looking at the table; this takes a minute or two")
        proposal = propose(source, name, owner=owner.strip() or OWNER, progress=progress)
    except (ProposalError, SourceError, CannotJudgeError) as error:
        raise DatasetError(str(error)) from error
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.new")  # no DAG looks at it before it is whole
    unfinished.write_text(proposal.yaml, encoding="utf-8")
    os.replace(unfinished, path)  # noqa: PTH105  as one step
    say(proposal.summary)
    say(f"written: {path}")
    if proposal.questions:
        say(f"unsure of {len(proposal.questions)}:")
        for question in proposal.questions:
            say(f"  - {question}")
    return path


def _free(folder: Path, name: str, *, is_forced: bool) -> Path:
    """Where the spec goes, if nothing of that name is there or it may be replaced."""
    twin = folder / f"{name}.yml"
    if twin.exists():
        raise DatasetError(
            f"{twin} already holds the dataset {name!r}. Cure: choose another NAME, or remove that file."
        )
    path = folder / f"{name}.yaml"
    if path.exists() and not is_forced:
        raise DatasetError(f"{path} is there already. Cure: choose another NAME, or replace it by FORCE=1.")
    return path
