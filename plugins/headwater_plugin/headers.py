"""The headers of everything that is served: nothing from elsewhere, nothing guessed, nothing kept.

Belongs here: headers. Does not: who may ask.
"""

from __future__ import annotations

from collections.abc import Mapping

SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "private, no-store"}

_STRICT = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'self'",
}


def policy(changes: Mapping[str, str]) -> str:
    """A Content-Security-Policy: the strict one, with some of its rules replaced."""
    return "; ".join(f"{name} {sources}" for name, sources in {**_STRICT, **changes}.items())


PAGE = {**SAFE, "Content-Security-Policy": policy({"style-src": "'self' 'unsafe-inline'"})}
"""Of a validation's page. Scripts come from our own files only; Vega sets styles while it draws."""

_INERT = policy({"script-src": "'none'"})

DOWNLOAD = {**SAFE, "Content-Security-Policy": f"{_INERT}; sandbox"}
"""Of a file to be kept: if a browser shows it after all, it does nothing."""

FORMS = {**SAFE, "Content-Security-Policy": policy({"style-src": "'self' 'unsafe-inline'", "form-action": "'self'"})}
"""Of a page with a form that asks this server. Nothing is written by it: writing goes through Airflow."""
