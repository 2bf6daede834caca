"""An HTTP server on the loopback that says exactly what a test wants, oddities too."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self, TypeAlias


@dataclass(frozen=True)
class Heard:
    """A request as it came: the body is read to its stated length."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True)
class Say:
    """An answer.

    Attributes:
        status: the status code.
        body: the content.
        headers: more headers.
        reason: the reason phrase; the usual one when absent.
        cut_after: send only so many bytes of the body, then cut the connection.
    """

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None
    cut_after: int | None = None


@dataclass(frozen=True)
class Raw:
    """Bytes to send as they are, before the body of the request is read; then the end."""

    data: bytes = b""


Script: TypeAlias = Callable[[Heard], Say | Raw]


class Talker:
    """The server.

    Attributes:
        url: its address, without a final slash.
        heard: the requests so far, in order of arrival; with ``Raw`` answers without body.
        script: what decides the answer; may be changed at any time.
        early: whether a request is answered before its body is read.
        drain: whether bodies are read and forgotten.
        certificate: the files of a certificate and its key, to speak TLS.
    """

    def __init__(
        self,
        script: Script,
        *,
        early: bool = False,
        drain: bool = False,
        certificate: tuple[Path, Path] | None = None,
    ) -> None:
        self.script = script
        self.early = early
        self.drain = drain
        self.heard: list[Heard] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        if certificate is not None:
            encrypt(self._server, certificate)
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *args: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


def _handler(talker: Talker) -> type[BaseHTTPRequestHandler]:
    """Make the class that answers for one talker."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_one_request(self) -> None:
            with contextlib.suppress(ConnectionError, ssl.SSLError):
                super().handle_one_request()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited
            """Say nothing."""

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length", "0"))
            body = b"" if talker.early or talker.drain else self.rfile.read(length)
            while talker.drain and length > 0:
                length -= len(self.rfile.read(min(length, 1 << 20)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            heard = Heard(self.command, self.path, headers, body)
            talker.heard.append(heard)
            said = talker.script(heard)
            self.close_connection = talker.early
            if isinstance(said, Raw):
                self.wfile.write(said.data)
                self.close_connection = True
                return
            self.send_response_only(said.status, said.reason)
            for name, value in said.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(said.body)))
            self.end_headers()
            if said.cut_after is not None:
                self.wfile.write(said.body[: said.cut_after])
                self.close_connection = True
            elif self.command != "HEAD":
                self.wfile.write(said.body)

        do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = _answer  # noqa: N815 - inherited

    return Handler


def encrypt(server: ThreadingHTTPServer, certificate: tuple[Path, Path]) -> None:
    """Let a server speak TLS; the handshake is made by the thread that serves a connection."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    server.socket = context.wrap_socket(
        server.socket, server_side=True, do_handshake_on_connect=False
    )


def in_turn(*answers: Say | Raw) -> Script:
    """Give each answer once, in order; the last one goes on for ever."""
    left = iter(answers)
    last = answers[-1]
    lock = threading.Lock()

    def script(heard: Heard) -> Say | Raw:
        del heard
        with lock:
            return next(left, last)

    return script


@contextlib.contextmanager
def nobody_there() -> Iterator[str]:
    """Give an address on the loopback at which nothing listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"
