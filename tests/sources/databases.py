"""Specs that read a database, a table of people in it, and how to expect an error. No test lives here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from tests.sources import hostile

from headwater.sources.conform import conform_source
from headwater.sources.errors import SourceError
from headwater.sources.read import read_source
from headwater.spec import DatasetSpec

TABLE = {"kind": "table", "connection": "source", "table": "people"}


def query(text: str, columns: dict[str, Any]) -> DatasetSpec:
    return hostile.spec_of(columns, source={"kind": "query", "connection": "source", "query": text})


def table(columns: dict[str, Any], **source: Any) -> DatasetSpec:
    return hostile.spec_of(columns, source={**TABLE, **source})


def always(url: str) -> Callable[[str], str]:
    """A connect that knows one connection id."""
    return {"source": url}.__getitem__


def refused(spec: DatasetSpec, url: str) -> SourceError:
    with pytest.raises(SourceError) as caught:
        conform_source(read_source(spec, always(url)), spec)
    password = sa.make_url(url).password
    assert not password or str(password) not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
    assert "'hostile'" in str(caught.value)
    assert "Cure:" in str(caught.value)
    return caught.value


def people(engine: sa.Engine, rows: int = 120) -> None:
    with engine.begin() as connection:
        connection.execute(sa.text("create table people (id int primary key, height numeric(5,2), grp text)"))
        fill = "insert into people select i, i + 0.25, chr(97 + i % 3) from generate_series(1, :n) i"
        connection.execute(sa.text(fill), {"n": rows})


PEOPLE = {"id": "id", "height": "numerical", "grp": "categorical"}
