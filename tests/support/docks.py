"""Docks for tests: in a thread of this process, or in a process of their own."""

from __future__ import annotations

import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from seatrial.dock.faults import parse_fault
from seatrial.dock.hosting import Hosted
from seatrial.dock.serve import serve_forever
from seatrial.dock.server import Dock

TOKEN = "pypi-for-tests"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What a dock in a process of its own is told."""

    folder: str
    foreign: str = ""
    own: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    port: int = 0
    delay: float = 0.0
    ahead: float = 0.0
    repositories: dict[str, Hosted] = {}
    open_files: int = 0
    file_size: int = 0


class DockProcess:
    """A dock in a process of its own; addresses as :class:`seatrial.dock.server.Dock` has them."""

    def __init__(self, order: Order) -> None:
        root = Path(__file__).parents[2]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.docks", msgspec.json.encode(order).decode()],
            stdout=subprocess.PIPE,
            text=True,
            cwd=root,
        )
        assert self.process.stdout is not None
        self.url, _, self._simple = self.process.stdout.readline().strip().partition(" ")
        assert self.url, "the dock did not start"
        self.forge_api = f"{self.url}/forge"
        self.port = int(self.url.rpartition(":")[2])

    def upload_url(self, index: str) -> str:
        """Give the address of an index's upload API."""
        return f"{self.url}/{index}/legacy/"

    def simple_url(self, index: str) -> str:
        """Give the address of an index's Simple API."""
        return self._simple.replace("INDEX", index)

    def kill(self) -> None:
        """End it without a word (SIGKILL)."""
        self.process.kill()
        self._reap()

    def interrupt(self) -> int:
        """Press Ctrl-C, and give the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self._reap()

    def _reap(self) -> int:
        code = self.process.wait(timeout=30)
        if self.process.stdout is not None:
            self.process.stdout.close()
        return code


@contextmanager
def dock_process(
    folder: Path,
    *,
    foreign: str = "",
    own: Sequence[str] = (),
    faults: Sequence[str] = (),
    port: int = 0,
    ahead: float = 0.0,
    repositories: Mapping[str, Hosted] | None = None,
    open_files: int = 0,
    file_size: int = 0,
) -> Iterator[DockProcess]:
    """Run a dock in a process of its own, killed at the end.

    Args:
        folder: where it keeps what it holds.
        foreign: the usual index behind it.
        own: names under release.
        faults: what it does wrong, as ``--fault`` has it.
        port: its port; a free one when 0.
        ahead: seconds that its clock is ahead of the real one.
        repositories: what is known of repositories on its forge.
        open_files: how many its process may have; what the system says when 0.
        file_size: bytes that a file may grow to, as on a disk that is full; unbounded when 0.
    """
    dock = DockProcess(
        Order(
            folder=str(folder),
            foreign=foreign,
            own=tuple(own),
            faults=tuple(faults),
            port=port,
            ahead=ahead,
            repositories=dict(repositories or {}),
            open_files=open_files,
            file_size=file_size,
        )
    )
    try:
        yield dock
    finally:
        if dock.process.poll() is None:
            dock.kill()


def _announce(dock: Dock) -> None:
    sys.stdout.write(f"{dock.url} {dock.simple_url('INDEX')}\n")
    sys.stdout.flush()


def _main() -> None:
    order = msgspec.json.decode(sys.argv[1], type=Order)
    if order.open_files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (order.open_files, order.open_files))
    if order.file_size:
        resource.setrlimit(resource.RLIMIT_FSIZE, (order.file_size, order.file_size))
    dock = Dock(
        Path(order.folder),
        foreign=order.foreign,
        own=frozenset(order.own),
        faults=[parse_fault(text) for text in order.faults],
        port=order.port,
        delay=order.delay,
        clock=lambda: time.time() + order.ahead,
        repositories=order.repositories,
    )
    serve_forever(dock, _announce)


if __name__ == "__main__":
    _main()
