"""Make the reference of what ``--json`` prints: one JSON Schema a command, and a page about them.

Imported by ``generate.py``, which writes and compares.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from msgspec import inspect as types

from seatrial.cli.documents import DOCUMENTS, FAILURE, Documents
from seatrial.config import schema as settings

PAGE = """\
# JSON

With `--json`, a command prints one JSON document on standard output, and nothing else; `log` prints
one object a line. What people need is on standard error. A command that fails prints
[a failure](#failuredocument), whatever failed, and ends with the [exit code](exit-codes.md) that it
names.

`outcome` says which kind of document it is. `schema` is the version of its layout: it is raised
when a field goes or changes its meaning. New fields may come at any time, so leave alone what you
do not know.

    seatrial plan --json | jq -r .plan.version

| command | what it prints | schema |
|---|---|---|
"""

VALUES = """
Each of them may be [FailureDocument](#failuredocument) instead.

## Values

"""

Schema = dict[str, Any]


def schemas() -> dict[str, str]:
    """Give the JSON Schema of each command: file name → content."""
    return {
        f"{name.replace(' ', '-')}.json": json.dumps(
            _schema(name, documents), indent=2, ensure_ascii=False
        )
        + "\n"
        for name, documents in DOCUMENTS.items()
    }


def configuration() -> str:
    """Give the JSON Schema of ``seatrial.toml``, which is that of ``[tool.seatrial]`` as well."""
    (reference,), definitions = msgspec.json.schema_components(
        (settings.Settings,), ref_template="#/$defs/{name}"
    )
    for title, definition in definitions.items():
        first, meanings = described(definition.get("description", ""))
        definition["description"] = first
        fields = msgspec.structs.fields(getattr(settings, title))
        attributes = {one.encode_name: one.name for one in fields}
        for name, field in definition["properties"].items():
            field["description"] = meanings[attributes[name]]
    whole: Schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The configuration of Seatrial",
        **reference,
        "$defs": dict(sorted(definitions.items())),
    }
    return json.dumps(whole, indent=2, ensure_ascii=False) + "\n"


def page() -> str:
    """Give the page that explains the documents."""
    text = PAGE
    for name, documents in DOCUMENTS.items():
        file = f"{name.replace(' ', '-')}.json"
        kinds = ", ".join(_link(kind.__name__) for kind in documents.kinds)
        text += f"| `{name}` | {documents.said} {kinds} | [{file}](schemas/{file}) |\n"
    every = {kind: None for one in DOCUMENTS.values() for kind in one.kinds}
    _, definitions = _components((*every, FAILURE))
    return text + VALUES + "\n".join(_tables(definitions)).rstrip() + "\n"


def _schema(name: str, documents: Documents) -> Schema:
    references, definitions = _components((*documents.kinds, FAILURE))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"seatrial {name} --json" + (", a line" if documents.form == "lines" else ""),
        "description": documents.said,
        "anyOf": list(references),
        "$defs": definitions,
    }


def _components(kinds: tuple[type, ...]) -> tuple[tuple[Schema, ...], dict[str, Schema]]:
    """Give a reference to each type, and all definitions, each field with its meaning."""
    references, definitions = msgspec.json.schema_components(kinds, ref_template="#/$defs/{name}")
    sparse = {kind.__name__ for kind in _structs(kinds) if kind.__struct_config__.omit_defaults}
    for definition in definitions.values():
        first, meanings = described(definition.get("description", ""))
        definition["description"] = first
        fields = definition.get("properties", {})
        for field, schema in fields.items():
            if field in meanings:
                schema["description"] = meanings[field]
            schema.pop("default", None)
        if fields and definition["title"] not in sparse:
            # Whatever has a default is printed all the same.
            definition["required"] = list(fields)
    return references, dict(sorted(definitions.items()))


def _structs(kinds: Iterable[type]) -> set[type[msgspec.Struct]]:
    """Give the structs that some types are made of, themselves too."""
    found: set[type[msgspec.Struct]] = set()
    pending: list[Any] = list(types.multi_type_info(kinds))
    while pending:
        kind = pending.pop()
        if isinstance(kind, types.StructType):
            if kind.cls not in found:
                found.add(kind.cls)
                pending += [field.type for field in kind.fields]
        elif isinstance(kind, types.UnionType):
            pending += kind.types
        else:
            pending += [
                getattr(kind, name) for name in ("item_type", "value_type") if hasattr(kind, name)
            ]
    return found


def described(docstring: str) -> tuple[str, dict[str, str]]:
    """Cut a docstring into its first paragraph and what it says of each field (Google style)."""
    text = inspect.cleandoc(docstring).replace("``", "`")
    text = re.sub(r":\w+:`~?\.?([^`]+)`", r"`\1`", text)
    said, _, section = text.partition("Attributes:\n")
    meanings: dict[str, str] = {}
    name = ""
    for line in section.splitlines():
        if begun := re.match(r"    (\w+): (.*)", line):
            name = begun[1]
            meanings[name] = begun[2]
        elif line.strip() and name:
            meanings[name] += " " + line.strip()
    return " ".join(said.split("\n\n")[0].split()), meanings


def _tables(definitions: dict[str, Schema]) -> Iterator[str]:
    for name, definition in definitions.items():
        yield f"### {name}\n"
        yield f"{definition['description']}\n"
        if "enum" in definition:
            yield f"{_type(definition)}\n"
            continue
        yield "| field | type | meaning |\n|---|---|---|"
        for field, schema in definition["properties"].items():
            said = schema.get("description", "").replace("|", "\\|")
            yield f"| `{field}` | {_type(schema)} | {said} |"
        yield ""


def _type(schema: Schema) -> str:
    """Say in words what a schema takes."""
    if "$ref" in schema:
        return _link(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(f"`{json.dumps(value)}`" for value in schema["enum"])
    if schema.get("type") == "array":
        items = schema.get("items") or schema.get("prefixItems", [{}])[0]
        return f"array of {_type(items)}"
    if schema.get("type") == "object" and "additionalProperties" in schema:
        return f"object of {_type(schema['additionalProperties'])}"
    kind = schema.get("type", "any value")
    return " or ".join(kind) if isinstance(kind, list) else str(kind)


def _link(name: str) -> str:
    return f"[{name}](#{name.lower()})"
