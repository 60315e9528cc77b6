"""The container of model files: every cut and every changed byte is found."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from headwater.generators.errors import ModelFileError
from headwater.generators.model_file import MAGIC, pack, unpack

META = {"a": [1, None], "naïve": "ü"}
ARRAYS = {"x.y": np.arange(6, dtype=np.int16).reshape(2, 3), "empty": np.zeros(0), "flag": np.array([True, False])}
DATA = pack("trees", 3, META, ARRAYS)


def test_what_goes_in_comes_out() -> None:
    meta, arrays = unpack(DATA, "trees", 3)
    assert meta == META
    assert set(arrays) == set(ARRAYS)
    for name, array in ARRAYS.items():
        assert arrays[name].dtype == array.dtype
        assert np.array_equal(arrays[name], array)


def test_equal_models_are_equal_bytes() -> None:
    assert pack("trees", 3, dict(reversed(META.items())), dict(reversed(ARRAYS.items()))) == DATA


def test_every_cut_is_found() -> None:
    for length in range(len(DATA)):
        with pytest.raises(ModelFileError):
            unpack(DATA[:length], "trees", 3)


def test_every_changed_byte_is_found() -> None:
    for place in range(len(DATA)):
        with pytest.raises(ModelFileError):
            unpack(DATA[:place] + bytes([DATA[place] ^ 0x20]) + DATA[place + 1 :], "trees", 3)


def test_added_bytes_are_found() -> None:
    with pytest.raises(ModelFileError, match="cut short or altered"):
        unpack(DATA + b"\0", "trees", 3)


@pytest.mark.parametrize(
    ("kind", "version", "message"),
    [
        ("mixture", 3, "of kind 'trees', not 'mixture'"),
        ("trees", 2, "version 3, newer than 2, .*update Headwater"),
        ("trees", 4, "version 3, older than 4, .*retrain"),
    ],
)
def test_another_kind_or_version_is_named(kind: str, version: int, message: str) -> None:
    with pytest.raises(ModelFileError, match=message):
        unpack(DATA, kind, version)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        (2**60).to_bytes(8, "big") + b"{}",
        (2).to_bytes(8, "big") + b"[]",
        (4).to_bytes(8, "big") + b"null",
        (43).to_bytes(8, "big") + b'{"kind": "trees", "version": 3, "meta": {}}' + b"no zip",
    ],
)
def test_a_wrong_body_with_a_right_hash_is_still_refused(body: bytes) -> None:
    with pytest.raises(ModelFileError, match="cannot be read"):
        unpack(MAGIC + hashlib.sha256(body).digest() + body, "trees", 3)


def test_objects_are_never_written() -> None:
    with pytest.raises(ValueError, match="allow_pickle=False"):
        pack("trees", 1, {}, {"bad": np.array([{}], dtype=object)})
