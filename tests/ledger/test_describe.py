"""The page of the data model has every table and column, in the order of the data."""

from __future__ import annotations

from headwater.ledger.describe import describe
from headwater.ledger.models.registry import METADATA


def test_every_table_and_column_is_on_the_page() -> None:
    page = describe()
    for table in METADATA.tables.values():
        assert f"## `{table.name}`" in page
        assert table.comment
        assert table.comment in page
        for column in table.columns:
            assert f"| `{column.name}`" in page


def test_the_order_is_that_of_the_data() -> None:
    page = describe()
    names = ["datasets", "snapshots", "generators", "batches", "validations", "lineage_edges"]
    places = [page.index(f"## `{name}`") for name in names]
    assert places == sorted(places)
