"""Files that only their owner may read: passwords and keys, made once and kept. Their use stands elsewhere."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from headwater.local.drawn_keys import password


def write_private(file: Path, text: str, mode: int = 0o600) -> None:
    """Write ``text`` to ``file`` so that it is whole or absent, and at no moment open to others than ``mode`` says."""
    unfinished = file.with_name(f".{file.name}.{os.getpid()}")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w") as stream:
        stream.write(text)
    unfinished.replace(file)


def kept_secret(file: Path, make: Callable[[], str] = password) -> str:
    """Return the text of ``file``; where it is missing or empty, make one and keep it there."""
    try:
        text = file.read_text().strip()
    except FileNotFoundError:
        text = ""
    if not text:
        text = make()
        write_private(file, text + "\n")
    return text
