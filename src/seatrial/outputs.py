"""A child's output on its way into a log, cleaned of secrets."""

from __future__ import annotations

import contextlib
import os
import threading
from pathlib import Path
from typing import IO

from seatrial.errors import StorageFault
from seatrial.secret import Redactor

TAIL = 64 * 1024
"""Bytes of a logged output that are kept for the one who called."""


def open_log(log: Path) -> IO[bytes]:
    """Open a log to be added to; its folder is made.

    Args:
        log: the file.

    Raises:
        StorageFault: it cannot be written.
    """
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        return log.open("ab", buffering=0)
    except OSError as error:
        raise StorageFault(str(log), str(error)) from error


class Reader(threading.Thread):
    """Carries a child's output into the log, cleaned, and keeps its end.

    Args:
        source: what the child prints to.
        sink: the log.
        redactor: cleans it.

    Attributes:
        tail: the last :data:`TAIL` bytes.
        failed: why the log could not be written; the output is read on, so the child never stalls.
    """

    def __init__(self, source: IO[bytes] | None, sink: IO[bytes], redactor: Redactor) -> None:
        super().__init__(name="output", daemon=True)
        self.tail = bytearray()
        self.failed: OSError | None = None
        self._source = source
        self._sink = sink
        self._stream = redactor.stream()

    def run(self) -> None:
        """Read until nobody can write any more."""
        source = self._source
        if source is None:
            return
        with contextlib.suppress(OSError, ValueError):  # Closed when the child had to be ended.
            while piece := os.read(source.fileno(), TAIL):
                self._put(self._stream.feed(piece))
        self._put(self._stream.close())

    def _put(self, data: bytes) -> None:
        self.tail += data
        del self.tail[:-TAIL]
        if self.failed is None and data:
            try:
                self._sink.write(data)
            except (OSError, ValueError) as error:
                self.failed = error if isinstance(error, OSError) else OSError(str(error))
