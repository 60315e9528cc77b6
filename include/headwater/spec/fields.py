"""Which keys are known at a place of the spec: for "did you mean", and the JSON Schema for editors."""

from __future__ import annotations

from typing import Any

from headwater.spec.dataset import DatasetSpec


def json_schema() -> dict[str, Any]:
    """The spec's JSON Schema (draft 2020-12), as exported to ``docs/dataset.schema.json``."""
    schema = DatasetSpec.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def field_names(location: tuple[str | int, ...]) -> list[str]:
    """The keys known at ``location`` (a path of keys and indices from the top of the file)."""
    root = DatasetSpec.model_json_schema()
    here = [root]
    for step in location:
        here = [child for node in here for child in _children(root, node, step)]
    return sorted({name for node in here for name in node.get("properties", {})})


def _children(root: dict[str, Any], node: dict[str, Any], step: str | int) -> list[dict[str, Any]]:
    if isinstance(step, int):
        found = node.get("items")
    else:
        found = node.get("properties", {}).get(step)
        if found is None and isinstance(node.get("additionalProperties"), dict):
            found = node["additionalProperties"]
    return [] if found is None else list(_resolve(root, found))


def _resolve(root: dict[str, Any], node: dict[str, Any]) -> list[dict[str, Any]]:
    """A schema node with references and unions opened."""
    if "$ref" in node:
        return _resolve(root, root["$defs"][node["$ref"].rsplit("/", 1)[-1]])
    options = node.get("oneOf") or node.get("anyOf")
    return [found for option in options for found in _resolve(root, option)] if options else [node]
