"""Long names break where a reader would break them, whatever stands in them."""

from __future__ import annotations

import pytest

from headwater_plugin.rendering import breakable


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("headwater_source:source.ad", "headwater_<wbr>source:<wbr>source.<wbr>ad"),
        ("scheduled__2026-11-26", "scheduled__<wbr>2026-<wbr>11-<wbr>26"),
        ("file:///x", "file:///<wbr>x"),
        ("...", "..."),
        ("", ""),
        ("<script>病院</script>.b", "&lt;script&gt;病院&lt;/<wbr>script&gt;.<wbr>b"),
    ],
)
def test_a_name_breaks_behind_its_separators(name: str, shown: str) -> None:
    assert str(breakable(name)) == shown
