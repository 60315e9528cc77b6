"""``python -m headwater.spec`` prints the spec's JSON Schema; the Makefile writes it to docs/dataset.schema.json."""

from __future__ import annotations

import json
import sys

from headwater.spec.fields import json_schema


def schema_text() -> str:
    """The JSON Schema as indented JSON with a newline at its end."""
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.stdout.write(schema_text())
