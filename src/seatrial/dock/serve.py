"""The dock in the foreground, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from seatrial.dock.room import widen
from seatrial.dock.server import Dock


def serve_forever(dock: Dock, announce: Callable[[Dock], None]) -> None:
    """Serve until Ctrl-C, or until the system asks the process to end; then stop cleanly.

    Args:
        dock: the dock, not started yet.
        announce: called once, when the dock's addresses are known and take requests.

    Raises:
        InvalidConfiguration: the port is taken.
        StorageFault: the folder cannot be written to.
    """
    widen()
    ended = threading.Event()
    with _told_by_signals(ended), dock:
        announce(dock)
        ended.wait()


@contextmanager
def _told_by_signals(ended: threading.Event) -> Iterator[None]:
    """Set the event at SIGINT and SIGTERM; what they did before is put back at the end."""

    def told(_number: int, _frame: FrameType | None) -> None:
        ended.set()

    before = {number: signal.signal(number, told) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
