"""Model files of the copula: what is in them, and what of an altered one is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from generator_tables import mixed

from headwater.generators.copula.generator import GaussianCopula
from headwater.generators.copula.storing import KIND, VERSION
from headwater.generators.errors import ModelFileError
from headwater.generators.model_file import pack, unpack

Parts = tuple[dict[str, Any], dict[str, np.ndarray]]


@pytest.fixture(scope="module")
def parts() -> Parts:
    return unpack(GaussianCopula().fit(*mixed(80), seed=1).save(), KIND, VERSION)


def test_a_compiled_model_is_stored_without_pickle(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    meta, arrays = parts
    assert "pickle" not in arrays
    assert "sdv" not in meta
    monkeypatch.setattr("pickle.loads", None)
    member = GaussianCopula.load(pack(KIND, VERSION, meta, arrays))
    assert member.compiled
    assert member.fallback_reason is None
    assert len(member.sample(10, 1)) == 10


def test_saving_what_was_loaded_gives_the_same_bytes(parts: Parts) -> None:
    data = pack(KIND, VERSION, *parts)
    assert GaussianCopula.load(data).save() == data


@pytest.mark.parametrize("version", [1, 2])
def test_earlier_versions_are_refused(parts: Parts, version: int) -> None:
    with pytest.raises(ModelFileError, match=rf"version {version}, older than 3.*retrain"):
        GaussianCopula.load(pack(KIND, version, *parts))


def test_sdvs_sampler_is_stored_as_its_pickle() -> None:
    member = GaussianCopula(fast=False).fit(*mixed(80), seed=1)
    meta, arrays = unpack(member.save(), KIND, VERSION)
    assert set(arrays) == {"pickle"}
    again = GaussianCopula.load(pack(KIND, VERSION, meta, arrays))
    assert (again.compiled, again.fallback_reason) == (False, "the setting fast is false")
    pd.testing.assert_frame_equal(again.sample(40, 2), member.sample(40, 2))
    with pytest.raises(ModelFileError, match=r"made by SDV 1\.0\.0, here is SDV .*retrain"):
        GaussianCopula.load(pack(KIND, VERSION, meta | {"sdv": "1.0.0"}, arrays))


def _without(name: str) -> Any:
    return lambda arrays: {key: array for key, array in arrays.items() if key != name}


def _with(name: str, change: Any) -> Any:
    return lambda arrays: arrays | {name: change(arrays[name])}


@pytest.mark.parametrize(
    "damage",
    [
        _without("correlation"),
        _without("c8.cuts"),
        _without("c4.scaled"),
        _with("correlation", lambda a: a[:-1]),
        _with("correlation", lambda a: a.astype(np.float32)),
        _with("correlation", lambda a: a * np.nan),
        _with("correlation", lambda a: -a),
        _with("correlation", lambda a: a + np.triu(np.ones_like(a), 1)),
        _with("c8.values", lambda a: a + 40),
        _with("c8.values", lambda a: a - 3),
        _with("c8.values", lambda a: a.astype(np.int64)),
        _with("c8.values", lambda a: a[:0]),
        _with("missing.values", lambda a: a + 1),
        _with("c8.cuts", lambda a: a[:-1]),
        _with("c8.cuts", lambda a: a[::-1]),
        _with("c8.cuts", lambda a: a * np.nan),
        _with("c5.scaled", lambda a: a[:-1]),
        _with("c5.scaled", lambda a: a[::-1]),
        _with("c5.scaled", lambda a: a * np.inf),
        lambda arrays: arrays | {"c99.scaled": arrays["c5.scaled"]},
    ],
)
def test_arrays_that_do_not_fit_are_refused(parts: Parts, damage: Any) -> None:
    meta, arrays = parts
    with pytest.raises(ModelFileError, match="do not fit together; retrain"):
        GaussianCopula.load(pack(KIND, VERSION, meta, damage(arrays)))


def _patterns(**changes: Any) -> Any:
    return lambda meta: meta | {"bridge": meta["bridge"] | {"patterns": meta["bridge"]["patterns"] | changes}}


@pytest.mark.parametrize(
    "change",
    [
        lambda meta: {key: one for key, one in meta.items() if key != "bridge"},
        lambda meta: {key: one for key, one in meta.items() if key != "settings"},
        lambda meta: meta | {"settings": 3},
        lambda meta: meta | {"bridge": []},
        lambda meta: meta | {"bridge": meta["bridge"] | {"patterns": None}},
        _patterns(positions=[0, 4, 7, 9]),
        _patterns(positions=[]),
        _patterns(marks=[]),
        _patterns(marks=["0101", "01"]),
        _patterns(marks=["012x"]),
        _patterns(marks=3),
        _patterns(leader=4),
        _patterns(leader=99),
        _patterns(leader=None),
        _patterns(leads=[77]),
        _patterns(no_such=1),
        lambda meta: meta | {"bridge": meta["bridge"] | {"codecs": meta["bridge"]["codecs"][1:]}},
        lambda meta: meta | {"bridge": meta["bridge"] | {"constants": [[99, 1]]}},
        lambda meta: meta | {"settings": {"no such": 1}},
        lambda meta: meta | {"settings": {"default_distribution": "cauchy"}},
    ],
)
def test_a_head_that_does_not_fit_is_refused(parts: Parts, change: Any) -> None:
    meta, arrays = parts
    with pytest.raises(ModelFileError, match="do not fit together; retrain"):
        GaussianCopula.load(pack(KIND, VERSION, change(meta), arrays))
