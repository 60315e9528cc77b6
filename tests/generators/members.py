"""Every built-in member, with the settings that keep its fit short in tests. A new member adds its line here."""

from __future__ import annotations

from typing import Any

MEMBERS: dict[str, dict[str, Any]] = {
    "trees": {},
    "gaussian_copula": {},
}
"""Kind to settings, in the order in which tests run them."""
