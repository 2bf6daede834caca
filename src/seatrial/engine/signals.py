"""Ctrl-C and the request to end, as one call at a known place."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator
from types import FrameType


@contextlib.contextmanager
def on_stop(stop: Callable[[], None]) -> Iterator[None]:
    """Have SIGINT and SIGTERM call a function for the time of the block.

    Only the main thread receives signals (``signal.signal`` says so), so on any other the block
    runs as it is.

    Args:
        stop: called between any two instructions of the main thread; what it raises comes up there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def handle(_number: int, _frame: FrameType | None) -> None:
        stop()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, signal.SIG_DFL if handler is None else handler)
