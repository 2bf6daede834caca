"""A look at the end of a file elsewhere, without fetching it (RFC 9110, section 14)."""

from __future__ import annotations

import http as codes
import re

import msgspec
import urllib3

from seatrial.artifacts.listing import TAIL, members_at_end
from seatrial.errors import Unreachable
from seatrial.world.exchange import Request
from seatrial.world.http import Http, body_of

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


def names_in(http: Http, request: Request) -> tuple[str, ...] | None:
    """Give the names of what is in a ZIP archive elsewhere.

    Args:
        http: the client.
        request: a GET of the archive.

    Returns:
        Nothing where the server gives whole files alone, or does not answer: it is fetched later.
    """
    found: list[tuple[bytes, int]] = []

    def take(response: urllib3.BaseHTTPResponse, request: Request) -> bytes:
        part = _RANGE.fullmatch(response.headers.get("Content-Range", ""))
        short = msgspec.structs.replace(request, limit=TAIL)
        if response.status == codes.HTTPStatus.PARTIAL_CONTENT and part is not None:
            found[:] = [(body_of(response, short), int(part[3]))]
        elif response.status == codes.HTTPStatus.OK and _length(response) <= TAIL:
            data = body_of(response, short)
            found[:] = [(data, len(data))]
        else:
            # A whole archive may be on its way; what is not read would block the connection.
            response.close()
        return b""

    headers = {**request.headers, "Range": f"bytes=-{TAIL}", "Accept-Encoding": "identity"}
    try:
        http.receive(msgspec.structs.replace(request, headers=headers), take, lambda one: one)
    except Unreachable:
        return None
    return members_at_end(*found[0]) if found else None


def _length(response: urllib3.BaseHTTPResponse) -> int:
    said = response.headers.get("Content-Length", "")
    return int(said) if said.isascii() and said.isdigit() else TAIL + 1
