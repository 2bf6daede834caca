"""GitHub's published description of its REST API (an npm package), as JSON Schemas."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

PACKAGE = "@octokit/openapi@23.0.2"
MEMBER = "package/generated/api.github.com.json"
PLACE = Path(tempfile.gettempdir()) / f"seatrial-tests-{os.getuid()}" / "openapi-23.0.2.json"


@functools.cache
def description() -> Mapping[str, Any]:
    """Give the description; a test that asks for it where it cannot be had is skipped."""
    if not PLACE.exists():
        _fetch()
    described: dict[str, Any] = json.loads(PLACE.read_text("utf-8"))
    return described


def response(path: str, method: str, status: str) -> dict[str, Any]:
    """Give the schema of an answer's body.

    Args:
        path: as the description has it (``/repos/{owner}/{repo}/pulls``).
        method: in lower case.
        status: "200".
    """
    said = description()["paths"][path][method]["responses"][status]
    return _whole(said["content"]["application/json"]["schema"])


def request(path: str, method: str) -> dict[str, Any]:
    """Give the schema of a request's body."""
    said = description()["paths"][path][method]["requestBody"]
    return _whole(said["content"]["application/json"]["schema"])


def _whole(schema: dict[str, Any]) -> dict[str, Any]:
    """Give a JSON Schema that stands for itself.

    The dock gives a part of what GitHub gives, so nothing is required; what it gives must be known
    and of the right type.
    """
    found: dict[str, Any] = _plain(schema)
    schemas = {n: _plain(s) for n, s in description()["components"]["schemas"].items()}
    return found | {"components": {"schemas": schemas}}


def _plain(schema: Any, *, closed: bool = True) -> Any:  # noqa: ANN401 - any JSON
    """Put a schema of OpenAPI 3.0 into the words of JSON Schema: ``nullable`` becomes a type.

    Args:
        schema: all or a part of one.
        closed: whether an object may have what its schema names alone; a part of ``allOf`` may
            have what the other parts name, too.
    """
    if isinstance(schema, list):
        return [_plain(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made = {k: _plain(v) for k, v in schema.items() if k not in {"nullable", "example", "examples"}}
    if isinstance(made.get("required"), list):
        del made["required"]
    if isinstance(schema.get("allOf"), list):
        made["allOf"] = [_plain(_found(part), closed=False) for part in schema["allOf"]]
        made["unevaluatedProperties"] = False
    if closed and isinstance(made.get("properties"), dict) and made.get("type") == "object":
        made.setdefault("additionalProperties", False)
    if schema.get("nullable") is True:
        return {"anyOf": [made, {"type": "null"}]}
    return made


def _found(part: dict[str, Any]) -> dict[str, Any]:
    """Give the schema that a part refers to, if it does."""
    name = str(part.get("$ref", "")).rpartition("/")[2]
    schemas: dict[str, dict[str, Any]] = description()["components"]["schemas"]
    return schemas[name] if name else part


def _fetch() -> None:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("npm, which GitHub's description of its API comes by, is not installed")
    PLACE.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=PLACE.parent) as folder:
        done = subprocess.run(
            [npm, "pack", "--silent", PACKAGE],
            cwd=folder,
            capture_output=True,
            check=False,
            timeout=300,
        )
        packed = next(Path(folder).glob("*.tgz"), None)
        if done.returncode != 0 or packed is None:
            pytest.skip("the npm registry does not give GitHub's description of its API")
        with tarfile.open(packed) as archive:
            member = archive.extractfile(MEMBER)
            assert member is not None
            half = Path(folder) / "whole.json"
            half.write_bytes(member.read())
        half.replace(PLACE)
