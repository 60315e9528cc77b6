"""``python -m headwater.local.compose_secrets``: the service ``secrets`` of docker-compose.yaml; nothing else uses it.

Writes one file a secret into the folder that the services share, before any of them starts, and ends. A secret that is
given (by a variable, or a file of the same name in deploy/secrets/) is taken; one that is there already is kept; any
other is drawn at random.
"""

from __future__ import annotations

import base64
import binascii
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import quote

import typer

from headwater.given import given
from headwater.local.drawn_keys import fernet_key, password, signing_key
from headwater.local.private_files import write_private

FOLDER, GIVEN = "HEADWATER_SECRETS_FOLDER", "HEADWATER_GIVEN_SECRETS"
MODE = 0o640
"""The services run as different accounts of one group; nobody else reads these files."""


DRAWN: dict[str, tuple[str, Callable[[], str]]] = {
    "postgres_password": ("POSTGRES_PASSWORD", password),
    "redis_password": ("REDIS_PASSWORD", password),
    "admin_password": ("AIRFLOW_ADMIN_PASSWORD", password),
    "fernet_key": ("AIRFLOW_FERNET_KEY", fernet_key),
    "api_secret_key": ("AIRFLOW_API_SECRET_KEY", password),
    "jwt_secret": ("AIRFLOW_JWT_SECRET", signing_key),
}
"""By file: the variable that gives it, and how it is drawn where none does."""


def main() -> None:
    """Write all files. Exit code 0 only if every service finds what it needs."""
    try:
        folder = Path(given(FOLDER))
        if not given(FOLDER):
            raise RuntimeError(f"{FOLDER} is not set. Cure: see docker-compose.yaml")
        told = write_secrets(folder)
    except (RuntimeError, OSError) as error:
        typer.echo(f"Error: {error}", err=True)
        raise SystemExit(1) from error
    for name, how in told.items():
        typer.echo(f"{name}: {how}")


def write_secrets(folder: Path) -> dict[str, str]:
    """Write the files into ``folder``; by secret "given", "kept" or "drawn", never its value.

    Raises:
        RuntimeError: a given secret is none. OSError: the folder cannot be written to.
    """
    found: dict[str, str] = {}
    told: dict[str, str] = {}
    for name, (variable, draw) in DRAWN.items():
        asked, there = _asked(name, variable), _text(folder / name)
        found[name] = asked or there or draw()
        told[name] = "given" if asked else "kept" if there else "drawn"
    _check_fernet_key(found["fernet_key"])
    for name, text in {**found, **urls(found)}.items():
        file = folder / name
        if _text(file) != text:
            write_private(file, text, MODE)
    return told


def urls(found: Mapping[str, str]) -> dict[str, str]:
    """Where the services find Postgres and Redis, by file; passwords may hold any character."""
    postgres = f"headwater:{quote(found['postgres_password'], safe='')}@postgres:5432"
    return {
        "airflow_url": f"postgresql+psycopg2://{postgres}/airflow",
        "airflow_async_url": f"postgresql+asyncpg://{postgres}/airflow",
        "celery_result_url": f"db+postgresql+psycopg2://{postgres}/airflow",
        "celery_broker_url": f"redis://:{quote(found['redis_password'], safe='')}@redis:6379/0",
        "ledger_url": f"postgresql+psycopg://{postgres}/headwater",
        "source_url": _asked("source_url", "HEADWATER_SOURCE_URL") or f"postgresql://{postgres}/headwater",
    }


def _asked(name: str, variable: str) -> str:
    return given(variable) or _text(Path(given(GIVEN) or os.devnull) / name)


def _text(file: Path) -> str:
    return file.read_text().strip() if file.is_file() else ""


def _check_fernet_key(text: str) -> None:
    try:
        is_key = len(base64.urlsafe_b64decode(text)) == 32
    except (binascii.Error, ValueError):
        is_key = False
    if not is_key:
        raise RuntimeError(
            "AIRFLOW_FERNET_KEY is no Fernet key (32 bytes in url-safe base64). Cure: leave it empty, and one is drawn"
        )


if __name__ == "__main__":
    os.umask(0o027)
    main()
