"""Python values as YAML that reads back as they were, whatever they hold, and comments that cannot break out.

Belongs here: single values and lines. Does not: what a spec says (``writing.py``).
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import yaml

WIDTH = 118
_PLAIN = re.compile(r"[A-Za-z_/$][A-Za-z0-9_./${}-]*( [A-Za-z0-9_./-]+)*")
_ASCII = re.compile(r"[ -&(-~]+")
"""What single quotes hold as it stands."""
_FLOW_SIGNS = re.compile(r"[{}]")
LONG_KEY = 1_000
"""YAML wants a mark before a key that is longer."""


def scalar(value: Any) -> str:
    """A text, number, boolean, None or date for any place of a document, on one line."""
    if isinstance(value, str):
        if _is_plain(value):
            return value
        return f"'{value}'" if '"' in value and _ASCII.fullmatch(value) else _dumped(value, style='"')
    return value.isoformat() if isinstance(value, date) else _dumped(value)


def flow(value: Any) -> str:
    """A value, list or mapping on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{scalar(key)}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(flow, value)) + "]"
    return scalar(value)


def entry(key: str, value: str, indent: int) -> str:
    """A line ``key: value``, or two where the key is very long."""
    name, margin = scalar(key), " " * indent
    if len(name) > LONG_KEY:
        return f"{margin}? {name}\n{margin}: {value}"
    return f"{margin}{name}: {value}"


def comment(text: str, indent: int) -> str:
    """Lines of comment; what cannot be printed is escaped, so that no sign of a name or value ends the line."""
    safe = "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)
    lead = " " * indent + "# "
    return textwrap.fill(safe, WIDTH, initial_indent=lead, subsequent_indent=lead + "  ", break_on_hyphens=False)


def _is_plain(text: str) -> bool:
    """Whether the text needs no quotes anywhere, also between brackets, and is not read as something else."""
    if not _PLAIN.fullmatch(text) or _FLOW_SIGNS.search(text) or len(text) > LONG_KEY:
        return False
    return yaml.safe_load(text) == text


def _dumped(value: Any, style: str | None = None) -> str:
    text: str = yaml.safe_dump(value, default_style=style, allow_unicode=True, width=float("inf"))
    return text.removesuffix("\n").removesuffix("\n...")
