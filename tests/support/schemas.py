"""What ``--json`` prints, held against the schemas of the documentation."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]

SCHEMAS = Path(__file__).parents[2] / "docs" / "reference" / "schemas"


def fitting(command: str, printed: str, *, kind: str) -> Any:  # noqa: ANN401 -- any document
    """Give the one document that a command printed, if it is one of that kind.

    The whole output has to be the document: anything else beside it is no JSON.

    Args:
        command: the command's words ("config show").
        printed: all it wrote on standard output.
        kind: the name of the value that the documentation gives it.
    """
    schema = json.loads((SCHEMAS / f"{command.replace(' ', '-')}.json").read_text("utf-8"))
    document = json.loads(printed)
    reference = {"$ref": f"#/$defs/{kind}"}
    assert reference in schema["anyOf"]
    jsonschema.validate(document, schema | {"anyOf": [reference]})
    return document
