"""The base of every spec model: frozen, unknown keys refused. No model of the spec itself belongs here."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """A frozen, strict pydantic model whose canonical JSON can be hashed."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    def canonical_json(self) -> str:
        """The model as JSON with sorted keys and no spaces: equal models give equal text.

        ``model_validate_json`` reads it back to an equal model.
        """
        return json.dumps(self.model_dump(mode="json", by_alias=True), sort_keys=True, separators=(",", ":"))

    def sha256(self) -> str:
        """Hex SHA-256 of :meth:`canonical_json`."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()


def or_bare_word(schema: dict[str, Any], word: dict[str, Any]) -> dict[str, Any]:
    """A JSON Schema that takes a mapping as ``schema`` says, or the short form: one word of the kind ``word``."""
    return {"anyOf": [{"type": "string", **word}, schema], "description": schema.get("description", "")}
