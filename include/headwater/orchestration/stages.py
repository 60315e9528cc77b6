"""How a stage runs inside a task: the house opened, the spec at hand, outcomes told from faults."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from headwater.chain.house import House
    from headwater.spec import DatasetSpec


@contextmanager
def at_stage(dataset: str, spec_sha256: str | None = None) -> Iterator[tuple[House, DatasetSpec]]:
    """The house and the spec for one task; a closed gate or unusable input fails the task without a retry.

    The first task of a run reads the YAML; later ones name the spec version it recorded, so that editing the file
    in the middle of a run changes nothing.
    """
    from airflow.sdk import get_current_context
    from airflow.sdk.exceptions import AirflowFailException

    from headwater.chain.asking import RequestRefusedError
    from headwater.chain.house import GateClosedError
    from headwater.checks.refusal import CannotJudgeError
    from headwater.generators.errors import FitError, ModelFileError, SettingsError
    from headwater.orchestration.dates import BatchDateError
    from headwater.orchestration.settings import open_house, spec_file
    from headwater.sources.errors import SourceError, SourceUnavailable
    from headwater.spec import DatasetSpec, SpecError, load_spec

    closed = (GateClosedError, RequestRefusedError)
    outcomes = (*closed, CannotJudgeError, SourceError, SpecError, SettingsError, FitError, ModelFileError)
    _hush("great_expectations")
    try:
        house = open_house(str(get_current_context()["run_id"]))
        if spec_sha256 is None:
            spec = load_spec(spec_file(dataset))
        else:
            with house.ledger.transaction() as books:
                spec = DatasetSpec.model_validate(books.datasets.spec(spec_sha256))
        yield house, spec
    except SourceUnavailable:
        raise
    except (BatchDateError, *outcomes) as error:
        raise AirflowFailException(str(error)) from error


def _hush(library: str) -> None:
    """Let a library speak of trouble only, not of every class that it registers, unless Airflow's configuration names
    a level for it: hundreds of lines would hide the few that tell what the task found."""
    logger = logging.getLogger(library)
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.WARNING)
