"""The HTTP server under the dock: uvicorn on one loop, with two abilities of its own.

It can put a sentence into the reason phrase, as PyPI does with every refusal (twine shows
nothing else), and it can cut a connection in the middle.  Imported late, in the dock's thread.
"""

from __future__ import annotations

import asyncio
import email.utils
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h11
import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from seatrial.dock.room import AT_A_TIME, BACKLOG, most_connections

KEEP_ALIVE = 60
"""Seconds that an idle connection is kept, so that clients find theirs again."""

PATIENCE = 30.0
"""Seconds in which a client that is to send something has to send :data:`LEAST` bytes; one that
fails twice in a row is cut."""

LEAST = 1024

GRACE = 2.0
"""Seconds that requests under way are given when the server stops."""

CUT = "seatrial.cut"
"""Key of the scope under which the application finds a function that cuts the connection."""


class _Connection(h11.Connection):
    reason: bytes = b""

    def send_with_data_passthrough(self, event: h11.Event) -> list[bytes] | None:
        if self.reason and isinstance(event, h11.Response):
            event = h11.Response(
                status_code=event.status_code, headers=event.headers, reason=self.reason
            )
            self.reason = b""
        return super().send_with_data_passthrough(event)


class _Protocol(H11Protocol):
    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401 - uvicorn's own, passed on
        super().__init__(*args, **kwargs)
        self.conn = self._connection = _Connection(h11.SERVER)
        self._inner: ASGIApp = self.app
        self.app = self._with_abilities
        self._came = 0
        self._late = 0
        self._watch: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        limit = self.limit_concurrency
        if limit is not None and len(self.connections) > limit + AT_A_TIME:
            transport.abort()
        else:
            self._look_later()

    def data_received(self, data: bytes) -> None:
        self._came += len(data)
        super().data_received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def _look_later(self) -> None:
        self._watch = self.loop.call_later(PATIENCE, self._look)

    def _look(self) -> None:
        """Cut a client that keeps us waiting; an idle connection has its own, longer time."""
        owing = self.conn.their_state in {h11.IDLE, h11.SEND_BODY} and not self.flow.read_paused
        idle = self.timeout_keep_alive_task is not None
        late = owing and not idle and self._came < LEAST
        self._late, self._came = (self._late + 1 if late else 0), 0
        if self._late > 1:
            self.transport.abort()
        else:
            self._look_later()

    async def _with_abilities(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_reason(message: Message) -> None:
            self._connection.reason = message.pop("reason", b"")
            await send(message)

        scope[CUT] = self.transport.abort
        await self._inner(scope, receive, send_with_reason)


def dated(app: ASGIApp, clock: Callable[[], float]) -> ASGIApp:
    """Let every answer carry the date of a clock (RFC 9110, section 6.6.1).

    Args:
        app: the application.
        clock: gives the time, seconds since the epoch.
    """

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_date(message: Message) -> None:
            if message["type"] == "http.response.start":
                date = email.utils.formatdate(clock(), usegmt=True).encode()
                message["headers"] = [(b"date", date), *message.get("headers", ())]
            await send(message)

        await app(scope, receive, send_with_date)

    return application


class Server(uvicorn.Server):
    """A uvicorn server that stops at once when it is told, without polling.

    Args:
        app: the application.
        clock: gives the time that answers carry, seconds since the epoch.
        chain: the file with certificate and key for HTTPS; nothing for HTTP.
    """

    def __init__(self, app: ASGIApp, clock: Callable[[], float], chain: Path | None = None) -> None:
        super().__init__(
            uvicorn.Config(
                dated(app, clock),
                http=_Protocol,
                ws="none",
                lifespan="off",
                interface="asgi3",
                log_config=None,
                log_level="error",
                access_log=False,
                server_header=False,
                date_header=False,
                proxy_headers=False,
                ssl_certfile=chain,
                timeout_keep_alive=KEEP_ALIVE,
                limit_concurrency=most_connections(),
                backlog=AT_A_TIME,
            )
        )
        self.ended = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen; more may wait than are taken in one turn."""
        await super().startup(sockets)
        for sock in sockets or ():
            sock.listen(BACKLOG)

    async def main_loop(self) -> None:
        """Wait for the end."""
        await self.ended.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the listener, let requests under way end for a moment, cut what remains."""
        for server in self.servers:
            server.close()
        for sock in sockets or ():
            sock.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        if self.server_state.tasks:
            await asyncio.wait(set(self.server_state.tasks), timeout=GRACE)
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        for task in list(self.server_state.tasks):
            task.cancel()
        # One turn of the loop lets the aborted transports close their sockets.
        await asyncio.gather(*self.server_state.tasks, return_exceptions=True)
