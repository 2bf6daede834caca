"""Downloads that go on where they broke off (RFC 9110, section 14)."""

from __future__ import annotations

import contextlib
import http as codes
import re
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import msgspec
import urllib3

from seatrial.errors import Unreachable
from seatrial.storage import storage_faults
from seatrial.world.exchange import LIMIT, Answer, Request, shown
from seatrial.world.http import Http, body_of, pieces

_RANGE = re.compile(r"bytes (\d+)-\d*/(?:\d+|\*)")


Told: TypeAlias = Callable[[int], None]
"""Told how many bytes of a file are here."""


def untold(count: int) -> None:
    """Tell nobody."""


def counting(tell: Callable[[str], None], name: str, size: int) -> Told:
    """Give what tells a person how far a file has come, as often as the number that is shown moves.

    Args:
        tell: told a few words.
        name: of the file.
        size: its bytes; 0 where nobody knows them.
    """
    last = ""

    def told(count: int) -> None:
        nonlocal last
        of = f" of {size / 1e6:.1f}" if size else ""
        now = f"fetching {name}: {count / 1e6:.1f}{of} MB"
        if now != last:
            last = now
            tell(now)

    return told


def download_on(http: Http, request: Request, to: Path, told: Told = untold) -> Answer:
    """Write what a read answers to a file, and go on with what an earlier try left of it.

    What is left of a try that failed lies beside the file (``NAME.part``).  Whether the bytes of
    two tries belong together is for the caller to say, by a digest.

    Args:
        http: the client.
        request: a GET; its ``limit`` bounds the file.
        to: where to; replaced when it is there.
        told: told how far it has come.

    Returns:
        The last answer; where it is no success, no file was written.

    Raises:
        Unreachable: it broke off again and again, without a byte in between.
        StorageFault: the file cannot be written.
    """
    part = _Part(to.with_name(f"{to.name}.part"), told)
    while True:
        before = part.size()
        try:
            answer = http.receive(request, part.take, part.going_on)
        except Unreachable:
            # As long as more of it comes each time, it will come whole.
            if part.size() > before:
                continue
            raise
        if answer.status == codes.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and before:
            part.discard()
            continue
        if answer.status in {codes.HTTPStatus.OK, codes.HTTPStatus.PARTIAL_CONTENT}:
            part.becomes(to)
        return answer


class _Part:
    """What has come so far."""

    def __init__(self, path: Path, told: Told) -> None:
        self._path = path
        self._told = told

    def size(self) -> int:
        """Give its bytes."""
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    def going_on(self, request: Request) -> Request:
        """Ask for the rest; bytes are counted as they lie there, so none are compressed."""
        headers = {**request.headers, "Accept-Encoding": "identity"}
        if size := self.size():
            headers["Range"] = f"bytes={size}-"
        return msgspec.structs.replace(request, headers=headers)

    def take(self, response: urllib3.BaseHTTPResponse, request: Request) -> bytes:
        """Write an answer to its place."""
        if response.status == codes.HTTPStatus.PARTIAL_CONTENT:
            found = _RANGE.match(response.headers.get("Content-Range", ""))
            start = int(found[1]) if found else -1
            if not 0 <= start <= self.size():
                raise Unreachable(shown(request.url), "it sent another part than was asked for")
        elif response.status == codes.HTTPStatus.OK:
            start = 0
        else:
            return body_of(response, msgspec.structs.replace(request, limit=LIMIT))
        left = msgspec.structs.replace(request, limit=max(0, request.limit - start))
        with storage_faults(self._path):
            file = self._path.open("r+b" if start else "wb")
        # What the network says while the file is open is no fault of the disk.
        with contextlib.closing(file):
            with storage_faults(self._path):
                file.seek(start)
                file.truncate()
            for piece in pieces(response, left):
                with storage_faults(self._path):
                    file.write(piece)
                start += len(piece)
                self._told(start)
            with storage_faults(self._path):
                file.flush()
        return b""

    def discard(self) -> None:
        """Begin anew."""
        self._path.unlink(missing_ok=True)

    def becomes(self, to: Path) -> None:
        """Put the whole file in its place."""
        with storage_faults(to):
            self._path.replace(to)
