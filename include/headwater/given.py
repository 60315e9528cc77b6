"""A setting from the environment: the variable NAME, or the file that the variable NAME_FILE names.

Belongs here: that rule, which every package may use. Does not: names of settings, or what they mean.
"""

from __future__ import annotations

import os
from pathlib import Path


def given(name: str) -> str:
    """The setting's text without white space around it; empty where it is not given.

    Raises:
        RuntimeError: NAME_FILE names a file that cannot be read.
    """
    value = os.environ.get(name, "").strip()
    place = os.environ.get(f"{name}_FILE", "")
    if value or not place:
        return value
    try:
        return Path(place).read_text().strip()
    except OSError as error:
        raise RuntimeError(
            f"{name}_FILE names {place!r}, which cannot be read: {error.strerror}. "
            f"Cure: let this account read it, or set {name}"
        ) from error


def required(name: str) -> str:
    """The setting's text. Raises: RuntimeError, it is not given, or its file cannot be read."""
    value = given(name)
    if not value:
        raise RuntimeError(f"{name} is not set. Cure: set it, or let {name}_FILE name a file that holds it")
    return value
