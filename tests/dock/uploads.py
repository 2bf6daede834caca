"""Uploads as twine makes them, piece by piece, so that each piece can be wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

import httpx

from tests.support.docks import TOKEN

LONG = 60.0
"""Seconds that an answer may take: a machine may be busy with other tests."""


def fields(file: Path, **changes: str | None) -> dict[str, str]:
    """Give the form's fields for a file of the project demo; ``None`` leaves a field out."""
    wheel = file.name.endswith(".whl")
    form: dict[str, str | None] = {
        ":action": "file_upload",
        "protocol_version": "1",
        "metadata_version": "2.1",
        "name": "demo",
        "version": "1.0",
        "filetype": "bdist_wheel" if wheel else "sdist",
        "pyversion": "py3" if wheel else "source",
        "sha256_digest": hashlib.sha256(file.read_bytes()).hexdigest(),
        "requires_python": ">=3.8",
    }
    form |= {"action" if key == "action_" else key: value for key, value in changes.items()}
    return {key: value for key, value in form.items() if value is not None}


def upload(
    url: str,
    file: Path,
    form: Mapping[str, str] | None = None,
    *,
    headers: Mapping[str, str] | None = None,
    auth: tuple[str, str] | None = ("__token__", TOKEN),
) -> httpx.Response:
    """Upload a file and give the answer."""
    return httpx.post(
        url,
        data=dict(form or fields(file)),
        files={"content": (file.name, file.read_bytes(), "application/octet-stream")},
        headers=dict(headers or {}),
        auth=auth,
        timeout=LONG,
    )
