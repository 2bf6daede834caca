"""An index over HTTP on a talking server, made small."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from seatrial.secret import Secret
from seatrial.world.credentials import Credential
from seatrial.world.http import Http
from seatrial.world.index import HttpIndex
from seatrial.world.ports import StoredFile
from tests.support.talker import Say, Talker

JSON = {"Content-Type": "application/vnd.pypi.simple.v1+json"}
HTML = {"Content-Type": "text/html; charset=UTF-8"}
TOKEN = "pypi-hunter2"
PAGE = Say(200, b'{"meta": {"api-version": "1.4"}, "name": "demo", "files": []}', JSON)


def login() -> Credential:
    """Give a credential that needs no looking up."""
    return Credential(username="__token__", password=Secret(TOKEN), origin="the test")


def index_at(
    talker: Talker, credential: Callable[[], Credential] = login, *, name: str = "corp"
) -> HttpIndex:
    """Give an index whose two addresses lie on one talking server."""
    http = Http(environ={}, wait=lambda _: None, attempts=2)
    return HttpIndex(name, f"{talker.url}/legacy/", f"{talker.url}/simple", credential, http)


def stored(path: Path) -> StoredFile:
    """Give a file as the store would."""
    data = path.read_bytes()
    digest = hashlib.sha256(data).hexdigest()
    return StoredFile(name=path.name, sha256=digest, size=len(data), path=path)
