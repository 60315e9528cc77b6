"""Model files that are pickles: nothing in them runs unless their hash is the ledger's."""

from __future__ import annotations

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from headwater.chain.house import House
from headwater.chain.models import load_model
from headwater.generators.errors import ModelFileError
from headwater.generators.model_file import pack
from headwater.generators.neural.storing import VERSION
from headwater.generators.neural.synthesizer import versions
from headwater.generators.registry import find
from headwater.ledger.records import Generator
from headwater.store import ArtifactError, Store

KEY = "fair/generators/g1/model.bin"
KINDS = ("ctgan", "tvae", "copula_gan")


class Trap:
    """Unpickled, it makes a folder: the trace that code of the file has run."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.trace),)


def trapped(kind: str, trace: Path) -> bytes:
    """A model file with right hashes within, which runs code when it is unpickled."""
    import pickle

    meta = {
        "settings": {},
        "bridge": {"schema": {"columns": []}, "codecs": [], "constants": [], "patterns": None},
        "made_by": versions(),
        "rare": [],
        "training": {"epochs_trained": 1, "stopped_by_clock": False},
    }
    return pack(kind, VERSION, meta, {"pickle": np.frombuffer(pickle.dumps(Trap(trace)), dtype=np.uint8)})


def recorded(kind: str, data: bytes) -> Generator:
    return Generator(
        generator_id="6f1c1a52-8c3e-5b0e-9d2f-0123456789ab",
        dataset="fair",
        snapshot_id="6f1c1a52-8c3e-5b0e-9d2f-0123456789ac",
        kind=kind,
        label=kind,
        settings={},
        seed=0,
        model_key=KEY,
        model_sha256=hashlib.sha256(data).hexdigest(),
        model_bytes=len(data),
        depth=0.0,
        depth_max=0.0,
        real_share=1.0,
        score=None,
        code_version="0",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.fixture
def stored(tmp_path: Path) -> House:
    """A house with a store; loading a model asks the ledger nothing."""
    return House(cast("Any", None), Store(f"file://{tmp_path}/store"), lambda _: "", "test")


@pytest.mark.parametrize("kind", KINDS)
def test_the_trap_springs_when_the_hash_is_the_ledgers(kind: str, stored: House, tmp_path: Path) -> None:
    """Without this the tests below could pass because the trap is broken."""
    trace = tmp_path / "trace"
    data = trapped(kind, trace)
    stored.store.write_bytes(KEY, data)
    load_model(stored, recorded(kind, data))
    assert trace.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_a_file_with_another_hash_is_refused_before_any_of_it_runs(kind: str, stored: House, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    honest = pack(kind, VERSION, {}, {"pickle": np.zeros(3, dtype=np.uint8)})
    # Whoever can write to the store can also write the hash inside of the file; not the one in the ledger.
    stored.store.write_bytes(KEY, trapped(kind, trace))
    with pytest.raises(ArtifactError, match=r"SHA-256|hash"):
        load_model(stored, recorded(kind, honest))
    assert not trace.exists()


@pytest.mark.parametrize("kind", KINDS)
def test_no_changed_byte_lets_a_pickle_run(kind: str, stored: House, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    data = trapped(kind, trace)
    for place in range(0, len(data), 23):
        altered = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        stored.store.write_bytes(KEY, altered)
        with pytest.raises(ArtifactError):
            load_model(stored, recorded(kind, data))
        # And by itself, without a ledger at hand, the file's own hash tells damage.
        with pytest.raises(ModelFileError):
            find(kind).load(altered)
    for short in (b"", data[:100], data[:-1]):
        stored.store.write_bytes(KEY, short)
        with pytest.raises(ArtifactError):
            load_model(stored, recorded(kind, data))
    assert not trace.exists()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("package", "version"), [("sdv", "1.0.0"), ("torch", "1.0.0"), ("rdt", None)])
def test_a_pickle_of_another_version_is_refused_before_any_of_it_runs(
    kind: str, package: str, version: str | None, tmp_path: Path
) -> None:
    import pickle

    trace = tmp_path / "trace"
    meta = {"settings": {}, "made_by": versions() | {package: version}}
    data = pack(kind, VERSION, meta, {"pickle": np.frombuffer(pickle.dumps(Trap(trace)), dtype=np.uint8)})
    with pytest.raises(ModelFileError, match=rf"made by {package} {version}, here is {package} .*; retrain"):
        find(kind).load(data)
    newer = pack(kind, VERSION + 1, meta, {"pickle": np.zeros(1, dtype=np.uint8)})
    with pytest.raises(ModelFileError, match=r"newer than .*update Headwater"):
        find(kind).load(newer)
    assert not trace.exists()
