"""Keys and passwords drawn at random, as Airflow and Postgres want them. Where they are kept stands elsewhere."""

from __future__ import annotations

import base64
import secrets


def password() -> str:
    """32 random bytes in URL-safe base64: for databases, users and sessions."""
    return secrets.token_urlsafe(32)


def signing_key() -> str:
    """64 random bytes: Airflow's tokens are signed by HMAC with SHA-512, whose key ought to have so many (RFC 7518)."""
    return secrets.token_urlsafe(64)


def fernet_key() -> str:
    """A key for Fernet: 32 random bytes in padded URL-safe base64."""
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()
