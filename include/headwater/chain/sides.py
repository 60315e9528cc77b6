"""What a generator shows on an anchor, for comparisons: found in the store, or made now and kept.

Belongs here: the rows that are made for it, and keeping what they come to. Does not: comparing (``compare.py``).
"""

from __future__ import annotations

import logging

import numpy as np

from headwater.chain import identity, keys
from headwater.chain.house import House
from headwater.chain.models import load_model
from headwater.chain.trials import STRANGE_MAX, trials
from headwater.checks.contributions import contributions
from headwater.checks.prepared import Prepared
from headwater.checks.refusal import CannotJudgeError
from headwater.checks.side import FORMAT, Side
from headwater.ledger.records import Generator
from headwater.spec import DatasetSpec

log = logging.getLogger(__name__)

MADE_ROWS, SAMPLES_MIN, SAMPLES_MAX = 60_000, 5, 40
"""Samples a side: as many as make so many rows, within these limits. Their noise falls with their number."""
COUNTED_ROWS_MIN = 20_000
"""Rows that categories are counted on: on a small anchor's few samples a lost one would not be seen."""
_FIRST_BLOCK = 2
"""Of the trial's seeds. Rows that a candidate was chosen by would flatter it."""


def side(house: House, spec: DatasetSpec, prepared: Prepared, snapshot_id: str, generator: Generator) -> Side:
    """The generator's side on the anchor rows of ``prepared``, which are of that snapshot.

    Raises:
        ArtifactError, ModelFileError: the model cannot be loaded; who cannot make rows has no side, kept or not.
        MisfitError: the generator makes another table, or mostly rows that the table cannot hold today.
        CannotJudgeError: what it makes cannot be judged.
    """
    side_id = identity.side_id(
        snapshot_id, generator.generator_id, [prepared.fingerprint, spec.seed, house.code_version, MADE_ROWS, FORMAT]
    )
    key = keys.side(spec.dataset, side_id)
    if house.store.exists(key):
        load_model(house, generator)  # where the side is made, that loads it
        try:
            return Side.from_bytes(house.store.read_bytes(key))
        except CannotJudgeError as error:
            log.warning("the kept side of %s is made again: %s", generator.label, error)
    made = _made(house, spec, prepared, generator)
    house.store.write_bytes(key, made.to_bytes())
    return made


def _made(house: House, spec: DatasetSpec, prepared: Prepared, generator: Generator) -> Side:
    schema, counter, n = prepared.reference.schema, prepared.counter, prepared.n
    blocks = range(_FIRST_BLOCK, _FIRST_BLOCK + int(np.clip(MADE_ROWS // n, SAMPLES_MIN, SAMPLES_MAX)))
    samples = trials(house, spec, generator, schema, rows=n, blocks=blocks, strange_max=STRANGE_MAX)
    made = [prepared.yardstick.place(each) for each in samples]
    margins = [counter.margins(rows) for rows in made]
    more = COUNTED_ROWS_MIN - n * len(made)
    if more > 0:
        extra = trials(house, spec, generator, schema, rows=more, blocks=(blocks.stop,), strange_max=STRANGE_MAX)
        margins += [counter.margins(prepared.yardstick.coder.code(each)) for each in extra]
    return Side(contributions(prepared, made), sum(margins[1:], margins[0]))
