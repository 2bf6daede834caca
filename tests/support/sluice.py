"""A gate in the wire: it stops a request half-way, so that a test can act while bytes flow."""

from __future__ import annotations

import contextlib
import socket
import threading
from types import TracebackType
from typing import Self

WAIT = 60.0
"""Seconds that a test waits for something that has to come."""

PIECE = 64 * 1024


class Sluice:
    """Passes connections on to a port of this machine; holds one request back in its middle.

    Attributes:
        port: where it listens.
        target: the port it passes everything on to; the test sets it.

    Args:
        wanted: how the request to hold begins ("POST /main/legacy/"); the first such is held.
        after: how many of its bytes, from its first line on, go through before it is held.
    """

    def __init__(self, wanted: str, *, after: int = 600) -> None:
        self._wanted = wanted.encode()
        self._after = after
        self._held = threading.Event()
        self._open = threading.Event()
        self._lock = threading.Lock()
        self._taken = False
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.target = 0

    def wait(self) -> None:
        """Wait until the request is held: a part of it is there, the rest is not."""
        assert self._held.wait(WAIT), f"nobody sent {self._wanted.decode()}"

    def open(self) -> None:
        """Let everything through from now on."""
        self._open.set()

    def __enter__(self) -> Self:
        threading.Thread(target=self._listen, daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.open()
        self._listener.close()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):  # Closed at the end of the test.
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with client, contextlib.suppress(OSError):
            server = socket.create_connection(("127.0.0.1", self.target))
            with server:
                back = threading.Thread(target=_pump, args=(server, client), daemon=True)
                back.start()
                while piece := client.recv(PIECE):
                    self._pass(piece, server)
                server.shutdown(socket.SHUT_WR)
                back.join()

    def _pass(self, piece: bytes, server: socket.socket) -> None:
        """Send a piece on; the piece in which the wanted request begins only in part."""
        begin = piece.find(self._wanted)
        if begin < 0 or not self._mine():
            server.sendall(piece)
            return
        cut = min(begin + self._after, len(piece) - 1)
        server.sendall(piece[:cut])
        self._held.set()
        self._open.wait()
        server.sendall(piece[cut:])

    def _mine(self) -> bool:
        with self._lock:
            first = not self._taken
            self._taken = True
            return first


def _pump(source: socket.socket, to: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            to.sendall(piece)
        to.shutdown(socket.SHUT_WR)
