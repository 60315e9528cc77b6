"""A table in, a proposal out: the one way into this package.

Belongs here: the order of the looks, and the proof that the proposal can be used. Does not: any look.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from headwater.generators.constraints.keeping import keeps
from headwater.proposal import columns, keys, limits, targets
from headwater.proposal.finding import Finding, ProposalError
from headwater.proposal.limits import DRAWS, Progress
from headwater.proposal.place import Place, environment_connection, place_of
from headwater.proposal.reading import Raw, read
from headwater.proposal.rules import search
from headwater.proposal.rules.rule import Found
from headwater.proposal.writing import Parts, write
from headwater.sources.conform import conform_source
from headwater.sources.errors import SourceError, SourceProblem
from headwater.sources.read import read_source
from headwater.spec import DatasetSpec, load_spec
from headwater.tables.schema import TableSchema

NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
OWNER = "not-named-yet"
BATCH_MAX, SHARD_ROWS = 50_000, 20_000


@dataclass(frozen=True)
class Proposal:
    """A first spec for a table.

    Attributes:
        name: of the dataset; the file is called so.
        yaml: the commented spec, for the datasets folder. It holds ranges and names of categories.
        hidden: the same without anything that holds values of rows, for logs.
        questions: what it is unsure of, one line each, without values.
        spec: what ``yaml`` loads as.
        rows: real rows that were looked at.
    """

    name: str
    yaml: str
    hidden: str
    questions: tuple[str, ...]
    spec: DatasetSpec
    rows: int

    @property
    def summary(self) -> str:
        """What was found, in one line without values."""
        found = [column.sdtype for column in self.spec.columns.values()]
        kinds = ", ".join(f"{found.count(each)} {each}" for each in dict.fromkeys(found))
        hidden = sum(column.sensitive for column in self.spec.columns.values())
        key = ", ".join(self.spec.keys.primary) or "none"
        return (
            f"{self.rows:,} rows, {len(found)} columns ({kinds}; {hidden} sensitive), primary key: {key}, "
            f"{len(self.spec.constraints)} constraints, targets: {', '.join(self.spec.targets) or 'none'}"
        )


def propose(
    source: str | Place,
    name: str,
    *,
    owner: str = OWNER,
    connect: Callable[[str], str] = environment_connection,
    draws: int = DRAWS,
    progress: Progress | None = None,
) -> Proposal:
    """Look at a table and write a spec for it. The same rows give the same proposal.

    Args:
        source: a file (CSV or Parquet, also an fsspec URL), ``connection#schema.table``, or a database URL with
            ``#schema.table`` at its end; or the place itself.
        name: of the dataset.
        owner: who answers for it.
        connect: gives the SQLAlchemy URL of a connection id; raises ``LookupError`` where there is none.
        draws: samples of honest rows that limits are taken from.
        progress: told how many draws of how many are done.

    Raises:
        ProposalError: no such name can be, the table has too few rows or no usable column.
        SourceError, SourceUnavailable: the table cannot be read.
        CannotJudgeError: it has too few rows to be judged by.
    """
    check_name(name)
    place = place_of(source, name) if isinstance(source, str) else source
    opened = place.connect(connect)
    raw = read(name, place.source, opened)
    looked = columns.look(raw.frame, is_csv=raw.is_csv)
    if looked.problems:
        without = "Or propose from a view or file without the column."
        raise SourceError(name, [SourceProblem(each.what, f"{each.cure} {without}") for each in looked.problems])
    source_key, unsure = _described(raw, looked.marks, is_new=place.url is not None)
    plain = _spec(name, owner, source_key, looked.findings)
    rows = read_source(plain, opened) if raw.is_csv else raw.frame
    parts = _looked(plain, rows, raw.primary, looked.findings, (draws, progress))
    parts.unsure.update(unsure, **({} if owner != OWNER else {"owner": ("who answers for this table?",)}))
    proposal = Proposal(name, write(parts), write(parts, hidden=True), parts.questions(), parts.spec, len(rows))
    _prove(proposal, rows)
    return proposal


def check_name(name: str) -> None:
    """Raise :class:`ProposalError` where no dataset can be called so."""
    if not NAME.fullmatch(name):
        what = f"NAME {name!r} is no name of a dataset." if name else "NAME is empty: the dataset has no name."
        raise ProposalError(what, "Begin with a small letter; then small letters, digits and _, 40 at most.")


def _looked(
    plain: DatasetSpec,
    rows: pd.DataFrame,
    declared: tuple[str, ...],
    findings: tuple[Finding, ...],
    drawing: tuple[int, Progress | None],
) -> Parts:
    """All that is found in the conforming rows."""
    frame, schema = conform_source(rows, plain)
    found = keys.look(frame, findings, declared, plain.dataset)
    goals = targets.look(frame, schema, findings, plain.dataset)
    given = {"keys": {"primary": found.primary, "entity": found.entity}, "targets": goals.targets}
    rules = _kept(plain, search.look(frame, findings), frame)
    spec = _with(plain, **given, constraints=[rule.constraint for rule in rules.rules], batch=_batch(len(frame)))
    draws, progress = drawing
    drawn = limits.look(frame, schema, spec, draws=draws, progress=progress)
    contract = {limit.key: limit.value for limit in drawn.limits if limit.value is not None}
    spec = _with(spec, contract={**contract, "source_rows_min": max(20, _round_down(len(frame) // 2))})
    return Parts(spec, len(frame), findings, found, rules, goals, drawn, {})


def _spec(name: str, owner: str, source: dict[str, Any], findings: Sequence[Finding]) -> DatasetSpec:
    if all(found.sdtype in ("id", "pii") for found in findings):
        what = "No column of the source can be learned: all are ids, personal data, or different in every row."
        raise ProposalError(what, "Name a table with categories, numbers or dates.")
    given = {found.name: found.options for found in findings}
    # As few rows as can be judged: the limit is proposed when all else is known.
    return DatasetSpec.model_validate(
        {"dataset": name, "owner": owner, "source": source, "columns": given, "contract": {"source_rows_min": 20}}
    )


def _with(spec: DatasetSpec, **given: Any) -> DatasetSpec:
    return DatasetSpec.model_validate({**spec.model_dump(by_alias=True), **given})


def _kept(spec: DatasetSpec, found: Found, frame: pd.DataFrame) -> Found:
    """Only what the chain, too, sees kept in every row: it compares exactly, and would refuse the rows otherwise."""
    whole = _with(spec, constraints=[rule.constraint for rule in found.rules])
    held = [bool(keeps(constraint, frame).all()) for constraint in whole.constraints]
    return Found(tuple(rule for rule, is_kept in zip(found.rules, held, strict=True) if is_kept), found.unsure)


def _described(raw: Raw, marks: tuple[str, ...], *, is_new: bool) -> tuple[dict[str, Any], dict[str, tuple[str, ...]]]:
    """The source as the spec has it, and what is unsure about it."""
    source, unsure = raw.source.model_dump(by_alias=True), []
    if marks:
        source["missing"] = ["", *marks]
        unsure.append(f"{' and '.join(map(repr, marks))} is taken for no value, in every column")
    if is_new:
        wanted = source["connection"]
        unsure.append(
            f"Airflow needs the connection {wanted!r} to this database: add it under Admin, Connections, or as "
            f"AIRFLOW_CONN_{wanted.upper()}"
        )
    return source, {"source": tuple(unsure)} if unsure else {}


def _batch(rows: int) -> dict[str, int]:
    wanted = min(BATCH_MAX, _round_down(rows))
    return {"rows": wanted, "shards": -(-wanted // SHARD_ROWS)}


def _round_down(number: int) -> int:
    """Two digits, and zeros."""
    unit = 10 ** max(0, len(str(number)) - 2)
    return number // unit * unit


def _prove(proposal: Proposal, rows: pd.DataFrame) -> TableSchema:
    """The text loads as the spec that was meant, and the source's rows keep to it; anything else is a fault here."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"{proposal.name}.yaml"
        for text in (proposal.hidden, proposal.yaml):
            path.write_text(text, encoding="utf-8")
            loaded = load_spec(path)
    if loaded != proposal.spec:
        raise RuntimeError(f"the proposal for {proposal.name} does not read back as it was meant; please report this")
    return conform_source(rows, loaded)[1]
