"""The JSON Schema of a line of a results file, made from the records.

    python -m gpubench.results.schema > bench/gpubench/results/schema.json

writes the file that ships beside this, after a record has changed.
"""

from __future__ import annotations

import importlib.resources
import inspect
import json
import sys
from typing import Any, get_args

import msgspec

from gpubench.results.records import SCHEMA, Line, Record, Series

FILE_NAME = "schema.json"
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_CHECKSUM = {
    "type": "string",
    "pattern": "^[0-9a-f]{16}$",
    "description": (
        "The last member. The first 16 hexadecimal digits of the SHA-256 of all bytes before the comma in front of "
        "it, with a closing brace."
    ),
}


def schema() -> dict[str, Any]:
    """Of one line: an object that is one of the records, with its checksum."""
    (line,), records = msgspec.json.schema_components([Line])
    for kind in (*get_args(Line), Series):
        made = records[kind.__name__]
        made["description"] = inspect.cleandoc(kind.__doc__ or "")
        if issubclass(kind, Record):
            made["properties"]["schema"] = {"const": SCHEMA}
            made["properties"]["checksum"] = _CHECKSUM
            made["required"] = sorted({*made["required"], "schema", "checksum"})
    return {
        "$schema": _DIALECT,
        "title": f"A line of a results file of gpubench, schema {SCHEMA}",
        "description": "Times in seconds, sizes in bytes; what is missing is null. docs/results-file.md explains it.",
        "anyOf": line["anyOf"],
        "$defs": records,
    }


def shipped() -> dict[str, Any]:
    """The one that lies beside this file."""
    text = importlib.resources.files("gpubench.results").joinpath(FILE_NAME).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(schema(), indent=1, ensure_ascii=False) + "\n")
