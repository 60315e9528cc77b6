"""Ports on 127.0.0.1: is one free, and which one is. Who listens on it is no business of this file."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

LOOPBACK = "127.0.0.1"


def is_free(port: int) -> bool:
    """Say whether a server could listen on ``port`` (1-65535) of 127.0.0.1 right now."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        # Servers set this as well; without it a port that was used a second ago looks taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def any_free() -> int:
    """Return a port that the system says is free."""
    with contextlib.closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def choose(wanted: int) -> int:
    """Return ``wanted`` if it is free, else another port that is; 0 means: any."""
    return wanted if wanted and is_free(wanted) else any_free()


def remembered(file: Path) -> int | None:
    """Return the port written in ``file``, or None where there is none (or no number in it)."""
    try:
        port = int(file.read_text())
    except (FileNotFoundError, ValueError):
        return None
    return port if 0 < port < 65536 else None
