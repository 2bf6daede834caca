"""The layer around the application that counts requests, notes them, and disturbs them."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable
from typing import Final

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seatrial.dock.answers import upload_answer
from seatrial.dock.estate import FORGE
from seatrial.dock.faults import Fault, FaultBook
from seatrial.dock.record import RequestLog, RequestSeen
from seatrial.dock.serving import CUT

NAMED: Final = (
    ("POST", re.compile(r"/[^/]+/legacy/?"), ("upload",)),
    ("GET", re.compile(r"/[^/]+/simple/[^/]+/?"), ("visible",)),
    ("GET", re.compile(r"/[^/]+/packages/.*"), ("download",)),
)
NAMED_AT_FORGE: Final = (
    ("POST", re.compile(r".*/releases"), ("draft-release", "forge")),
    ("POST", re.compile(r".*/releases/[0-9]+/assets"), ("upload-assets", "forge")),
    ("PATCH", re.compile(r".*/releases/[0-9]+"), ("publish-release", "forge")),
)
LIMITED: Final = (403, 429)
"""Statuses with which a forge says that too much was asked."""

UNFINISHED: Final = 502
"""The status after which GitHub may leave an asset in the state ``starter``."""


class Disturbance(msgspec.Struct, frozen=True, kw_only=True):
    """How the dock is to be disturbed.

    Attributes:
        faults: at which requests, and how.
        delay: seconds that every request takes longer.
        slow: seconds that a ``slow`` fault takes.
        met: takes each fault that a request has met.
    """

    faults: tuple[Fault, ...] = ()
    met: set[Fault] = msgspec.field(default_factory=set)
    delay: float = 0.0
    slow: float = 5.0


def names_of(method: str, path: str) -> tuple[str, ...]:
    """Give the names a request counts under (:data:`seatrial.dock.faults.SERVED`)."""
    at_forge = path.startswith(f"/{FORGE}/")
    for wanted, pattern, names in NAMED_AT_FORGE if at_forge else NAMED:
        if method == wanted and pattern.fullmatch(path):
            return names
    return (FORGE,) if at_forge else ()


def path_inside(scope: Scope) -> str:
    """Give the path of a request without the dock's mark before it."""
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))


class Disturbed:
    """The application as it is served.

    Args:
        app: the application itself.
        log: where every request is noted.
        disturbance: how it is disturbed.
    """

    def __init__(self, app: ASGIApp, log: RequestLog, disturbance: Disturbance) -> None:
        self._app = app
        self._log = log
        self._disturbance = disturbance
        self._book = FaultBook(disturbance.faults, disturbance.met)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        names = names_of(scope["method"], path_inside(scope))
        fault = self._book.due(names)
        if self._disturbance.delay:
            await asyncio.sleep(self._disturbance.delay)
        noted = _Noted(self._log, scope, send)
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(self._disturbance.slow)
            fault = None
        if fault is None:
            await self._serve(scope, receive, noted)
        elif fault.status:
            await self._refuse(fault, scope, receive, noted)
        else:
            await self._cut(fault.kind, scope, receive)
            noted.note(0)

    async def _serve(self, scope: Scope, receive: Receive, noted: _Noted) -> None:
        body = _Body(scope, receive)
        try:
            await self._app(scope, body.whole, noted)
        except OSError as error:
            # The disk is full, or no longer writable: a server's fault, said in a sentence.
            if noted.begun:
                raise
            await body.drain()
            said = f"The dock's folder cannot be read or written: {error.strerror or error}"
            accept = Request(scope).headers.get("accept", "")
            await upload_answer(507, said, accept)(scope, receive, noted)

    async def _refuse(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        body = _Body(scope, receive)
        if fault.status == UNFINISHED and "upload-assets" in names_of(
            scope["method"], path_inside(scope)
        ):
            await self._app(scope, body.half, _swallow)
        # A client that is answered while it still writes may never read the answer.
        await body.drain()
        await refusal(fault, Request(scope))(scope, receive, send)

    async def _cut(self, kind: str, scope: Scope, receive: Receive) -> None:
        cut: Callable[[], None] = scope[CUT]
        body = _Body(scope, receive)
        await self._app(scope, body.half if kind == "cut" else body.whole, _swallow)
        cut()
        while (await receive())["type"] != "http.disconnect":
            pass


class _Noted:
    """Sends on, and notes the status."""

    def __init__(self, log: RequestLog, scope: Scope, send: Send) -> None:
        self._log = log
        self._scope = scope
        self._send = send
        self.begun = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            self.note(message["status"])
        await self._send(message)

    def note(self, status: int) -> None:
        query = self._scope["query_string"].decode("latin-1")
        path = path_inside(self._scope) + (f"?{query}" if query else "")
        # A line break that came in percent-encoded would forge a line of the log.
        path = path.encode("unicode_escape").decode("ascii")
        self._log.add(RequestSeen(self._scope["method"], path, status))


def refusal(fault: Fault, request: Request) -> Response:
    """Give the answer of an asked-for fault, in the shape of the side that was asked."""
    status = fault.status
    if not path_inside(request.scope).startswith(f"/{FORGE}/"):
        return upload_answer(status, fault.message, request.headers.get("accept", ""))
    headers = {}
    message = "Server Error"
    if status in LIMITED:
        message = "You have exceeded a secondary rate limit. Please wait before you try again."
        headers = {
            "retry-after": "1",
            "x-ratelimit-limit": "5000",
            "x-ratelimit-remaining": "0",
            "x-ratelimit-reset": str(int(time.time()) + 1),
        }
    return JSONResponse({"message": message, "status": str(status)}, status, headers)


class _Body:
    """A request's body, handed on in whole or in part.

    Args:
        scope: the request.
        receive: where it comes from.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._receive = receive
        self._left = next((int(v) for k, v in scope["headers"] if k == b"content-length"), 0) // 2
        self._ended = False

    async def whole(self) -> Message:
        """Hand on all of it."""
        message = await self._receive()
        self._ended = self._ended or not message.get("more_body")
        return message

    async def half(self) -> Message:
        """Hand on the first half, and then say that the client has left."""
        if self._left <= 0 or self._ended:
            return {"type": "http.disconnect"}
        message = await self.whole()
        if message["type"] != "http.request":
            return message
        body = message.get("body", b"")[: self._left]
        self._left -= len(body)
        return {"type": "http.request", "body": body, "more_body": True}

    async def drain(self) -> None:
        """Read what is left."""
        while not self._ended:
            await self.whole()


async def _swallow(message: Message) -> None:
    """Take an answer that nobody is to get."""
