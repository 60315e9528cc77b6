"""The DAG ``propose``: a person names a table, Headwater writes a first spec for it.

What a task prints, and XCom, hold no value of a row: the log has the spec without ranges, lists and names of
categories, and what it is unsure of. The whole spec lies in the store, and in the datasets folder only where the form
asks for it.
"""

from __future__ import annotations

import hashlib
import logging
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import DAG, Param, get_current_context, task

from headwater.orchestration.asking import OWNER
from headwater.orchestration.defaults import task_arguments

if TYPE_CHECKING:
    from headwater.proposal.place import Place
    from headwater.proposal.propose import Proposal

log = logging.getLogger(__name__)

DOC = """\
### Let Headwater propose a spec for a table

*Trigger* asks for a name and where the table is: a connection with its table, or the path of a file.

1. The table is read and looked at: types, keys, personal data, ranges, rules between columns, rare categories, what
   models may predict, limits from the noise floor.
2. The commented YAML goes into the store, at the key that the task returns. The log shows the same without ranges,
   lists of values and names of categories, and says what the proposal is unsure of.
3. With *Write it into the datasets folder* the dataset gets its DAGs within seconds, all of them paused. An existing
   file is never replaced.

Nothing is trained, and the ledger learns nothing. Whoever may trigger this DAG may have any table or file looked at
that the workers can read. A red task has put nothing into the datasets folder; its log says why, and the cure.
"""


def propose() -> DAG:
    """Build ``propose``; it serves all datasets, and is there before the first."""
    arguments: dict[str, Any] = {
        "dag_id": "propose",
        "schedule": None,
        "start_date": datetime(2026, 1, 1, tzinfo=UTC),
        "catchup": False,
        "max_active_runs": 1,
        "dagrun_timeout": timedelta(hours=3),
        "tags": ["headwater", "propose"],
        "params": _form(),
        "default_args": task_arguments(OWNER),
    }
    with DAG(doc_md=DOC, **arguments) as dag:
        look.override(task_id="propose")()
    return dag


def _form() -> dict[str, Param]:
    text, most = ["null", "string"], 1_000
    return {
        "name": Param(
            type="string",
            pattern="^[a-z][a-z0-9_]{0,39}$",
            title="Name",
            description="Of the dataset: small letters, digits and _.",
        ),
        "connection": Param(
            None, type=text, maxLength=most, title="Connection", description="Id of the Airflow connection of a table."
        ),
        "schema": Param(None, type=text, maxLength=most, title="Schema", description="Of the table; may be empty."),
        "table": Param(None, type=text, maxLength=most, title="Table", description="A table or view."),
        "path": Param(
            None,
            type=text,
            maxLength=most,
            title="Path",
            description="Instead of a connection: a CSV or Parquet file, as the workers see it, or its URL.",
        ),
        "owner": Param(
            OWNER, type="string", minLength=1, maxLength=100, title="Owner", description="Who answers for the dataset."
        ),
        "into_datasets": Param(
            False,
            type="boolean",
            title="Write it into the datasets folder",
            description="Else it lies in the store only, for somebody to read, change and put there.",
        ),
    }


@task
def look() -> dict[str, Any]:
    """Propose a spec for the table of the form; fail, unretried, where that cannot be."""
    from airflow.sdk.exceptions import AirflowFailException

    from headwater.chain import keys
    from headwater.checks.refusal import CannotJudgeError
    from headwater.orchestration.settings import connection_url, open_store
    from headwater.proposal.finding import ProposalError
    from headwater.proposal.propose import propose as look_at
    from headwater.sources.errors import SourceError, SourceUnavailable

    asked = get_current_context()["params"]
    try:
        proposal = look_at(_place(asked), asked["name"], owner=asked["owner"], connect=connection_url, progress=_tell)
        text = proposal.yaml.encode()
        key = keys.proposal(proposal.name, hashlib.sha256(text).hexdigest())
        open_store().write_bytes(key, text)
        is_written = bool(asked["into_datasets"]) and _into_datasets(proposal)
    except SourceUnavailable:
        raise
    except (ProposalError, SourceError, CannotJudgeError) as error:
        raise AirflowFailException(str(error)) from error
    log.info("%s\n\n%s", proposal.summary, proposal.hidden)
    for question in proposal.questions:
        log.warning("unsure: %s", question)
    log.info("The whole spec lies in the store: %s", key)
    counts = {"row_count": proposal.rows, "question_count": len(proposal.questions)}
    return {"dataset": proposal.name, "proposal_key": key, "is_in_datasets": is_written, **counts}


def _place(asked: dict[str, Any]) -> Place:
    """Where the form says that the table is.

    Raises:
        ProposalError: it says nothing, or two things.
    """
    from headwater.proposal.finding import ProposalError
    from headwater.proposal.place import Place, place_of
    from headwater.spec import TableSource

    given = {name: (asked[name] or "").strip() for name in ("connection", "schema", "table", "path")}
    is_table = bool(given["connection"] and given["table"])
    if bool(given["path"]) == is_table or (given["path"] and (given["connection"] or given["table"])):
        cure = "Give a connection and a table, or the path of a file."
        raise ProposalError("The form names no table, or two places of one.", cure)
    if is_table:
        where = {"connection": given["connection"], "table": given["table"], "schema": given["schema"] or None}
        return Place(TableSource.model_validate({"kind": "table", **where}))
    found = place_of(given["path"], asked["name"])
    if found.source.kind == "table":  # a URL with its password would stand in the form of every run
        raise ProposalError("Path names a database.", "Add it as a connection, and give connection and table instead.")
    return found


def _into_datasets(proposal: Proposal) -> bool:
    """Write the file, whole or not at all; True, also where the very same file is there (the task ran before).

    Raises:
        ProposalError: there is another one already, or the folder cannot be written to.
    """
    from headwater.orchestration.settings import datasets_folder
    from headwater.proposal.finding import ProposalError

    folder = datasets_folder()
    path, unfinished = folder / f"{proposal.name}.yaml", folder / f".{proposal.name}.yaml.new"
    if path.exists() and path.read_text(encoding="utf-8") == proposal.yaml:
        return True
    if path.exists() or path.with_suffix(".yml").exists():
        cure = "Choose another name, or remove that file first."
        raise ProposalError(f"The datasets folder already holds {proposal.name!r}.", cure)
    try:
        unfinished.write_text(proposal.yaml, encoding="utf-8")
        os.replace(unfinished, path)  # noqa: PTH105  as one step
    except OSError as error:
        cure = "Let the account of the workers write there, or take the spec from the store."
        raise ProposalError(f"The datasets folder cannot be written to ({error.strerror}).", cure) from error
    return True


def _tell(done: int, total: int) -> None:
    if done == total:
        log.info("noise floor: %d samples drawn", total)
