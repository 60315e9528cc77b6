"""Every way a model file can be broken, tried on every member: each is refused with a clear error before it is used."""

from __future__ import annotations

import hashlib
import json
import pickle
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from generator_tables import mixed
from members import MEMBERS

from headwater.generators.base import Generator
from headwater.generators.errors import ModelFileError
from headwater.generators.model_file import MAGIC, pack, unpack
from headwater.generators.registry import BUILT_IN, create, load

KINDS = tuple(MEMBERS)
PREFIX = len(MAGIC) + 32 + 8
"""Bytes before the head: magic, digest, length of the head."""


@pytest.fixture(scope="module", params=KINDS)
def member(request: pytest.FixtureRequest) -> Generator:
    return create(request.param, MEMBERS[request.param]).fit(*mixed(400), seed=3)


@pytest.fixture(scope="module")
def data(member: Generator) -> bytes:
    return member.save()


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """No pickle is opened: a refusal must come before anything in the file can run."""

    def opened(*_: object, **__: object) -> Any:
        raise AssertionError("a pickle was opened")

    monkeypatch.setattr(pickle, "loads", opened)
    monkeypatch.setattr(pickle, "load", opened)


@pytest.mark.usefixtures("unread")
def test_every_cut_is_refused(member: Generator, data: bytes) -> None:
    dense = [*range(PREFIX + 300), *range(len(data) - 300, len(data))]
    lengths = {*dense, *np.linspace(0, len(data) - 1, 300).astype(int).tolist()}
    refused = [_is_refused(member.kind, data[:length]) for length in sorted(lengths) if 0 <= length < len(data)]
    assert len(refused) >= 500
    assert all(refused)


@pytest.mark.usefixtures("unread")
def test_every_changed_byte_is_refused(member: Generator, data: bytes) -> None:
    head = PREFIX + _head_size(data)
    places = {*range(min(head, 600)), *range(head - 20, head + 300), *range(len(data) - 300, len(data))}
    places |= set(np.random.Generator(np.random.PCG64(1)).integers(0, len(data), 400).tolist())
    refused = [
        _is_refused(member.kind, data[:place] + bytes([data[place] ^ bit]) + data[place + 1 :])
        for place, bit in zip(sorted(places), _bits(), strict=False)
    ]
    assert len(refused) >= 900
    assert all(refused)


@pytest.mark.usefixtures("unread")
def test_swapped_inserted_and_added_bytes_are_refused(member: Generator, data: bytes) -> None:
    middle = len(data) // 2
    for broken in (data + b"\0", b"\0" + data, data[:middle] + b"\0" + data[middle:], data + data, data[::-1]):
        assert _is_refused(member.kind, broken)
    assert _is_refused(member.kind, data[:PREFIX] + data[PREFIX:][::-1])


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize(("step", "words"), [(1, "newer than .*update Headwater"), (-1, "older than .*retrain")])
def test_another_version_is_refused_by_name(member: Generator, data: bytes, step: int, words: str) -> None:
    version = _head(data)["version"] + step
    with pytest.raises(ModelFileError, match=f"has version {version}, {words}"):
        load(member.kind, _rehead(data, version=version))


@pytest.mark.usefixtures("unread")
def test_the_file_of_another_kind_is_refused_by_name(member: Generator, data: bytes) -> None:
    for kind in KINDS:
        if kind != member.kind:
            with pytest.raises(ModelFileError, match=f"of kind '{member.kind}', not '{kind}'"):
                load(kind, data)
            with pytest.raises(ModelFileError, match=f"of kind '{kind}', not '{member.kind}'"):
                load(member.kind, _rehead(data, kind=kind))


@pytest.mark.usefixtures("unread")
def test_parts_that_are_missing_are_refused_even_with_a_right_hash(member: Generator, data: bytes) -> None:
    if member.kind not in BUILT_IN:
        pytest.skip("asked of built-in members alone: nothing but a clever hand makes such files")
    version = _head(data)["version"]
    meta, arrays = unpack(data, member.kind, version)
    for name in meta:
        if name not in _NOT_NEEDED:
            lacking = {key: value for key, value in meta.items() if key != name}
            assert _is_refused(member.kind, pack(member.kind, version, lacking, arrays)), f"meta without {name}"
    assert _is_refused(member.kind, pack(member.kind, version, meta, {}))


@pytest.mark.usefixtures("unread")
@pytest.mark.parametrize("broken", [b"", b"{}", b"PK\x03\x04", pickle.dumps({"a": 1}), b"\x80\x04", MAGIC])
def test_files_of_other_makers_are_refused(member: Generator, broken: bytes) -> None:
    assert _is_refused(member.kind, broken)


def test_an_unbroken_file_is_loaded(member: Generator, data: bytes) -> None:
    assert load(member.kind, data).sample(20, 4).equals(member.sample(20, 4))
    assert _rehead(data) == data


def test_only_members_that_say_so_open_a_pickle(
    member: Generator, data: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []
    real = pickle.loads

    def counted(body: bytes, *rest: Any, **more: Any) -> Any:
        opened.append(len(body))
        return real(body, *rest, **more)

    monkeypatch.setattr(pickle, "loads", counted)
    load(member.kind, data)
    assert member.capabilities.pickled or opened == []


_NOT_NEEDED = {"report"}
"""Entries of the meta that only tell a person something."""


def _is_refused(kind: str, broken: bytes) -> bool:
    """Whether the bytes are refused by the error that says so, in words and without a value of a row."""
    with pytest.raises(ModelFileError) as caught:
        load(kind, broken)
    return len(str(caught.value)) > 30 and "someone@example.org" not in str(caught.value)


def _bits() -> Iterator[int]:
    while True:
        yield from (1, 2, 4, 8, 16, 32, 64, 128, 255)


def _head_size(data: bytes) -> int:
    return int.from_bytes(data[PREFIX - 8 : PREFIX], "big")


def _head(data: bytes) -> dict[str, Any]:
    head: dict[str, Any] = json.loads(data[PREFIX : PREFIX + _head_size(data)])
    return head


def _rehead(data: bytes, **changes: Any) -> bytes:
    """The same file with another head and a right hash: what a later Headwater, or a clumsy hand, would write."""
    head = json.dumps(_head(data) | changes, sort_keys=True).encode()
    body = len(head).to_bytes(8, "big") + head + data[PREFIX + _head_size(data) :]
    return MAGIC + hashlib.sha256(body).digest() + body
