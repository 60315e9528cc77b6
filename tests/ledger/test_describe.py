"""The page of the data model is what the models say."""

from __future__ import annotations

from pathlib import Path

from headwater.ledger.describe import describe
from headwater.ledger.models.registry import METADATA

PAGE = Path(__file__).parents[2] / "docs" / "data_model.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == describe(), (
        "run: python -m headwater.ledger.describe > docs/data_model.md"
    )


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
