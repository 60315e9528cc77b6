"""The store: whole files or none, hashes that are checked, keys that cannot leave the folder."""

from __future__ import annotations

import hashlib
import os
from datetime import timedelta
from pathlib import Path

import fsspec
import pytest

from headwater.store import Artifact, ArtifactError, Store
from headwater.store.local import LocalFolder


@pytest.fixture(params=["local", "memory"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "local":
        return Store((tmp_path / "store").as_uri())
    memory = fsspec.filesystem("memory")
    if memory.exists("/headwater-tests"):
        memory.rm("/headwater-tests", recursive=True)
    return Store("memory://headwater-tests")


def test_bytes_come_back_with_hash_and_size(store: Store) -> None:
    artifact = store.write_bytes("adult/model.bin", b"tree")
    assert artifact == Artifact("adult/model.bin", hashlib.sha256(b"tree").hexdigest(), 4)
    assert store.read_bytes("adult/model.bin") == b"tree"
    assert store.read_bytes("adult/model.bin", sha256=artifact.sha256) == b"tree"


def test_writing_again_replaces(store: Store) -> None:
    store.write_bytes("a/b", b"old and long")
    store.write_bytes("a/b", b"new")
    assert store.read_bytes("a/b") == b"new"
    assert store.list("a") == ["a/b"]


def test_an_altered_file_is_refused_by_key_and_cure(store: Store) -> None:
    artifact = store.write_bytes("adult/model.bin", b"tree")
    store.write_bytes("adult/model.bin", b"tre3")
    with pytest.raises(ArtifactError, match=r"'adult/model.bin' was altered.*Cure"):
        store.read_bytes("adult/model.bin", sha256=artifact.sha256)


def test_a_missing_artifact_is_an_artifact_error(store: Store) -> None:
    with pytest.raises(ArtifactError, match=r"no artifact 'adult/none.bin'.*Cure"):
        store.read_bytes("adult/none.bin")
    with pytest.raises(ArtifactError, match="no artifact"):
        store.read_table("adult/none.parquet")
    store.write_bytes("adult/file", b"")
    with pytest.raises(ArtifactError, match="no artifact"):
        store.read_bytes("adult/file/below")
    with pytest.raises(ArtifactError, match="no artifact"):
        store.read_bytes("adult")


@pytest.mark.parametrize(
    "key",
    [
        "",
        "/etc/passwd",
        "a/../../b",
        "..",
        ".",
        "a//b",
        "a/",
        "a\\b",
        "a\x00b",
        "a\nb",
        "file:///a",
        ".staging/x",
        "\ud800",
        "x" * 256,
    ],
)
def test_what_is_no_key_is_refused_by_every_method(store: Store, key: str) -> None:
    for method in (store.read_bytes, store.exists, store.read_table, store.parquet_metadata, store.url_of):
        with pytest.raises(ArtifactError, match="no key"):
            method(key)
    with pytest.raises(ArtifactError, match="no key"):
        store.write_bytes(key, b"")
    if key != "a/":
        with pytest.raises(ArtifactError, match="no key"):
            store.delete(key)
    with pytest.raises(ArtifactError, match="no key"):
        store.publish("a", key + "//x")


def test_odd_but_honest_keys_work(store: Store) -> None:
    for key in ("a b/ü'\"%[1]*?.bin", "x=1/y", "a/.hidden"):
        store.write_bytes(key, key.encode())
        assert store.exists(key)
        assert store.read_bytes(key) == key.encode()
    assert store.list() == sorted(["a b/ü'\"%[1]*?.bin", "x=1/y", "a/.hidden"])


def test_exists_means_a_file_not_a_folder(store: Store) -> None:
    store.write_bytes("a/b/c", b"1")
    assert store.exists("a/b/c")
    assert not store.exists("a/b")
    assert not store.exists("a/b/c/d")


def test_list_is_sorted_and_by_folder_not_by_text(store: Store) -> None:
    for key in ("work/2/x", "work/1/y", "work-old/z", "work/1/a/b"):
        store.write_bytes(key, b"")
    assert store.list("work") == ["work/1/a/b", "work/1/y", "work/2/x"]
    assert store.list("work/") == store.list("work")
    assert store.list("nowhere") == []
    assert store.list("work/1/y") == ["work/1/y"]


def test_delete_takes_files_and_folders_and_may_be_repeated(store: Store) -> None:
    for key in ("a/1", "a/b/2", "ab/3"):
        store.write_bytes(key, b"")
    store.delete("a/1")
    store.delete("a")
    store.delete("a")
    store.delete("ab/3/none")
    assert store.list() == ["ab/3"]


def folder(store: Store, prefix: str, manifest: bytes | None, *parts: str) -> None:
    for part in parts:
        store.write_bytes(f"{prefix}/{part}", part.encode() + (manifest or b""))
    if manifest is not None:
        store.write_bytes(f"{prefix}/manifest.json", manifest)


def test_publish_moves_a_finished_folder(store: Store) -> None:
    folder(store, "t/work/1", b"{}", "part-0", "sub/part-1")
    store.publish("t/work/1", "t/batches/2026-01-01/1")
    base = "t/batches/2026-01-01/1"
    assert store.list() == [f"{base}/manifest.json", f"{base}/part-0", f"{base}/sub/part-1"]
    assert store.read_bytes(f"{base}/part-0") == b"part-0{}"
    store.publish("t/work/1", base)
    assert len(store.list()) == 3


def test_publish_replaces_the_former_folder_and_leaves_no_stale_file(store: Store) -> None:
    folder(store, "public", b"old", "part-0", "part-1")
    folder(store, "work", b"new", "part-0")
    store.publish("work", "public")
    assert store.list() == ["public/manifest.json", "public/part-0"]
    assert store.read_bytes("public/part-0") == b"part-0new"


def test_publish_refuses_what_is_not_finished(store: Store) -> None:
    folder(store, "work", None, "part-0")
    with pytest.raises(ArtifactError, match=r"'work' is not finished.*manifest.json.*Cure"):
        store.publish("work", "public")
    assert store.list() == ["work/part-0"]
    with pytest.raises(ArtifactError, match="not finished"):
        store.publish("nothing", "public")
    folder(store, "public", b"{}", "part-0")
    with pytest.raises(ArtifactError, match="not finished"):
        store.publish("work", "public")


@pytest.mark.parametrize(("source", "target"), [("a", "a"), ("a", "a/b"), ("a/b", "a")])
def test_publish_refuses_folders_within_each_other(store: Store, source: str, target: str) -> None:
    folder(store, source, b"{}", "part-0")
    with pytest.raises(ArtifactError, match="within the other"):
        store.publish(source, target)
    assert store.exists(f"{source}/manifest.json")


def test_publish_cut_short_while_deleting_is_finished_by_the_next_run(store: Store) -> None:
    folder(store, "public", b"{}", "part-0", "part-1")
    folder(store, "work", b"{}", "part-1")
    store.publish("work", "public")
    assert store.list() == ["public/manifest.json", "public/part-0", "public/part-1"]


def test_publish_in_an_object_store_shows_the_manifest_last(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = fsspec.filesystem("memory")
    if memory.exists("/headwater-publish"):
        memory.rm("/headwater-publish", recursive=True)
    store = Store("memory://headwater-publish")
    folder(store, "work", b"{}", "part-0", "z-part")
    order: list[tuple[str, str]] = []
    copy, remove = type(memory).cp_file, type(memory).rm_file

    def copied(self: object, a: str, b: str, **options: object) -> None:
        order.append(("copy", b.rsplit("/", 1)[1]))
        copy(self, a, b, **options)

    def removed(self: object, path: str) -> None:
        order.append(("remove", path.rsplit("/", 1)[1]))
        remove(self, path)

    monkeypatch.setattr(type(memory), "cp_file", copied)
    monkeypatch.setattr(type(memory), "rm_file", removed)
    store.publish("work", "public")
    names = ["part-0", "z-part", "manifest.json"]
    assert order == [("copy", name) for name in names] + [("remove", name) for name in names]
    order.clear()
    store.delete("public")
    assert order[0] == ("remove", "manifest.json")


def test_a_write_cut_short_leaves_nothing_visible_and_is_swept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = Store(tmp_path.as_uri())
    store.write_bytes("a", b"old")

    def killed(self: LocalFolder, unfinished: Path, key: str) -> None:
        # What a kill leaves: the unfinished file stays, because nothing cleans up.
        os.link(unfinished, unfinished.with_name(f"left-behind-{key}"))
        raise KeyboardInterrupt

    monkeypatch.setattr(LocalFolder, "install", killed)
    with pytest.raises(KeyboardInterrupt):
        store.write_bytes("a", b"new")
    with pytest.raises(KeyboardInterrupt):
        store.write_bytes("b", b"new")
    monkeypatch.undo()
    assert store.read_bytes("a") == b"old"
    assert store.list() == ["a"]
    assert not store.exists("b")
    assert store.sweep(timedelta(hours=1)) == 0
    assert store.sweep(timedelta(seconds=-60)) == 2
    assert list((tmp_path / ".staging").iterdir()) == []


def test_a_key_that_crosses_a_file_or_folder_is_explained(tmp_path: Path) -> None:
    store = Store(tmp_path.as_uri())
    store.write_bytes("a/b", b"")
    for key in ("a", "a/b/c"):
        with pytest.raises(ArtifactError, match=r"crosses a file or folder.*Cure"):
            store.write_bytes(key, b"")
    assert store.list() == ["a/b"]


def test_an_unknown_protocol_is_explained() -> None:
    with pytest.raises(ArtifactError, match="protocol 'gopher'"):
        Store("gopher://hole/x")


def test_a_folder_with_spaces_is_the_same_by_path_and_by_url(tmp_path: Path) -> None:
    folder = tmp_path / "my store ü"
    Store(folder.as_uri()).write_bytes("a", b"1")
    assert (folder / "a").read_bytes() == b"1"
    assert Store(str(folder)).list() == ["a"]


def test_url_of_is_the_full_place(tmp_path: Path) -> None:
    store = Store(tmp_path.as_uri() + "/")
    assert store.url_of("a/b.html") == f"{tmp_path.as_uri()}/a/b.html"
