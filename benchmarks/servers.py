"""Indexes in processes of their own: a pypiserver, and a dock that takes its time."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from seatrial.dock.serve import serve_forever
from seatrial.dock.server import Dock
from seatrial.dock.values import Limits

HOST = "127.0.0.1"
UP_WITHIN = 120.0
MOST = 2 << 30
"""Bytes that a file may have there; PyPI takes such ones from projects that have asked."""


@contextlib.contextmanager
def pypiserver(folder: Path) -> Iterator[str]:
    """Serve a folder with pypiserver, open to everyone, and give its address."""
    folder.mkdir()
    port = _free_port()
    argv = [sys.executable, "-m", "pypiserver", "run", "--port", str(port), "--interface", HOST]
    argv += ["--authenticate", ".", "--passwords", ".", "--disable-fallback", str(folder)]
    with _running(argv) as process:
        _wait_for(port, process)
        yield f"http://{HOST}:{port}"


@contextlib.contextmanager
def slow_dock(folder: Path, delay: float) -> Iterator[tuple[str, str]]:
    """Serve a dock that takes so many seconds longer for each request; give its two addresses."""
    argv = [sys.executable, "-m", "benchmarks.servers", str(folder), str(delay)]
    with _running(argv) as process:
        assert process.stdout is not None
        upload, _, simple = process.stdout.readline().decode().strip().partition(" ")
        yield upload, simple


@contextlib.contextmanager
def _running(argv: list[str], *, heard: bool = True) -> Iterator[subprocess.Popen[bytes]]:
    # What nobody reads must go nowhere: a pipe that is full stops who writes to it.
    out = subprocess.PIPE if heard else subprocess.DEVNULL
    with subprocess.Popen(argv, stdout=out, stderr=subprocess.DEVNULL) as process:
        try:
            yield process
        finally:
            process.kill()


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind((HOST, 0))
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    ends = time.monotonic() + UP_WITHIN
    while time.monotonic() < ends and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection((HOST, port), 1):
            return
        time.sleep(0.05)
    raise SystemExit("the index did not come up")


def _serve(folder: Path, delay: float) -> None:
    def announce(dock: Dock) -> None:
        sys.stdout.write(f"{dock.upload_url('slow')} {dock.simple_url('slow')}\n")
        sys.stdout.flush()

    serve_forever(Dock(folder, delay=delay, limits=Limits(file=MOST)), announce)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), float(sys.argv[2]))
