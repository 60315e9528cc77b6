"""A generator's model from the store: loaded only when the file is byte for byte the one in the ledger.

A file of its own, so that making rows does not import what judges them.
"""

from __future__ import annotations

from headwater.chain.house import House
from headwater.generators import registry
from headwater.generators.base import Generator as Model
from headwater.ledger.records import Generator


def load_model(house: House, generator: Generator) -> Model:
    """The fitted model.

    Raises:
        ArtifactError: the file is missing, or its hash is not the ledger's.
        ModelFileError: the bytes are no model that this code can read.
    """
    data = house.store.read_bytes(generator.model_key, sha256=generator.model_sha256)
    return registry.load(generator.kind, data)
